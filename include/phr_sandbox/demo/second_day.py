"""What hospital staff do in their HIS on the second day of the demo, and whether the product saw it.

Every edit is one of a kind that real hospitals make all the time; each takes a visit of its own that the
first day delivered, so that it is known beforehand what has to come of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Literal

from sqlalchemy import select

from phr.ledger import Ledger
from phr.ledger import tables as t
from phr_sandbox.conformance.model import Model
from phr_sandbox.demo.installation import DemoError
from phr_sandbox.demo.sources import correct_pressure

#: ``again``: a newer version is delivered; ``register``: the person's register is; ``gone``: it is missed
Outcome = Literal["again", "register", "gone"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit. ``feed`` is the category that has to find it, ``reference`` the visit number."""

    hospital: str
    reference: str
    outcome: Outcome
    feed: str
    thai: str
    english: str


@dataclass
class SecondDay:
    """Makes the edits and looks in the ledger for what came of them.

    :param window: first and last service day the second run covers.
    :param older: the service day before it that the first run covered too.
    :param community: the hospital behind the 43 files, before any edit.
    """

    ledger: Ledger
    replicas: Mapping[str, Path]
    window: tuple[date, date]
    older: date
    community: Model
    edits: list[Edit] = field(default_factory=list)
    _versions: dict[tuple[str, str], int] = field(default_factory=dict)

    def edit(self) -> list[Edit]:
        """Edit the sources.

        :raises DemoError: no delivered visit fits one of the edits.
        """
        general, community, centre = sorted(self.replicas)
        late = partial(_late_lab, reported=self.window[1].isoformat())
        again = partial(self._add, general, outcome="again")
        again(_blood_pressure, "visits", "แก้ค่าความดันโลหิต", "blood pressure corrected")
        again(_phone, "visits", "ผู้ป่วยเปลี่ยนเบอร์โทรศัพท์", "a patient's phone number changed")
        again(_lab_value, "labs", "แก้ผลแล็บที่ส่งแล้ว", "a delivered lab result corrected")
        again(late, "labs", "ผลแล็บของวันก่อนหน้าเพิ่งออก", "a late lab result", older=True)
        again(_cancelled_drug, "drugs", "ยกเลิกยาหนึ่งรายการ", "one drug line cancelled")
        dose = ("immunizations", "บันทึกวัคซีนเพิ่ม", "a vaccine dose recorded")
        self._add(general, _dose, *dose, outcome="register")
        self._export_anew(community)
        gone = ("visits", "ลบการรับบริการหนึ่งครั้ง (JHCIS)", "one visit deleted (JHCIS)")
        self._add(centre, _vanished, *gone, outcome="gone")
        return self.edits

    def _export_anew(self, hospital: str) -> None:
        known = dict(self._delivered(hospital, older=False))
        found = correct_pressure(self.replicas[hospital], self.community, list(known))
        if found is None:
            raise DemoError(f"no delivered visit of {hospital} for the second day's export")
        self._versions[hospital, found] = known[found]
        thai, english = "ส่งออก 43 แฟ้มชุดใหม่ที่แก้ค่าความดัน", "a new 43-file export, blood pressure corrected"
        self.edits.append(Edit(hospital, found, "again", "visits", thai, english))

    def unseen(self) -> list[Edit]:
        """Edits the ledger does not show as it should."""
        return [edit for edit in self.edits if not self._seen(edit)]

    def _seen(self, edit: Edit) -> bool:
        if edit.outcome == "register":
            return True  # registers are counted by the caller: the ledger names them by a keyed hash
        d = t.document
        query = select(d.c.delivered_version, d.c.desired_state, d.c.absent_since).where(
            d.c.hospital == edit.hospital, d.c.kind == "encounter", d.c.reference == edit.reference
        )
        with self.ledger.read() as connection:
            version, state, absent = connection.execute(query).one().tuple()
        if edit.outcome == "gone":
            return absent is not None
        return bool(state == "delivered" and version > self._versions[edit.hospital, edit.reference])

    def _add(
        self,
        hospital: str,
        change: Callable[[sqlite3.Connection, str], bool],
        feed: str,
        thai: str,
        english: str,
        *,
        outcome: Outcome,
        older: bool = False,
    ) -> None:
        taken = {edit.reference for edit in self.edits}
        with closing(sqlite3.connect(self.replicas[hospital])) as connection, connection:
            for reference, version in self._delivered(hospital, older=older):
                if reference not in taken and change(connection, reference):
                    self._versions[hospital, reference] = version
                    self.edits.append(Edit(hospital, reference, outcome, feed, thai, english))
                    return
        raise DemoError(f"no delivered visit of {hospital} for the second day's edit: {english}")

    def _delivered(self, hospital: str, *, older: bool) -> Iterator[tuple[str, int]]:
        d = t.document
        first, last = (self.older, self.older) if older else self.window
        query = (
            select(d.c.reference, d.c.delivered_version)
            .where(
                d.c.hospital == hospital,
                d.c.kind == "encounter",
                d.c.desired_state == "delivered",
                d.c.service_day.between(first, last),
            )
            .order_by(d.c.reference)
        )
        with self.ledger.read() as connection:
            yield from [(reference, version) for reference, version in connection.execute(query)]


