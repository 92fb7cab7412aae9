"""From the model to the rows HOSxP would hold: ``{(table, primary key): {column: value}}``.

Dates and times are ISO text. Columns not named here stay NULL, as they do at many real sites.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from phr_sandbox.province import rows as r
from phr_sandbox.province.formulary import DRUGS, SERVICES
from phr_sandbox.province.laboratory import ITEMS
from phr_sandbox.province.masters import ADMIT, HOME
from phr_sandbox.province.vaccine_rows import OvstVaccine
from phr_sandbox.scenario.model import Dose, His, Person, Record, Visit

#: table -> columns of its primary key
KEYS: dict[str, tuple[str, ...]] = {
    "patient": ("hos_guid",),
    "person": ("person_id",),
    "ovst": ("hos_guid",),
    "ovst_seq": ("vn",),
    "opdscreen": ("hos_guid",),
    "ovstdiag": ("ovst_diag_id",),
    "visit_pttype": ("vn", "pttype"),
    "lab_head": ("lab_order_number",),
    "lab_order": ("lab_order_number", "lab_items_code"),
    "opitemrece": ("hos_guid",),
    "oapp": ("oapp_id",),
    "ipt": ("an",),
    "ovst_vaccine": ("ovst_vaccine_id",),
    "person_wbc": ("person_wbc_id",),
    "person_wbc_service": ("person_wbc_service_id",),
    "person_wbc_vaccine_detail": ("person_wbc_vaccine_detail_id",),
    "person_epi": ("person_epi_id",),
    "person_epi_vaccine": ("person_epi_vaccine_id",),
    "person_epi_vaccine_list": ("person_epi_vaccine_list_id",),
    "village_student": ("village_student_id",),
    "village_student_vaccine": ("village_student_vaccine_id",),
    "village_student_vaccine_list": ("village_student_vaccine_list_id",),
    "person_anc": ("person_anc_id",),
    "person_anc_service": ("person_anc_service_id",),
    "person_anc_service_detail": ("person_anc_service_detail_id",),
    "person_vaccine_elsewhere": ("person_vaccine_elsewhere_id",),
    "person_vaccine_list": ("person_vaccine_list_id",),
}
RowKey = tuple[str, tuple[Any, ...]]
Rows = dict[RowKey, dict[str, Any]]
_Row = tuple[str, dict[str, Any]]

_CANCELLED = 2
_SERVICE = SERVICES[0]


class _Register(NamedTuple):
    """Three nested tables of the community module that hold doses of one kind."""

    member: str
    service: str
    day: str
    line: str
    vaccine: str
    doctor: str


_REGISTERS = {
    "wbc": _Register(
        "person_wbc",
        "person_wbc_service",
        "service_date",
        "person_wbc_vaccine_detail",
        "wbc_vaccine_id",
        "doctor_code",
    ),
    "epi": _Register(
        "person_epi",
        "person_epi_vaccine",
        "vaccine_date",
        "person_epi_vaccine_list",
        "epi_vaccine_id",
        "doctor_code",
    ),
    "student": _Register(
        "village_student",
        "village_student_vaccine",
        "vaccine_date",
        "village_student_vaccine_list",
        "student_vaccine_id",
        "doctor_code",
    ),
    "anc": _Register(
        "person_anc",
        "person_anc_service",
        "anc_service_date",
        "person_anc_service_detail",
        "anc_service_id",
        "anc_doctor_code",
    ),
}


def rows_of(his: His) -> Rows:
    """Every row of a hospital's database that the script can touch."""
    found: Rows = {}
    for table, row in _all(his):
        key = (table, tuple(row[name] for name in KEYS[table]))
        if key in found and found[key] != row:
            raise ValueError(f"two different rows of {table} with one key")
        found[key] = row
    return found


def _all(his: His) -> Iterator[_Row]:
    for record in his.records.values():
        yield "patient", _patient(his, record)
    for person in his.persons.values():
        yield "person", _person(person)
    for visit in his.visits.values():
        yield from _visit(his, visit)
    for dose in his.doses.values():
        yield from _dose(his, dose)


