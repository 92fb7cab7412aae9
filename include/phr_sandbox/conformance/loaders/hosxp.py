"""Writes a model into HOSxP tables. HOSxP holds everything the model says."""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from phr.canonical import CanonicalRow, DrugDispense, LabResult
from phr_sandbox.conformance.loaders.fill import Codes, fill
from phr_sandbox.conformance.model import Model, ModelVisit
from phr_sandbox.province.schema import create_hosxp

create = create_hosxp
REGISTERS = ("immunization", "allergy", "chronic")


def held(table: str, row: CanonicalRow) -> CanonicalRow | None:  # noqa: ARG001
    """Everything."""
    return row


def load(engine: Engine, model: Model) -> None:
    """Write the model."""
    with engine.begin() as connection:
        if connection.dialect.name in ("mysql", "mariadb"):
            connection.exec_driver_sql("SET SESSION sql_mode = ''")
        fill(connection, "opdconfig", "hospitalcode hospitalname", [(model.hcode, "รพ.สมมติ")])
        _People(connection).write(model)
        book = _Book()
        _visits(connection, model, book)
        _doses(connection, model, book)
        _allergies(connection, model, book)
        _chronic(connection, model, book)
        book.write(connection)


class _Book:
    """The master tables: a code for everything the rows name."""

    def __init__(self) -> None:
        self.doctors: Codes[tuple[str | None, str | None]] = Codes("D{:03}")
        self.clinics: Codes[tuple[str | None, str | None]] = Codes("{:02}")
        self.departments: Codes[str] = Codes("{:03}")
        self.plans: Codes[tuple[str | None, ...]] = Codes("{:02}")
        self.names: dict[str, str | None] = {}
        self.items: dict[str, LabResult] = {}
        self.groups: Codes[str] = Codes("{}")
        self.drugs: dict[str, DrugDispense] = {}
        self.usages: Codes[tuple[str | None, str | None]] = Codes("U{:02}")
        self.app_clinics: Codes[str] = Codes("{:03}")
        self.vaccines: Codes[tuple[str | None, str | None]] = Codes("{}")

    def write(self, connection: Connection) -> None:
        fill(connection, "doctor", "code name licenseno", [(c, *v) for c, v in self.doctors.items()])
        fill(connection, "spclty", "spclty provis_code name", [(c, *v) for c, v in self.clinics.items()])
        fill(connection, "kskdepartment", "depcode department", self.departments.items())
        fill(connection, "clinic", "clinic name", self.app_clinics.items())
        fill(
            connection,
            "pttype",
            "pttype hipdata_code pttype_std_code name",
            [(c, *v) for c, v in self.plans.items()],
        )
        fill(connection, "icd101", "code name", [(code, name) for code, name in self.names.items()])
        fill(
            connection,
            "lab_items",
            "lab_items_code lab_items_name lab_items_unit lab_items_normal_value loinc_code tmlt_code"
            " provis_labcode lab_items_group",
            [
                (
                    r.local_code,
                    r.name,
                    r.unit,
                    r.reference_text,
                    r.loinc,
                    r.tmlt,
                    r.labtest,
                    self.groups(r.group_name),
                )
                for r in self.items.values()
            ],
        )
        fill(connection, "lab_items_group", "lab_items_group_code lab_items_group_name", self.groups.items())
        fill(connection, "drugusage", "drugusage shortlist name1", [(c, *v) for c, v in self.usages.items()])
        fill(
            connection,
            "drugitems",
            "icode name units did sks_drug_code tmt_tp_code tmt_gp_code",
            [
                (
                    r.local_code,
                    r.name,
                    r.unit,
                    r.did24,
                    *tuple(r.tmt_code if r.tmt_level == level else None for level in ("SKS", "TPU", "GPU")),
                )
                for r in self.drugs.values()
            ],
        )
        fill(
            connection,
            "epi_vaccine",
            "epi_vaccine_id export_vaccine_code epi_vaccine_name",
            [(int(c), *v) for c, v in self.vaccines.items()],
        )
        for table in ("ovstist", "ovstost"):
            fill(connection, table, f"{table} export_code", [(f"0{n}", str(n)) for n in range(1, 10)])
        fill(connection, "diagtype", "diagtype nhso_code", [(str(n), str(n)) for n in range(1, 8)])


