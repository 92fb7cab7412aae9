"""Writes a model into JHCIS tables. JHCIS holds less than the model says: see :func:`held`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, Engine

from phr.canonical import (
    Allergy,
    Appointment,
    CanonicalRow,
    ChronicRegistration,
    Coverage,
    Diagnosis,
    DrugDispense,
    Immunization,
    LabResult,
    Patient,
    Visit,
)
from phr.his.normalise import number
from phr_sandbox.conformance.loaders.fill import Codes, fill
from phr_sandbox.conformance.model import Model, ModelVisit, State
from phr_sandbox.province.schema import create_tables

DDL_FILE = Path(__file__).with_name("jhcis_mysql.sql")
REGISTERS = ("immunization", "allergy", "chronic")
#: a health centre admits nobody and knows no anonymous visits
STATES: frozenset[State] = frozenset({"eligible", "unfinished"})
#: a kind of appointment without a name, and a facility that is not this one
_OTHER_TYPE, _ELSEWHERE = "8", "99999"
#: doses stand without a visit: a number no visit of the model has
_FIRST_DOSE = 900_000_000

Names = Codes[tuple[str | None, ...]]


def create(engine: Engine) -> None:
    """Make the tables, MyISAM on MariaDB and MySQL."""
    create_tables(engine, DDL_FILE)


def held(table: str, row: CanonicalRow) -> CanonicalRow | None:  # noqa: ARG001 - the row says its table
    """Person numbers have no leading zeros; a number has two decimals and no zeros behind them.

    Not held: where a visit took place (without a diagnosis), how it began and ended (but for referrals), the
    group of a coverage, kind and clinic of an appointment, LOINC, TMLT, ranges and groups of tests, the level
    of a TMT code, short directions, who gave a dose whose visit is gone, who recorded an allergy, and the
    clinic of a chronic disease.
    """
    if isinstance(row, Patient):
        return row._replace(hn=_pid(row.hn), middle=None)
    if isinstance(row, Visit):
        return row._replace(
            hn=_pid(row.hn or ""),
            clinic_code=None,
            clinic_name=None,
            department_name=None,
            arrival_type="3" if row.arrival_type == "3" else None,
            outcome_type="3" if row.outcome_type == "3" else None,
        )
    if isinstance(row, Coverage):
        return row._replace(group_code=None)
    if isinstance(row, Appointment):
        return row._replace(clinic_name=None, cause=None, doctor_name=None)
    if isinstance(row, LabResult):
        digits = _digits(row.value)
        return row._replace(
            value=row.value if digits is None else f"{digits:.12g}",
            reference_text=None,
            loinc=None,
            tmlt=None,
            group_name=None,
        )
    if isinstance(row, DrugDispense):
        return row._replace(tmt_level="SKS" if row.tmt_code else None, usage_text=None)
    if isinstance(row, Immunization):
        return row._replace(hn=_pid(row.hn or ""), performer_name=None, performer_license=None)
    if isinstance(row, Allergy):
        return row._replace(hn=_pid(row.hn or ""), recorder_name=None, recorder_license=None)
    if isinstance(row, ChronicRegistration):
        return row._replace(hn=_pid(row.hn or ""), clinic_name=None)
    return row


def load(engine: Engine, model: Model) -> None:
    """Write the model."""
    load_all(engine, [model])


def load_all(engine: Engine, models: Iterable[Model]) -> None:
    """Write several health centres into one database, as the sub-units of a centre share one."""
    with engine.begin() as connection:
        if connection.dialect.name in ("mysql", "mariadb"):
            connection.exec_driver_sql("SET SESSION sql_mode = ''")
        book = _Book()
        for model in models:
            fill(connection, "office", "offid", [(model.hcode,)])
            _people(connection, model, book)
            _visits(connection, model, book)
            _doses(connection, model, book)
            _allergies(connection, model, book)
            _chronic(connection, model, book)
        book.write(connection)


class _Book:
    """The master tables: a code for everything the rows name."""

    def __init__(self) -> None:
        self.titles: Names = Codes("{:03}")
        self.staff: Names = Codes("user{:03}")
        self.rights: Names = Codes("{:02}")
        self.units: Codes[str] = Codes("{:03}")
        self.vaccines: Names = Codes("VAC{}")
        self.allergens: Names = Codes("ALG{}")
        self.nations: dict[str, str | None] = {}
        self.places: dict[str, tuple[str | None, ...]] = {}
        self.diseases: dict[str, str | None] = {}
        self.tests: dict[str, LabResult] = {}
        self.drugs: dict[str, DrugDispense] = {}

    def write(self, connection: Connection) -> None:
        staff = []
        for code, (name, license_no) in self.staff.items():
            title, dot, rest = (name or "").partition(".")
            given, _, family = rest.partition(" ")
            staff.append((code, self.titles((title + dot,)), given, family, license_no))
        fill(connection, "user", "username prename fname lname licenseno", staff)
        fill(connection, "ctitle", "titlecode titlename", [(c, *v) for c, v in self.titles.items()])
        fill(connection, "cnation", "nationcode nationname", self.nations.items())
        fill(connection, "cright", "rightcode mapright rightname", [(c, *v) for c, v in self.rights.items()])
        fill(connection, "cdisease", "diseasecode diseasename", self.diseases.items())
        places = self.places.items()
        fill(connection, "cprovince", "provcode provname", {c[:2]: (c[:2], p[2]) for c, p in places}.values())
        fill(
            connection,
            "cdistrict",
            "provcode distcode distname",
            {c[:4]: (c[:2], c[2:4], p[1]) for c, p in places}.values(),
        )
        fill(
            connection,
            "csubdistrict",
            "provcode distcode subdistcode subdistname",
            [(c[:2], c[2:4], c[4:], p[0]) for c, p in places],
        )
        fill(
            connection,
            "clabchcyhembmsse",
            "labcode labname unit map43",
            [(code, r.name, r.unit, r.labtest) for code, r in self.tests.items()],
        )
        fill(
            connection,
            "cdrug",
            "drugcode drugname drugtype unitsell drugcode24 tmtcode",
            [(c, r.name, "01", self.units(r.unit), r.did24, r.tmt_code) for c, r in self.drugs.items()],
        )
        fill(
            connection,
            "cdrug",
            "drugcode drugtype files18epi drugname",
            [(code, "05", *vaccine) for code, vaccine in self.vaccines.items()],
        )
        fill(
            connection,
            "cdrug",
            "drugcode drugtype drugname drugcode24",
            [(code, "01", *allergen) for code, allergen in self.allergens.items()],
        )
        fill(connection, "cdrugunitsell", "unitsellcode unitsellname", self.units.items())


def _people(connection: Connection, model: Model, book: _Book) -> None:
    rows, deaths = [], []
    for p in model.patients:
        code = p.address_code or ""
        if code:
            book.places[code] = (p.subdistrict, p.district, p.province)
        if p.nationality:
            book.nations[p.nationality] = p.nationality_name
        title = book.titles((p.prefix,)) if p.prefix else None
        who = (model.hcode, int(p.hn), p.cid, title, p.given, p.family, p.sex, p.birth_date, p.nationality)
        where = (p.house_no, p.moo, p.road, code[:2], code[2:4], code[4:], p.postal_code)
        end = ("1", p.death_date) if p.deceased else ("9", None)
        rows.append((*who, p.marital, *where, p.mobile_phone, p.home_phone, *end))
        if p.deceased:
            deaths.append((model.hcode, int(p.hn), p.death_date))
    fill(
        connection,
        "person",
        "pcucodeperson pid idcard prename fname lname sex birth nation marystatus hnomoi mumoi roadmoi"
        " provcodemoi distcodemoi subdistcodemoi postcodemoi mobile telephoneperson dischargetype"
        " dischargedate",
        rows,
    )
    fill(connection, "persondeath", "pcucodeperson pid deaddate", deaths)


_COLUMNS = {
    "visit": "pcucode visitno visitdate pcucodeperson pid timestart timeend symptoms weight height"
    " temperature pressure pulse respri waist rightcode hosmain hossub receivefromhos refertohos username"
    " flagservice",
    "visitdiag": "pcucode visitno diagcode dxtype doctordiag",
    "visitdiagappoint": "pcucode visitno appodate appotype",
    "visitlabchcyhembmsse": "pcucode visitno pcucodeperson pid seqonday labcode labresultdigit labresulttext"
    " datecheck dateresult",
    "visitdrug": "pcucode visitno drugcode unit dose realprice",
}


def _visits(connection: Connection, model: Model, book: _Book) -> None:
    out: dict[str, list[tuple[object, ...]]] = {name: [] for name in _COLUMNS}
    for found in model.visits:
        if found.state not in STATES:
            continue
        v, s, plan = found.visit, found.vital_sign, found.coverages[0]
        key, who = (model.hcode, int(v.visit_ref)), (model.hcode, int(v.hn or ""))
        vitals: tuple[object, ...] = (None,) * 7
        if s:
            pressure = (
                f"{s.bp_systolic:.0f}/{s.bp_diastolic:.0f}" if s.bp_systolic and s.bp_diastolic else None
            )
            measured = (s.weight_kg, s.height_cm, s.temperature_c)
            vitals = (*measured, pressure, s.pulse, s.respiration, s.waist_cm)
        out["visit"].append(
            (
                *key,
                v.service_day,
                *who,
                v.start_time,
                v.end_time,
                v.chief_complaint,
                *vitals,
                book.rights((plan.instype, plan.plan_name)),
                plan.main_hospital,
                plan.sub_hospital,
                _ELSEWHERE if v.arrival_type == "3" else None,
                _ELSEWHERE if v.outcome_type == "3" else None,
                book.staff((v.doctor_name, v.doctor_license)),
                "03" if found.state == "eligible" else "01",
            )
        )
        _children(out, found, key, who, book)
    for table, columns in _COLUMNS.items():
        fill(connection, table, columns, out[table])


def _children(
    out: dict[str, list[tuple[object, ...]]],
    found: ModelVisit,
    key: tuple[str, int],
    who: tuple[str, int],
    book: _Book,
) -> None:
    for d in found.diagnoses:
        code = _dotted(d)
        book.diseases[code] = d.name
        doctor = book.staff((d.doctor_name, d.doctor_license))
        out["visitdiag"].append((*key, code, f"0{d.diagnosis_type}", doctor))
    for a in found.appointments:
        out["visitdiagappoint"].append((*key, a.start_date, _OTHER_TYPE))
    for r in found.lab_results:
        book.tests[r.local_code or ""] = r
        digits = _digits(r.value)
        text = r.value if digits is None else None
        row = (*key, *who, 1, r.local_code, digits, text, r.order_date, r.report_date)
        out["visitlabchcyhembmsse"].append(row)
    for line in found.drug_dispenses:
        book.drugs[line.local_code or ""] = line
        out["visitdrug"].append((*key, line.local_code, line.quantity, line.instruction_th, line.unit_price))


def _doses(connection: Connection, model: Model, book: _Book) -> None:
    """Doses of many years, whose visits are no longer there."""
    fill(
        connection,
        "visitepi",
        "pcucode visitno pcucodeperson pid dateepi vaccinecode lotno datevacineexpire hosservice",
        [
            (
                model.hcode,
                _FIRST_DOSE + n,
                model.hcode,
                int(dose.hn or ""),
                dose.given_date,
                book.vaccines((dose.vaccine_code, dose.vaccine_name)),
                dose.lot_number,
                dose.expire_date,
                model.hcode,
            )
            for n, dose in enumerate(model.doses)
        ],
    )


def _pid(hn: str) -> str:
    return hn.lstrip("0")


def _dotted(diagnosis: Diagnosis) -> str:
    code = diagnosis.code or ""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def _digits(value: str | None) -> float | None:
    """A plain number as the column for numbers holds it."""
    found = number(value, "", [])
    return None if found is None else round(found, 2)


def _allergies(connection: Connection, model: Model, book: _Book) -> None:
    fill(
        connection,
        "personalergic",
        "pcucodeperson pid drugcode daterecord typedx levelalergic allergicsymtomps informant",
        [
            (
                model.hcode,
                int(row.hn or ""),
                book.allergens((row.substance, row.did24)),
                row.recorded_date,
                row.certainty,
                row.severity,
                row.reaction,
                row.informant,
            )
            for row in model.allergies
        ],
    )


def _chronic(connection: Connection, model: Model, book: _Book) -> None:
    book.diseases |= {row.code or "": row.name for row in model.chronic}
    fill(
        connection,
        "personchronic",
        "pcucodeperson pid chroniccode datefirstdiag datedischart typedischart",
        [
            (
                model.hcode,
                int(row.hn or ""),
                row.code,
                row.registered_date,
                row.discharge_date,
                row.status,
            )
            for row in model.chronic
        ],
    )