def _patient(his: His, record: Record) -> dict[str, Any]:
    who = record.who
    return {
        "hos_guid": f"{{P-{his.hcode}-{record.hn}}}",
        "hn": record.hn,
        "pname": who.prefix,
        "fname": who.given,
        "lname": who.family,
        "sex": who.sex,
        "birthday": who.birth.isoformat(),
        "truebirthday": "Y",
        "cid": record.cid,
        "nationality": "99",
        "citizenship": "99",
        "marrystatus": who.marital,
        "addrpart": who.house_no,
        "moopart": who.moo,
        "tmbpart": who.address[4:],
        "amppart": who.address[2:4],
        "chwpart": who.address[:2],
        "addressid": who.address,
        "mobile_phone_number": record.phone,
        "pttype": who.pttype,
        "hcode": his.hcode,
        "death": "N",
    }


def _person(person: Person) -> dict[str, Any]:
    who = person.who
    return {
        "person_id": person.person_id,
        "cid": person.cid,
        "patient_hn": person.hn,
        "pname": who.prefix,
        "fname": who.given,
        "lname": who.family,
        "sex": who.sex,
        "birthdate": who.birth.isoformat(),
        "nationality": "99",
        "house_regist_type_id": 1,
        "death": "N",
    }


def _visit(his: His, visit: Visit) -> Iterator[_Row]:
    day, hcode = visit.day.isoformat(), his.hcode
    outcome = (ADMIT if visit.an else HOME) if visit.finished else None
    ovst = r.Ovst(
        hos_guid=f"{{O-{hcode}-{visit.serial}}}",
        vn=visit.vn,
        hn=visit.hn,
        an=visit.an,
        vstdate=day,
        vsttime=visit.time,
        doctor=visit.doctor,
        hospmain=hcode,
        hospsub=hcode,
        oqueue=visit.serial,
        ovstist=visit.arrival,
        ovstost=outcome,
        pttype=visit.coverages[0],
        spclty=visit.spclty,
        hcode=hcode,
        cur_dep=visit.department,
        main_dep=visit.department,
        visit_type="I",
        staff="demo",
        anonymous_visit=None,
        diag_text=None,
    )
    yield "ovst", ovst._asdict()
    yield "ovst_seq", {"vn": visit.vn, "seq_id": visit.serial}
    yield "opdscreen", _screen(his, visit)
    if visit.an:
        yield "ipt", {"an": visit.an, "vn": visit.vn, "hn": visit.hn, "regdate": day, "regtime": visit.time}
    for number, plan in enumerate(visit.coverages, 1):
        year = visit.day.year
        begin, end = f"{year - 1}-10-01", f"{year + 1}-09-30"
        yield (
            "visit_pttype",
            r.VisitPttype(visit.vn, plan, hcode, hcode, begin, end, number, None, None)._asdict(),
        )
    for d in visit.diagnoses:
        code = d.code
        yield (
            "ovstdiag",
            r.OvstDiag(
                d.row, visit.vn, visit.hn, day, d.time, code, code[:3], d.kind, visit.doctor, hcode, None
            )._asdict(),
        )
    yield from _laboratory(visit)
    yield from _pharmacy(his, visit)
    for a in visit.appointments:
        yield (
            "oapp",
            {
                "oapp_id": a.row,
                "hn": visit.hn,
                "vn": visit.vn,
                "vstdate": day,
                "nextdate": a.day.isoformat(),
                "nexttime": a.time,
                "endtime": "12:00:00",
                "clinic": a.clinic,
                "doctor": visit.doctor,
                "app_cause": "ติดตามอาการ",
                "oapp_status_id": 1 if a.active else _CANCELLED,
                "entry_date": a.made.isoformat(),
            },
        )


def _screen(his: His, visit: Visit) -> dict[str, Any]:
    v = visit.vitals
    return {
        "hos_guid": f"{{S-{his.hcode}-{visit.serial}}}",
        "vn": visit.vn,
        "hn": visit.hn,
        "vstdate": visit.day.isoformat(),
        "vsttime": visit.time,
        "bps": v.systolic,
        "bpd": v.diastolic,
        "bw": v.weight,
        "height": v.height,
        "pulse": v.pulse,
        "rr": v.respiration,
        "temperature": v.temperature,
        "cc": visit.complaint,
    }