class _People:
    """Patients, the list of nations and the list of places."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._nations: Codes[tuple[str | None, str | None]] = Codes("{:02}")
        self._places: dict[str, tuple[str | None, ...]] = {}

    def write(self, model: Model) -> None:
        rows, deaths = [], []
        for n, p in enumerate(model.patients):
            code = p.address_code or ""
            if p.address_code:
                self._places[code] = (p.subdistrict, p.district, p.province, p.postal_code)
            rows.append(
                (
                    f"{{P-{n}}}",
                    p.hn,
                    p.cid,
                    p.prefix,
                    p.given,
                    p.middle,
                    p.family,
                    p.sex,
                    p.birth_date,
                    "Y" if p.birth_exact else "N",
                    self._nations((p.nationality, p.nationality_name)),
                    p.marital,
                    p.house_no,
                    p.moo,
                    p.road,
                    code[:2],
                    code[2:4],
                    code[4:],
                    p.mobile_phone,
                    p.home_phone,
                    "Y" if p.deceased else "N",
                    p.death_date,
                )
            )
            if p.death_date:
                deaths.append((p.hn, p.death_date))
        fill(
            self._connection,
            "patient",
            "hos_guid hn cid pname fname midname lname sex birthday truebirthday nationality marrystatus"
            " addrpart moopart road chwpart amppart tmbpart mobile_phone_number hometel death deathday",
            rows,
        )
        fill(self._connection, "death", "hn death_date", deaths)
        fill(
            self._connection,
            "nationality",
            "nationality nhso_code name",
            [(code, *nation) for code, nation in self._nations.items()],
        )
        fill(
            self._connection,
            "thaiaddress",
            "addressid name full_name pocode",
            [(code, p[0], f"ต.{p[0]} อ.{p[1]} จ.{p[2]}", p[3]) for code, p in self._places.items()],
        )


def _visits(connection: Connection, model: Model, book: _Book) -> None:
    out: dict[str, list[tuple[object, ...]]] = {name: [] for name in _COLUMNS}
    for n, found in enumerate(model.visits):
        v = found.visit
        plan = found.coverages[0]
        pttype = book.plans((plan.group_code, plan.instype, plan.plan_name))
        out["ovst"].append(
            (
                f"{{V-{n}}}",
                v.visit_ref,
                v.hn,
                f"A{n:07}" if found.state == "admitted" else None,
                v.service_day,
                v.start_time,
                v.end_time,
                f"0{v.arrival_type}",
                f"0{v.outcome_type}" if v.outcome_type else None,
                pttype,
                book.clinics((v.clinic_code, v.clinic_name)),
                book.departments(v.department_name),
                book.doctors((v.doctor_name, v.doctor_license)),
                "Y" if found.state == "anonymous" else None,
                plan.main_hospital,
                plan.sub_hospital,
            )
        )
        _children(out, found, n, book)
    for table, columns in _COLUMNS.items():
        fill(connection, table, columns, out[table])


_COLUMNS = {
    "ovst": "hos_guid vn hn an vstdate vsttime cur_dep_time ovstist ovstost pttype spclty main_dep doctor"
    " anonymous_visit hospmain hospsub",
    "opdscreen": "hos_guid vn bw height temperature bps bpd pulse rr waist cc",
    "ovstdiag": "ovst_diag_id vn icd10 diagtype doctor vstdate",
    "oapp": "oapp_id vn nextdate clinic doctor app_cause vstdate",
    "lab_head": "lab_order_number vn order_date report_date confirm_report",
    "lab_order": "lab_order_number lab_items_code lab_order_result confirm",
    "opitemrece": "hos_guid vn icode qty unitprice drugusage vstdate",
}


def _children(out: dict[str, list[tuple[object, ...]]], found: ModelVisit, n: int, book: _Book) -> None:
    v, s = found.visit, found.vital_sign
    vitals: tuple[float | None, ...] = s[2:10] if s else (None,) * 8
    out["opdscreen"].append((f"{{S-{n}}}", v.visit_ref, *vitals, v.chief_complaint))
    for d in found.diagnoses:
        book.names[d.code or ""] = d.name
        doctor = book.doctors((d.doctor_name, d.doctor_license))
        key = len(out["ovstdiag"]) + 1
        out["ovstdiag"].append((key, v.visit_ref, d.code, d.diagnosis_type, doctor, d.recorded_date))
    for a in found.appointments:
        doctor = next(code for code, known in book.doctors.items() if known[0] == a.doctor_name)
        key = len(out["oapp"]) + 1
        out["oapp"].append(
            (key, v.visit_ref, a.start_date, book.app_clinics(a.clinic_name), doctor, a.cause, a.created_date)
        )
    if found.lab_results:
        first = found.lab_results[0]
        out["lab_head"].append((n, v.visit_ref, first.order_date, first.report_date, "Y"))
    for r in found.lab_results:
        book.items[r.local_code or ""] = r
        out["lab_order"].append((n, r.local_code, r.value, "Y"))
    for line in found.drug_dispenses:
        book.drugs[line.local_code or ""] = line
        usage = book.usages((line.usage_text, line.instruction_th))
        guid = f"{{R-{len(out['opitemrece'])}}}"
        out["opitemrece"].append(
            (guid, v.visit_ref, line.local_code, line.quantity, line.unit_price, usage, line.dispensed_date)
        )


def _doses(connection: Connection, model: Model, book: _Book) -> None:
    """Doses stand in the register of the health centre, whose people are linked to the patients."""
    of_hn = {patient.hn: patient for patient in model.patients}
    people: dict[str, int] = {}
    services, doses = [], []
    for n, dose in enumerate(model.doses, 1):
        person = people.setdefault(dose.hn or "", len(people) + 1)
        vaccine = book.vaccines((dose.vaccine_code, dose.vaccine_name))
        doctor = book.doctors((dose.performer_name, dose.performer_license))
        services.append((n, person, dose.given_date))
        doses.append((n, n, int(vaccine or 0), dose.lot_number, dose.expire_date, doctor))
    rows = [(number, of_hn[hn]) for hn, number in people.items()]
    fill(
        connection,
        "person",
        "person_id cid patient_hn pname fname lname sex birthdate",
        [(n, p.cid, p.hn, p.prefix, p.given, p.family, p.sex, p.birth_date) for n, p in rows],
    )
    fill(connection, "person_epi", "person_epi_id person_id", [(n, n) for n in people.values()])
    fill(connection, "person_epi_vaccine", "person_epi_vaccine_id person_epi_id vaccine_date", services)
    columns = (
        "person_epi_vaccine_list_id person_epi_vaccine_id epi_vaccine_id vaccine_lotno vaccine_expire_date"
    )
    fill(connection, "person_epi_vaccine_list", f"{columns} doctor_code", doses)


def _allergies(connection: Connection, model: Model, book: _Book) -> None:
    fill(
        connection,
        "opd_allergy",
        "opd_allergy_id hn agent agent_code24 symptom seriousness_id allergy_relation_id"
        " opd_allergy_source_id report_date doctor_code",
        [
            (
                n,
                row.hn,
                row.substance,
                row.did24,
                row.reaction,
                int(row.severity or 0),
                int(row.certainty or 0),
                int(row.informant or 0),
                row.recorded_date,
                book.doctors((row.recorder_name, row.recorder_license)),
            )
            for n, row in enumerate(model.allergies, 1)
        ],
    )


def _chronic(connection: Connection, model: Model, book: _Book) -> None:
    """Every disease has a clinic of its own, whose members are registered."""
    clinics: Codes[tuple[str | None, str | None]] = Codes("C{:02}")
    members = []
    for n, row in enumerate(model.chronic, 1):
        book.names[row.code or ""] = row.name
        clinic = clinics((row.code, row.clinic_name))
        status = int(row.status or 0)
        members.append((n, row.hn, clinic, row.registered_date, row.discharge_date, status))
    columns = "clinicmember_id hn clinic regdate dchdate clinic_member_status_id"
    fill(connection, "clinicmember", columns, members)
    rows = [(code, name, "Y", icd10) for code, (icd10, name) in clinics.items()]
    fill(connection, "clinic", "clinic name chronic icd10", rows)
    fill(
        connection,
        "clinic_member_status",
        "clinic_member_status_id provis_typedis",
        [(n, f"{n:02}") for n in range(1, 12)],
    )
