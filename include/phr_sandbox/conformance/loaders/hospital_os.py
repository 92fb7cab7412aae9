"""Writes a model into Hospital-OS tables. Hospital-OS holds less than the model says: see :func:`held`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine

from phr.canonical import (
    CanonicalRow,
    DrugDispense,
    LabResult,
    Patient,
    Visit,
)
from phr_sandbox.conformance.loaders.fill import Codes, fill
from phr_sandbox.conformance.model import Model, ModelVisit, State

DDL_FILE = Path(__file__).with_name("hospital_os_pg.sql")
#: Hospital-OS knows no anonymous visits
STATES: frozenset[State] = frozenset({"eligible", "admitted", "unfinished"})
#: ``f_visit_opd_discharge_status_id`` of a 43-file TYPEOUT, and the facility a referred patient comes from
_OUTCOMES = {"1": "51", "3": "54", "4": "52", "5": "55"}
_ELSEWHERE = "99999"
_RANGE = re.compile(r"(\S+) - (\S+)")

Names = Codes[tuple[str | None, ...]]


def held(table: str, row: CanonicalRow) -> CanonicalRow | None:  # noqa: ARG001 - the row says its table
    """A range of a test is a least and a greatest value; of the words for how a visit ended there are five.

    Not held: middle names, postal codes, "ended without a diagnosis", LOINC and LABTEST of a test, ranges in
    words, and any level of a TMT code but TPU.
    """
    if isinstance(row, Patient):
        return row._replace(middle=None, postal_code=None)
    if isinstance(row, Visit):
        return row._replace(outcome_type=row.outcome_type if row.outcome_type in _OUTCOMES else None)
    if isinstance(row, LabResult):
        text = row.reference_text if _RANGE.fullmatch(row.reference_text or "") else None
        return row._replace(reference_text=text, loinc=None, labtest=None)
    if isinstance(row, DrugDispense):
        return row._replace(tmt_level="TPU" if row.tmt_code else None)
    return row


def create(engine: Engine) -> None:
    """Make the tables."""
    with engine.begin() as connection:
        connection.exec_driver_sql(DDL_FILE.read_text(encoding="utf-8"))


def load(engine: Engine, model: Model) -> None:
    """Write the model."""
    with engine.begin() as connection:
        fill(connection, "b_site", "b_site_id b_visit_office_id", [("1", model.hcode)])
        book = _Book()
        _people(connection, model, book)
        _visits(connection, model, book)
        _doses(connection, model, book)
        book.write(connection)


class _Book:
    """The lists: an id for everything the rows name."""

    def __init__(self) -> None:
        self.prefixes: Codes[str] = Codes("{:03}")
        self.nations: Names = Codes("{:02}")
        self.places: dict[str, str | None] = {}
        self.staff: Names = Codes("157{:012}")
        self.clinics: Names = Codes("131{:012}")
        self.points: Codes[str] = Codes("240{:012}")
        self.plans: Names = Codes("212{:012}")
        self.diseases: dict[str, str | None] = {}
        self.groups: Codes[str] = Codes("130{:012}")
        self.tests: dict[str, LabResult] = {}
        self.drugs: dict[str, DrugDispense] = {}
        self.units: Codes[str] = Codes("132{:012}")
        self.instructions: Names = Codes("133{:012}")
        self.vaccines: Names = Codes("180{:012}")

    def write(self, connection: Connection) -> None:
        for table, columns, rows in self._lists():
            fill(connection, table, columns, rows)

    def _lists(self) -> Iterator[tuple[str, str, Iterable[tuple[object, ...]]]]:
        yield (
            "f_patient_prefix",
            "f_patient_prefix_id patient_prefix_description",
            list(self.prefixes.items()),
        )
        nations = self.nations.items()
        yield (
            "f_patient_nation",
            "f_patient_nation_id patient_nation_description",
            [(c, v[1]) for c, v in nations],
        )
        yield (
            "b_map_rp1853_nation",
            "f_patient_nation_id r_rp1853_nation_id",
            [(c, v[0]) for c, v in nations],
        )
        yield (
            "f_patient_marriage_status",
            "f_patient_marriage_status_id r_rp1853_marriage_id",
            [(n, n) for n in "1234569"],
        )
        yield "f_address", "f_address_id address_description", list(self.places.items())
        people = [(c, *(name or "").split(" ", 1), number) for c, (name, number) in self.staff.items()]
        yield (
            "b_employee",
            "b_employee_id employee_firstname employee_lastname employee_number",
            list(people),
        )
        clinics = self.clinics.items()
        yield (
            "b_visit_clinic",
            "b_visit_clinic_id visit_clinic_description",
            [(c, v[1]) for c, v in clinics],
        )
        yield (
            "b_report_12files_map_clinic",
            "b_visit_clinic_id b_report_12files_std_clinic_id",
            [(c, (v[0] or "")[1:3]) for c, v in clinics],
        )
        yield "b_service_point", "b_service_point_id service_point_description", list(self.points.items())
        plans = self.plans.items()
        yield (
            "b_contract_plans",
            "b_contract_plans_id r_rp1853_instype_id contract_plans_description",
            [(c, v[0], v[2]) for c, v in plans],
        )
        yield "r_rp1853_instype", "id maininscl", list({v[0]: (v[0], v[0]) for _c, v in plans}.values())
        yield (
            "b_map_rp1855_instype",
            "b_contract_plans_id r_rp1855_instype_id",
            [(c, v[1]) for c, v in plans],
        )
        yield "b_icd10", "icd10_number icd10_description", [*self.diseases.items()]
        yield "b_item_subgroup", "b_item_subgroup_id item_subgroup_description", list(self.groups.items())
        yield (
            "b_item",
            "b_item_id item_number item_common_name",
            [(f"L{c}", c, r.name) for c, r in self.tests.items()]
            + [(f"D{c}", c, r.name) for c, r in self.drugs.items()],
        )
        yield (
            "b_map_lab_tmlt",
            "b_item_id b_lab_tmlt_tmltcode",
            [(f"L{c}", r.tmlt) for c, r in self.tests.items() if r.tmlt],
        )
        yield (
            "b_map_drug_tmt",
            "b_item_id b_drug_tmt_tpucode",
            [(f"D{c}", r.tmt_code) for c, r in self.drugs.items() if r.tmt_code],
        )
        yield (
            "b_nhso_map_drug",
            "b_nhso_map_drug_id b_item_id f_nhso_drug_id",
            [(c, f"D{c}", r.did24) for c, r in self.drugs.items()],
        )
        yield "b_item_drug_uom", "b_item_drug_uom_id item_drug_uom_description", list(self.units.items())
        yield (
            "b_item_drug_instruction",
            "b_item_drug_instruction_id item_drug_instruction_number item_drug_instruction_description",
            [(c, *v) for c, v in self.instructions.items()],
        )
        yield (
            "b_health_epi_group",
            "b_health_epi_group_id health_epi_group_description_particular health_epi_group_description",
            [(c, *v) for c, v in self.vaccines.items()],
        )


def _people(connection: Connection, model: Model, book: _Book) -> None:
    patients, families, deaths = [], [], []
    for n, p in enumerate(model.patients):
        code = p.address_code or ""
        if code:
            book.places |= {code: p.subdistrict, code[:4] + "00": p.district, code[:2] + "0000": p.province}
        prefix = book.prefixes(p.prefix)
        nation = book.nations((p.nationality, p.nationality_name))
        birth = (_buddhist(p.birth_date), "1" if p.birth_exact else "0")
        family = f"218{n:012}"
        patients.append(
            (
                *(f"274{n:012}", p.hn, p.cid, p.given, p.family, prefix, p.sex, *birth, nation, p.marital),
                *(p.house_no, p.moo, p.road, code, p.mobile_phone),
                *(p.home_phone, "1", family),
            )
        )
        families.append((family, p.cid, prefix, p.given, p.family, p.sex, *birth, nation, p.marital, "1"))
        if p.deceased:
            day = f"{_buddhist(p.death_date)},04:00:00"
            deaths.append((f"120{n:012}", f"274{n:012}", family, day, "1"))
    fill(
        connection,
        "t_patient",
        "t_patient_id patient_hn patient_pid patient_firstname patient_lastname f_patient_prefix_id f_sex_id"
        " patient_birthday patient_birthday_true f_patient_nation_id f_patient_marriage_status_id"
        " patient_house patient_moo patient_road patient_tambon patient_patient_mobile_phone"
        " patient_phone_number patient_active t_health_family_id",
        patients,
    )
    fill(
        connection,
        "t_health_family",
        "t_health_family_id patient_pid f_prefix_id patient_name patient_last_name f_sex_id patient_birthday"
        " patient_birthday_true f_patient_nation_id f_patient_marriage_status_id health_family_active",
        families,
    )
    fill(
        connection,
        "t_death",
        "t_death_id t_patient_id t_health_family_id death_date_time death_active",
        deaths,
    )


_COLUMNS = {
    "t_visit": "t_visit_id visit_vn visit_hn t_patient_id f_visit_type_id f_visit_status_id"
    " visit_begin_visit_time visit_staff_doctor_discharge_date_time f_visit_opd_discharge_status_id"
    " visit_staff_doctor_discharge b_visit_clinic_id b_service_point_id b_visit_office_id_refer_in"
    " t_patient_appointment_id f_visit_service_type_id",
    "t_visit_vital_sign": "t_visit_vital_sign_id t_visit_id record_date record_time"
    " visit_vital_sign_weight visit_vital_sign_height visit_vital_sign_temperature"
    " visit_vital_sign_blood_presure visit_vital_sign_heart_rate visit_vital_sign_respiratory_rate"
    " visit_vital_sign_waistline visit_vital_sign_active",
    "t_visit_primary_symptom": "t_visit_primary_symptom_id t_visit_id visit_primary_symptom_main_symptom"
    " visit_primary_symptom_active",
    "t_visit_payment": "t_visit_payment_id t_visit_id b_contract_plans_id visit_payment_priority"
    " visit_payment_main_hospital visit_payment_sub_hospital visit_payment_active",
    "t_diag_icd10": "t_diag_icd10_id diag_icd10_vn diag_icd10_number f_diag_icd10_type_id"
    " diag_icd10_staff_doctor diag_icd10_record_date_time diag_icd10_active",
    "t_patient_appointment": "t_patient_appointment_id t_visit_id patient_appointment_date"
    " patient_appointment patient_appointment_doctor patient_appointment_clinic patient_appointment_status"
    " patient_appointment_record_date_time patient_appointment_active",
    "t_order": "t_order_id t_visit_id b_item_id order_common_name f_item_group_id f_order_status_id"
    " order_qty order_price order_verify_date_time order_report_date_time order_dispense_date_time"
    " order_secret b_item_subgroup_id",
    "t_order_drug": "t_order_drug_id t_order_id b_item_drug_instruction_id b_item_drug_uom_id_purch"
    " order_drug_special_prescription order_drug_active",
    "t_result_lab": "t_result_lab_id t_order_id result_lab_name result_lab_value result_lab_unit"
    " result_lab_min result_lab_max result_lab_active",
}


def _visits(connection: Connection, model: Model, book: _Book) -> None:
    numbers = {patient.hn: n for n, patient in enumerate(model.patients)}
    clinics = {
        found.visit.clinic_name: (found.visit.clinic_code, found.visit.clinic_name) for found in model.visits
    }
    out: dict[str, list[tuple[object, ...]]] = {name: [] for name in _COLUMNS}
    for n, found in enumerate(model.visits):
        if found.state not in STATES:
            continue
        v, key = found.visit, f"255{n:012}"
        began = f"{_buddhist(v.service_day)},{v.start_time}"
        out["t_visit"].append(
            (
                *(key, v.visit_ref, v.hn, f"274{numbers[v.hn or '']:012}"),
                "1" if found.state == "admitted" else "0",
                "1" if found.state == "unfinished" else "3",
                *(began, f"{_buddhist(v.service_day)},{v.end_time}", _OUTCOMES.get(v.outcome_type or "")),
                book.staff((v.doctor_name, v.doctor_license)),
                book.clinics((v.clinic_code, v.clinic_name)),
                book.points(v.department_name),
                _ELSEWHERE if v.arrival_type == "3" else "",
                f"A{n}" if v.arrival_type == "2" else "",
                # older releases have no such column, and newer ones leave it blank: then the two above tell
                v.arrival_type if v.arrival_type not in ("2", "3") else "",
            )
        )
        _children(out, found, key, clinics, book)
    for table, columns in _COLUMNS.items():
        fill(connection, table, columns, out[table])


def _children(
    out: dict[str, list[tuple[object, ...]]],
    found: ModelVisit,
    key: str,
    clinics: dict[str | None, tuple[str | None, str | None]],
    book: _Book,
) -> None:
    v, s = found.visit, found.vital_sign
    if s:
        pressure = f"{s.bp_systolic:.0f}/{s.bp_diastolic:.0f}" if s.bp_systolic and s.bp_diastolic else ""
        measured = (s.weight_kg, s.height_cm, s.temperature_c, pressure, s.pulse, s.respiration, s.waist_cm)
        row = (key, key, _buddhist(v.service_day), v.start_time, *map(_text, measured), "1")
        out["t_visit_vital_sign"].append(row)
    out["t_visit_primary_symptom"].append((key, key, v.chief_complaint, "1"))
    for c in found.coverages:
        plan = book.plans((c.group_code, c.instype, c.plan_name))
        payment = (f"P{key}", key, plan, f"{(c.sequence or 1) - 1}", c.main_hospital, c.sub_hospital, "1")
        out["t_visit_payment"].append(payment)
    for d in found.diagnoses:
        code = _dotted(d.code or "")
        book.diseases[code] = d.name
        doctor = book.staff((d.doctor_name, d.doctor_license))
        row = (f"I{len(out['t_diag_icd10'])}", key, code, d.diagnosis_type, doctor)
        out["t_diag_icd10"].append((*row, _buddhist(d.recorded_date), "1"))
    for a in found.appointments:
        doctor = next(code for code, known in book.staff.items() if known[0] == a.doctor_name)
        row = (f"M{key}", key, _buddhist(a.start_date), a.cause, doctor, book.clinics(clinics[a.clinic_name]))
        out["t_patient_appointment"].append((*row, "0", _buddhist(a.created_date), "1"))
    for r in found.lab_results:
        book.tests[r.local_code or ""] = r
        order = f"L{len(out['t_order'])}"
        days = (_buddhist(r.order_date), _buddhist(r.report_date), "")
        out["t_order"].append(
            (order, key, f"L{r.local_code}", r.name, "2", "4", 1, 0, *days, "0", book.groups(r.group_name))
        )
        match = _RANGE.fullmatch(r.reference_text or "")
        low, high = match.groups() if match else ("", "")
        out["t_result_lab"].append((order, order, r.name, r.value, r.unit or "", low, high, "1"))
    for line in found.drug_dispenses:
        book.drugs[line.local_code or ""] = line
        order = f"D{len(out['t_order'])}"
        day = _buddhist(line.dispensed_date)
        amount = (line.quantity, line.unit_price)
        out["t_order"].append(
            (order, key, f"D{line.local_code}", line.name, "1", "5", *amount, day, "", day, "0", None)
        )
        usage = book.instructions((line.usage_text, line.instruction_th))
        out["t_order_drug"].append((order, order, usage, book.units(line.unit), "0", "1"))


def _doses(connection: Connection, model: Model, book: _Book) -> None:
    numbers = {patient.hn: n for n, patient in enumerate(model.patients)}
    services, doses = [], []
    for n, dose in enumerate(model.doses):
        person = numbers[dose.hn or ""]
        day = _buddhist(dose.given_date)
        services.append((f"179{n:012}", f"274{person:012}", f"218{person:012}", dose.hn, day, "1"))
        vaccine = book.vaccines((dose.vaccine_code, dose.vaccine_name))
        doctor = book.staff((dose.performer_name, dose.performer_license))
        lot = (dose.lot_number, _buddhist(dose.expire_date))
        doses.append((f"178{n:012}", f"179{n:012}", vaccine, *lot, doctor, "1"))
    fill(
        connection,
        "t_health_epi",
        "t_health_epi_id t_patient_id t_health_family_id health_epi_hn epi_survey_date health_epi_active",
        services,
    )
    fill(
        connection,
        "t_health_epi_detail",
        "t_health_epi_detail_id t_health_epi_id b_health_epi_set_id health_epi_detail_lot health_epi_exp"
        " health_epi_detail_staff_record health_epi_detail_active",
        doses,
    )


def _buddhist(iso: str | None) -> str:
    """The day as Hospital-OS writes it; nothing is an empty text there."""
    return f"{int(iso[:4]) + 543}{iso[4:]}" if iso else ""


def _text(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _dotted(code: str) -> str:
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code