def _laboratory(visit: Visit) -> Iterator[_Row]:
    for form in visit.forms:
        order, report = form.order_day.isoformat(), form.report_day.isoformat() if form.report_day else None
        yield (
            "lab_head",
            r.LabHead(
                form.number,
                visit.vn,
                visit.hn,
                "OPD",
                visit.doctor,
                form.name,
                order,
                form.order_time,
                order,
                form.order_time,
                report,
                form.report_time,
                "Y" if form.report_day else "N",
                None,
                None,
            )._asdict(),
        )
        for row in form.rows:
            item = ITEMS[row.item]
            confirm = "Y" if row.confirmed else "N"
            yield (
                "lab_order",
                r.LabOrder(
                    form.number, row.item, row.result, item.display, item.normal, confirm, None, order, None
                )._asdict(),
            )


def _pharmacy(his: His, visit: Visit) -> Iterator[_Row]:
    day = visit.day.isoformat()
    head = {"vn": visit.vn, "hn": visit.hn, "vstdate": day, "vsttime": visit.time, "hcode": his.hcode}
    head |= {"doctor": visit.doctor, "pttype": visit.coverages[0]}
    for number, line in enumerate(visit.drugs, 1):
        price = DRUGS[line.icode].price
        yield (
            "opitemrece",
            {
                **head,
                "hos_guid": line.row,
                "icode": line.icode,
                "qty": line.qty,
                "unitprice": price,
                "sum_price": round(price * line.qty, 2),
                "drugusage": line.usage,
                "sp_use": line.special,
                "rxdate": line.rx_day.isoformat(),
                "rxtime": line.rx_time,
                "income": "03",
                "item_no": number,
            },
        )
    if visit.finished and visit.charged:  # a charge that is no drug
        yield (
            "opitemrece",
            {
                **head,
                "hos_guid": f"{{C-{his.hcode}-{visit.serial}}}",
                "icode": _SERVICE[0],
                "qty": 1,
                "unitprice": _SERVICE[2],
                "sum_price": _SERVICE[2],
                "drugusage": None,
                "sp_use": None,
                "rxdate": day,
                "rxtime": visit.time,
                "income": _SERVICE[3],
                "item_no": len(visit.drugs) + 1,
            },
        )


def _dose(his: His, dose: Dose) -> Iterator[_Row]:
    day, expires = dose.day.isoformat(), (dose.day + timedelta(days=400)).isoformat()
    stamp = f"{dose.entered} 10:00:00"
    if dose.table == "visit":
        row = OvstVaccine(
            dose.row, dose.vn or "", dose.vaccine, 1, 0.5, dose.lot, expires, "0012", f"{day} 10:00:00"
        )
        yield "ovst_vaccine", {**row._asdict(), "update_datetime": stamp}
    elif dose.table in ("elsewhere", "list"):
        table = f"person_vaccine_{dose.table}"
        found: dict[str, Any] = {
            f"{table}_id": dose.row,
            "person_id": dose.person_id,
            "person_vaccine_id": dose.vaccine,
            "vaccine_date": day,
        }
        if dose.table == "elsewhere":
            found |= {"vaccine_lotno": dose.lot, "vaccine_hospcode": "99009", "update_datetime": stamp}
        yield table, found
    else:
        names = _REGISTERS[dose.table]
        person = dose.person_id
        entries = [d.entered for d in his.doses.values() if d.table == dose.table and d.person_id == person]
        moved = f"{max(entries)} 10:00:00"
        yield names.member, {f"{names.member}_id": person, "person_id": person, "last_update": moved}
        yield (
            names.service,
            {f"{names.service}_id": dose.row, f"{names.member}_id": person, names.day: day},
        )
        yield (
            names.line,
            {
                f"{names.line}_id": dose.row,
                f"{names.service}_id": dose.row,
                names.vaccine: dose.vaccine,
                "vaccine_lotno": dose.lot,
                "vaccine_expire_date": expires,
                names.doctor: "0012",
            },
        )