def _changed(connection: sqlite3.Connection, sql: str, *values: object) -> bool:
    return connection.execute(sql, values).rowcount == 1


def _blood_pressure(connection: sqlite3.Connection, vn: str) -> bool:
    return _changed(
        connection, "UPDATE opdscreen SET bps = bps + 2 WHERE vn = ? AND bps BETWEEN 100 AND 150", vn
    )


def _phone(connection: sqlite3.Connection, vn: str) -> bool:
    alone = "SELECT hn FROM ovst o WHERE vn = ? AND (SELECT COUNT(*) FROM ovst x WHERE x.hn = o.hn) = 1"
    sql = f"UPDATE patient SET mobile_phone_number = '0812345678' WHERE hn = ({alone})"  # noqa: S608
    return _changed(connection, sql, vn)


def _lab_value(connection: sqlite3.Connection, vn: str) -> bool:
    one = (
        "SELECT l.rowid FROM lab_head h JOIN lab_order l USING (lab_order_number) WHERE h.vn = ?"
        " AND l.confirm = 'Y' AND l.lab_order_result GLOB '[1-9][0-9]' LIMIT 1"
    )
    sql = f"UPDATE lab_order SET lab_order_result = lab_order_result + 1 WHERE rowid = ({one})"  # noqa: S608
    return _changed(connection, sql, vn)


def _late_lab(connection: sqlite3.Connection, vn: str, reported: str) -> bool:
    item = connection.execute(
        "SELECT lab_items_code, lab_items_name FROM lab_items WHERE loinc_code <> ''"
        " AND lab_items_code NOT IN (SELECT lab_items_code FROM lab_head h"
        " JOIN lab_order l USING (lab_order_number) WHERE h.vn = ?)",
        (vn,),
    ).fetchone()
    if item is None:
        return False
    (number,) = connection.execute("SELECT MAX(lab_order_number) + 1 FROM lab_head").fetchone()
    connection.execute(
        "INSERT INTO lab_head (lab_order_number, vn, hn, department, order_date, order_time, report_date,"
        " report_time, confirm_report) SELECT ?, vn, hn, 'OPD', vstdate, vsttime, ?, '13:05:00', 'Y'"
        " FROM ovst WHERE vn = ?",
        (number, reported, vn),
    )
    return _changed(
        connection,
        "INSERT INTO lab_order (lab_order_number, lab_items_code, lab_items_name_ref, lab_order_result,"
        " confirm) VALUES (?, ?, ?, '42', 'Y')",
        number,
        *item,
    )


def _cancelled_drug(connection: sqlite3.Connection, vn: str) -> bool:
    lines = connection.execute(
        "SELECT r.rowid FROM opitemrece r JOIN drugitems USING (icode) WHERE r.vn = ? AND r.qty > 0", (vn,)
    ).fetchall()
    return len(lines) > 1 and _changed(connection, "DELETE FROM opitemrece WHERE rowid = ?", *lines[-1])


def _dose(connection: sqlite3.Connection, vn: str) -> bool:
    return _changed(
        connection,
        "INSERT INTO ovst_vaccine (ovst_vaccine_id, vn, person_vaccine_id, vaccine_plan_no, vaccine_lot_no)"
        " SELECT (SELECT COALESCE(MAX(ovst_vaccine_id), 0) + 1 FROM ovst_vaccine), ?, person_vaccine_id, 1,"
        " 'DEMO-1' FROM person_vaccine WHERE export_vaccine_code <> '' ORDER BY person_vaccine_id LIMIT 1",
        vn,
    )


def _vanished(connection: sqlite3.Connection, vn: str) -> bool:
    return _changed(connection, "DELETE FROM visit WHERE visitno = ?", vn)
