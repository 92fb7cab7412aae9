"""Writes a model as the 43 files. They hold less than the model says: see :func:`held`."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

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
    VitalSign,
)
from phr.his.files43.lines import LAYOUTS
from phr.his.files43.load import labtest_names
from phr_sandbox.conformance.loaders.fill import Codes
from phr_sandbox.conformance.model import Model, ModelVisit, State

REGISTERS = ("immunization", "allergy", "chronic")
#: SERVICE knows no anonymous visits
STATES: frozenset[State] = frozenset({"eligible", "admitted", "unfinished"})
#: what the hospital's entry in hospitals.yaml has to say, for registers to be read
SETTINGS = {"epi_export_full": True, "drugallergy_export_full": True, "chronic_export_full": True}
PREFIXES = {"ด.ช.": "001", "ด.ญ.": "002", "นาย": "003", "น.ส.": "004", "นาง": "005"}
FILES = {
    **LAYOUTS,
    "PROVIDER": "HOSPCODE PROVIDER REGISTERNO COUNCIL CID PRENAME NAME LNAME SEX BIRTH PROVIDERTYPE D_UPDATE",
    "ADDRESS": "HOSPCODE PID ADDRESSTYPE HOUSE_ID HOUSETYPE ROOMNO CONDO HOUSENO SOISUB SOIMAIN ROAD"
    " VILLANAME VILLAGE TAMBON AMPUR CHANGWAT TELEPHONE MOBILE D_UPDATE",
}
UPDATED = "20260201080000"
Rows = dict[str, list[dict[str, object]]]


def held(table: str, row: CanonicalRow) -> CanonicalRow | None:  # noqa: ARG001 - the row says its table
    """What the files can say.

    Not held: names of places, nations, plans, diagnoses, clinics and vaccines; other prefixes than the five
    of ordinary people; who treated in a visit, its end, and its clinic (without a principal diagnosis);
    weight, height and waist; cause of an appointment; of a test all but LABTEST, value and day; of a drug
    the TMT code, unit and directions; lot and expiry of a dose; the reaction of an allergy in words; name and
    clinic of a chronic disease.
    """
    if isinstance(row, Patient):
        return row._replace(
            prefix=row.prefix if row.prefix in PREFIXES else None,
            middle=None,
            nationality_name=None,
            subdistrict=None,
            district=None,
            province=None,
            postal_code=None,
        )
    if isinstance(row, Visit):
        return row._replace(
            end_time=row.start_time,
            clinic_code=None,
            clinic_name=None,
            department_name=None,
            doctor_name=None,
            doctor_license=None,
        )
    if isinstance(row, VitalSign):
        return row._replace(weight_kg=None, height_cm=None, waist_cm=None)
    if isinstance(row, Diagnosis):
        return row._replace(name=None)
    if isinstance(row, Coverage):
        return row._replace(group_code=None, plan_name=None)
    if isinstance(row, Appointment):
        return row._replace(clinic_name=None, cause=None)
    if isinstance(row, LabResult):
        return _held_lab(row)
    if isinstance(row, DrugDispense):
        return row._replace(
            local_code=row.did24,
            tmt_code=None,
            tmt_level=None,
            unit=None,
            usage_text=None,
            instruction_th=None,
        )
    if isinstance(row, Immunization):
        return row._replace(vaccine_name=None, lot_number=None, expire_date=None)
    if isinstance(row, Allergy):
        return row._replace(reaction=None)
    if isinstance(row, ChronicRegistration):
        return row._replace(name=None, clinic_name=None)
    return row


def _held_lab(row: LabResult) -> LabResult | None:
    if row.labtest is None:
        return None
    return row._replace(
        local_code=row.labtest,
        name=dict(labtest_names()).get(row.labtest),
        unit=None,
        reference_text=None,
        loinc=None,
        tmlt=None,
        group_name=None,
        report_date=None,
    )


def write(
    url: str,
    model: Model,
    *,
    charset: str = "utf-8",
    zipped: bool = False,
    name: str = "",
    case: str = "upper",
    updated: str = UPDATED,
) -> Path:
    """Write one export into the folder of the URL; returns where it is.

    :param charset: ``utf-8``, ``utf-8-sig`` or ``cp874``.
    :param zipped: into a zip instead of a folder of files.
    :param name: folder or zip of its own, for several exports beside each other.
    :param case: ``upper`` or ``lower`` case of the names of the files.
    :param updated: D_UPDATE of every row.
    """
    root = Path(url.removeprefix("files43://")) / name
    contents = {
        getattr(f"{kind}.txt", case)(): ("\r\n".join(lines) + "\r\n").encode(charset)
        for kind, lines in _lines(_rows(model, updated)).items()
    }
    if zipped:
        path = root.with_name(f"{root.name}.zip") if name else root / f"F43_{model.hcode}_20260201080000.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, content in contents.items():
                archive.writestr(file, content)
        return path
    root.mkdir(parents=True, exist_ok=True)
    for file, content in contents.items():
        (root / file).write_bytes(content)
    return root


def _lines(rows: Rows) -> dict[str, list[str]]:
    found = {}
    for kind, layout in FILES.items():
        columns = layout.split()
        lines = [["" if row.get(c) is None else str(row[c]) for c in columns] for row in rows[kind]]
        found[kind] = ["|".join(columns), *("|".join(line) for line in lines)]
    return found


def _rows(model: Model, updated: str) -> Rows:
    rows: Rows = {kind: [] for kind in FILES}
    providers: Codes[tuple[str | None, str | None]] = Codes("{:03}")
    pids = {patient.hn: f"{n}" for n, patient in enumerate(model.patients, 1)}
    rows["PERSON"] = [_person(patient, pids[patient.hn]) for patient in model.patients]
    rows["ADDRESS"] = [_address(p, pids[p.hn]) for p in model.patients if p.address_code or p.house_no]
    for visit in model.visits:
        if visit.state in STATES:
            _visit(rows, visit, pids[visit.visit.hn or ""], providers)
    rows["EPI"] = [
        {
            "PID": pids[dose.hn or ""],
            "DATE_SERV": _day(dose.given_date),
            "VACCINETYPE": dose.vaccine_code,
            "VACCINEPLACE": model.hcode,
            "PROVIDER": providers((dose.performer_name, dose.performer_license)),
        }
        for dose in model.doses
    ]
    rows["DRUGALLERGY"] = [
        _allergy(row, pids[row.hn or ""], model.hcode, providers) for row in model.allergies
    ]
    rows["CHRONIC"] = [_chronic(row, pids[row.hn or ""], model.hcode) for row in model.chronic]
    for code, (name, license_no) in providers.items():
        given, _, family = (name or "").partition(" ")
        rows["PROVIDER"].append({"PROVIDER": code, "REGISTERNO": license_no, "NAME": given, "LNAME": family})
    for row in (row for of_kind in rows.values() for row in of_kind):
        row |= {"HOSPCODE": model.hcode, "D_UPDATE": updated}
    return rows


def _person(p: Patient, pid: str) -> dict[str, object]:
    return {
        "CID": p.cid,
        "PID": pid,
        "PRENAME": PREFIXES.get(p.prefix or ""),
        "NAME": p.given,
        "LNAME": p.family,
        "HN": p.hn,
        "SEX": p.sex,
        "BIRTH": _day(p.birth_date),
        "MSTATUS": p.marital,
        "NATION": p.nationality,
        "DISCHARGE": "1" if p.deceased else "9",
        "DDISCHARGE": _day(p.death_date),
        "TELEPHONE": p.home_phone,
        "MOBILE": p.mobile_phone,
    }


def _address(p: Patient, pid: str) -> dict[str, object]:
    code = p.address_code or ""
    return {
        "PID": pid,
        "ADDRESSTYPE": "1",
        "HOUSENO": p.house_no,
        "ROAD": p.road,
        "VILLAGE": p.moo,
        "CHANGWAT": code[:2],
        "AMPUR": code[2:4],
        "TAMBON": code[4:],
    }


def _visit(rows: Rows, found: ModelVisit, pid: str, providers: Codes[tuple[str | None, str | None]]) -> None:
    v, s, plan = found.visit, found.vital_sign, found.coverages[0]
    key = {"PID": pid, "SEQ": v.visit_ref, "DATE_SERV": _day(v.service_day)}
    rows["SERVICE"].append(
        key
        | {
            "HN": v.hn,
            "TIME_SERV": (v.start_time or "").replace(":", ""),
            "INSTYPE": plan.instype,
            "MAIN": plan.main_hospital,
            "HSUB": plan.sub_hospital,
            "TYPEIN": v.arrival_type,
            "CHIEFCOMP": v.chief_complaint,
            "BTEMP": s and s.temperature_c,
            "SBP": s and s.bp_systolic,
            "DBP": s and s.bp_diastolic,
            "PR": s and s.pulse,
            "RR": s and s.respiration,
            "TYPEOUT": v.outcome_type,
        }
    )
    rows["DIAGNOSIS_OPD"] += [
        key
        | {
            "DIAGTYPE": d.diagnosis_type,
            "DIAGCODE": d.code,
            "PROVIDER": providers((d.doctor_name, d.doctor_license)),
        }
        for d in found.diagnoses
    ]
    rows["APPOINTMENT"] += [
        key | {"APDATE": _day(a.start_date), "APTYPE": "179", "PROVIDER": _named(providers, a.doctor_name)}
        for a in found.appointments
    ]
    rows["LABFU"] += [
        key | {"LABTEST": r.labtest, "LABRESULT": r.value} for r in found.lab_results if r.labtest
    ]
    rows["DRUG_OPD"] += [
        key
        | {
            "DIDSTD": line.did24,
            "DNAME": line.name,
            "AMOUNT": line.quantity,
            "UNIT": "001",
            "DRUGPRICE": line.unit_price,
        }
        for line in found.drug_dispenses
    ]


def _allergy(
    row: Allergy, pid: str, hcode: str, providers: Codes[tuple[str | None, str | None]]
) -> dict[str, object]:
    """SYMPTOM is a code without a public list, so it is one of ours that says nothing."""
    return {
        "PID": pid,
        "DATERECORD": _day(row.recorded_date),
        "DRUGALLERGY": row.did24,
        "DNAME": row.substance,
        "TYPEDX": row.certainty,
        "ALEVEL": row.severity,
        "SYMPTOM": "99" if row.reaction else None,
        "INFORMANT": row.informant,
        "INFORMHOSP": hcode,
        "PROVIDER": providers((row.recorder_name, row.recorder_license)),
    }


def _chronic(row: ChronicRegistration, pid: str, hcode: str) -> dict[str, object]:
    return {
        "PID": pid,
        "DATE_DIAG": _day(row.registered_date),
        "CHRONIC": row.code,
        "HOSP_DX": hcode,
        "HOSP_RX": hcode,
        "DATE_DISCH": _day(row.discharge_date),
        "TYPEDISCH": row.status,
    }


def _named(providers: Codes[tuple[str | None, str | None]], name: str | None) -> str | None:
    """Code of a provider known by name alone; a new one without licence when nobody has it."""
    known: Iterable[str] = (code for code, provider in providers.items() if provider[0] == name)
    return next(iter(known), None) or providers((name, None))


def _day(iso: str | None) -> str:
    return (iso or "").replace("-", "")
