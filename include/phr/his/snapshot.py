"""One snapshot of a HIS: a source of keys and documents for each kind of document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from phr import faults
from phr.errors import StopHospital
from phr.his import allergies, chronic, doses, encounters, registers
from phr.his.base import KeySource
from phr.his.doses import Place
from phr.his.reader import DAYS, Reader, batched, distinct_days, on_days, one_day
from phr.his.sql import Statements
from phr.his.system import System
from phr.settings import Hospital

#: kind of register -> columns of the SELECTs of its places
_PLACE_COLUMNS = {
    "immunization": doses.RawDose._fields,
    "allergy": allergies.RawAllergy._fields,
    "chronic": chronic.RawRegistration._fields,
}


class SqlSnapshot:
    """See :class:`phr.his.base.Snapshot`."""

    def __init__(
        self,
        hospital: Hospital,
        system: System,
        connection: Connection,
        statements: Statements,
        taken_at: datetime,
    ) -> None:
        columns = {
            **encounters.COLUMNS,
            **registers.COLUMNS,
            **{
                place.statement: _PLACE_COLUMNS[kind]
                for kind, places in system.registers.items()
                for place in places
            },
        }
        self._reader = Reader(hospital, system, connection, statements, taken_at, columns)

    @property
    def taken_at(self) -> datetime:
        """Aware UTC, by the clock of the HIS server."""
        return self._reader.taken_at

    @property
    def fingerprint(self) -> str:
        """Digest of the adapter's SQL and the schema it found (rule R7)."""
        return self._reader.statements.fingerprint()

    def discharges(self, days: Sequence[date]) -> dict[date, int] | None:
        """Admissions that ended on these days; None when the HIS keeps none that can be read."""
        if not self._reader.statements.can("discharges"):
            return None
        counts = dict.fromkeys(distinct_days(days), 0)
        for part in batched(counts, DAYS):
            for day, n in self._reader.rows("discharges", "", on_days(part)):
                counts[one_day(day)] += int(n)
        return counts

    def source(self, kind: str) -> KeySource:
        """Keys and documents of one kind.

        :raises StopHospital: PHR-212 when this HIS has no source for it, PHR-227 when a register could be
            part of one only (what is missing from a set is deleted nationally), PHR-222 or PHR-204 when its
            file or a column of it is missing.
        """
        if kind == "encounter":
            return encounters.EncounterSource(self._reader)
        places = self._reader.system.registers.get(kind)
        if not places:
            raise StopHospital(faults.SOURCE_KIND, hospital=self._reader.hospital.hcode, detail=kind)
        if self._reader.system.partial:
            self._refuse_part_registers(places)
        return registers.RegisterSource(self._reader, registers.REGISTERS[kind])

    def _refuse_part_registers(self, places: Sequence[Place]) -> None:
        reader, hcode = self._reader, self._reader.hospital.hcode
        for place in places:
            if not getattr(reader.hospital, place.full_setting):
                raise StopHospital(faults.EXPORT_NOT_FULL, hospital=hcode, detail=place.full_setting)
            for table in place.needs:
                if table not in reader.statements.found:
                    missing = f"{table.upper()}.txt"
                    raise StopHospital(faults.EXPORT_FILE_MISSING, hospital=hcode, detail=missing)
                if lacking := reader.system.joined[table] - reader.statements.found[table]:
                    names = ", ".join(f"{table}.{column}" for column in sorted(lacking))
                    raise StopHospital(faults.SOURCE_COLUMN_MISSING, hospital=hcode, detail=names)
            for (file,) in reader.rows("broken_registers", "", {"table": place.table}):
                detail = f"{file}: broken lines"
                raise StopHospital(faults.EXPORT_NOT_FULL, hospital=hcode, detail=detail)
