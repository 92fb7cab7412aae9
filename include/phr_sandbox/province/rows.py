"""The HOSxP rows the generator fills, but for vaccines (see :mod:`vaccine_rows`).

Columns not named here stay NULL, as they do at many real sites. Types: dates and times are ISO text,
"0000-00-00" included.
"""

from __future__ import annotations

from typing import NamedTuple


class Patient(NamedTuple):
    """``patient``."""

    hos_guid: str
    hn: str
    pname: str
    fname: str
    lname: str
    sex: str
    birthday: str | None
    truebirthday: str
    cid: str | None
    passport_no: str | None
    nationality: str
    citizenship: str
    religion: str
    marrystatus: str
    addrpart: str
    moopart: str
    tmbpart: str
    amppart: str
    chwpart: str
    addressid: str
    po_code: str
    mobile_phone_number: str
    pttype: str
    hcode: str
    type_area: str
    death: str
    deathday: str | None
    last_update: str | None


class Person(NamedTuple):
    """``person``."""

    person_id: int
    cid: str | None
    patient_hn: str | None
    pname: str
    fname: str
    lname: str
    sex: str
    birthdate: str | None
    nationality: str
    house_regist_type_id: int
    death: str
    death_date: str | None
    last_update: str | None


class Death(NamedTuple):
    """``death``."""

    hn: str
    death_date: str


class PersonDeath(NamedTuple):
    """``person_death``."""

    person_id: int
    death_date: str


class Ovst(NamedTuple):
    """``ovst``."""

    hos_guid: str
    vn: str
    hn: str | None
    an: str | None
    vstdate: str
    vsttime: str | None
    doctor: str
    hospmain: str
    hospsub: str
    oqueue: int
    ovstist: str
    ovstost: str | None
    pttype: str
    spclty: str
    hcode: str
    cur_dep: str
    main_dep: str
    visit_type: str
    staff: str
    anonymous_visit: str | None
    diag_text: str | None


class OvstSeq(NamedTuple):
    """``ovst_seq``."""

    vn: str
    seq_id: int
    update_datetime: str | None


class VnStat(NamedTuple):
    """``vn_stat``."""

    vn: str
    hn: str | None
    vstdate: str
    cid: str | None
    sex: str
    age_y: int
    pdx: str | None
    pttype: str
    spclty: str


class OpdScreen(NamedTuple):
    """``opdscreen``."""

    hos_guid: str
    vn: str
    hn: str | None
    vstdate: str
    vsttime: str | None
    bps: float | None
    bpd: float | None
    bw: float | None
    height: int | None
    bmi: float | None
    waist: float | None
    pulse: float | None
    rr: float | None
    temperature: float | None
    spo2: float | None
    cc: str | None
    hpi: str | None
    smoking_type_id: int | None
    drinking_type_id: int | None
    found_allergy: str | None
    update_datetime: str | None


class OvstDiag(NamedTuple):
    """``ovstdiag``."""

    ovst_diag_id: int
    vn: str
    hn: str | None
    vstdate: str
    vsttime: str | None
    icd10: str
    icd103: str
    diagtype: str
    doctor: str
    hcode: str
    update_datetime: str | None


class VisitPttype(NamedTuple):
    """``visit_pttype``."""

    vn: str
    pttype: str
    hospmain: str
    hospsub: str
    begin_date: str | None
    expire_date: str | None
    pttype_number: int
    auth_code: str | None
    claim_code: str | None


class LabHead(NamedTuple):
    """``lab_head``; ``vn`` holds the AN when ``department`` is IPD."""

    lab_order_number: int
    vn: str
    hn: str | None
    department: str
    doctor_code: str
    form_name: str
    order_date: str
    order_time: str | None
    receive_date: str
    receive_time: str | None
    report_date: str | None
    report_time: str | None
    confirm_report: str
    anonymous: str | None
    update_datetime: str | None


class LabOrder(NamedTuple):
    """``lab_order``."""

    lab_order_number: int
    lab_items_code: int
    lab_order_result: str | None
    lab_items_name_ref: str
    lab_items_normal_value_ref: str | None
    confirm: str
    abnormal_result: str | None
    laborder_date: str
    update_datetime: str | None


class OpItemRece(NamedTuple):
    """``opitemrece``."""

    hos_guid: str
    vn: str | None
    hn: str | None
    an: str | None
    icode: str
    qty: int
    unitprice: float
    sum_price: float
    drugusage: str | None
    sp_use: str | None
    vstdate: str
    vsttime: str | None
    rxdate: str
    rxtime: str | None
    doctor: str
    income: str
    pttype: str
    item_no: int
    hcode: str
    last_modified: str | None


class Oapp(NamedTuple):
    """``oapp``."""

    oapp_id: int
    hn: str | None
    vn: str
    vstdate: str
    nextdate: str | None
    nexttime: str
    endtime: str
    clinic: str
    depcode: str
    spclty: str
    doctor: str
    app_cause: str
    note: str
    oapp_status_id: int
    entry_date: str
    update_datetime: str | None


class Ipt(NamedTuple):
    """``ipt``; ``bw`` is in grams here."""

    an: str
    vn: str
    hn: str | None
    regdate: str
    regtime: str | None
    dchdate: str | None
    dchtime: str | None
    dchtype: str | None
    dchstts: str | None
    ward: str
    spclty: str
    pttype: str
    bw: float


Row = (
    Patient
    | Person
    | Death
    | PersonDeath
    | Ovst
    | OvstSeq
    | VnStat
    | OpdScreen
    | OvstDiag
    | VisitPttype
    | LabHead
    | LabOrder
    | OpItemRece
    | Oapp
    | Ipt
)

TABLES: dict[type, str] = {
    Patient: "patient",
    Person: "person",
    Death: "death",
    PersonDeath: "person_death",
    Ovst: "ovst",
    OvstSeq: "ovst_seq",
    VnStat: "vn_stat",
    OpdScreen: "opdscreen",
    OvstDiag: "ovstdiag",
    VisitPttype: "visit_pttype",
    LabHead: "lab_head",
    LabOrder: "lab_order",
    OpItemRece: "opitemrece",
    Oapp: "oapp",
    Ipt: "ipt",
}
