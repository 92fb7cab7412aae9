"""The canonical tables: one schema for every HIS, as typed rows.

Common rules for every column:

* text is Unicode NFC, stripped, without NUL bytes; an empty text is ``None``;
* dates are ISO ``YYYY-MM-DD`` (Christian era), times ``HH:MM:SS``, both Bangkok clock time;
* a zero date is ``None``; a Buddhist year (> 2400) has been corrected and noted in ``notes``;
* ``notes`` lists what the adapter had to mend, space-separated (``be_year:birth_date``, ``bad_date:x``);
* ``row_key`` names the row inside its table and hospital and never changes while the row lives in the HIS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple, get_type_hints


@dataclass(frozen=True, slots=True)
class Doc:
    """Meaning of a column, its unit (UCUM where there is one) and code system.

    ``since`` is the generation of the tables that first had the column: a document delivered by an older
    mapping is compared without it, so that a new column re-sends nothing by itself (rule R4).
    """

    text: str
    unit: str | None = None
    codes: str | None = None
    since: int = 1


class Patient(NamedTuple):
    """One row per hospital number (HN), or per person only the community register knows."""

    hn: Annotated[str, Doc("hospital number, leading zeros are significant; or ~ and the person id")]
    cid: Annotated[str | None, Doc("citizen id as found, blanks and dashes removed; may be wrong")]
    prefix: Annotated[str | None, Doc("name prefix in Thai")]
    given: Annotated[str | None, Doc("given name in Thai")]
    middle: Annotated[str | None, Doc("middle name")]
    family: Annotated[str | None, Doc("family name in Thai")]
    sex: Annotated[str | None, Doc("sex", codes="1 male, 2 female (43-file SEX)")]
    birth_date: Annotated[str | None, Doc("date of birth")]
    birth_exact: Annotated[
        bool, Doc("False when day and month are a default (1 January or truebirthday<>'Y')")
    ]
    nationality: Annotated[str | None, Doc("nationality", codes="43-file NATION, 099 Thai")]
    nationality_name: Annotated[str | None, Doc("nationality in words")]
    marital: Annotated[str | None, Doc("marital status", codes="43-file MSTATUS 1-6, 9")]
    house_no: Annotated[str | None, Doc("house number")]
    moo: Annotated[str | None, Doc("village number (หมู่)")]
    road: Annotated[str | None, Doc("road or lane")]
    address_code: Annotated[str | None, Doc("6 digits: province, district, sub-district")]
    subdistrict: Annotated[str | None, Doc("ตำบล")]
    district: Annotated[str | None, Doc("อำเภอ")]
    province: Annotated[str | None, Doc("จังหวัด")]
    postal_code: Annotated[str | None, Doc("postal code")]
    mobile_phone: Annotated[str | None, Doc("mobile phone")]
    home_phone: Annotated[str | None, Doc("home phone")]
    deceased: Annotated[bool, Doc("recorded as dead in any table of the HIS")]
    death_date: Annotated[str | None, Doc("date of death")]
    notes: Annotated[str | None, Doc("what the adapter mended")]


class IdentityEvidence(NamedTuple):
    """Every row of the HIS that claims a citizen id met in this window (control ID2, ID3)."""

    cid: Annotated[str, Doc("citizen id, blanks and dashes removed")]
    source: Annotated[str, Doc("which register", codes="patient, person")]
    local_id: Annotated[str, Doc("HN or person id")]
    sex: Annotated[str | None, Doc("sex", codes="1 male, 2 female")]
    birth_date: Annotated[str | None, Doc("date of birth")]
    notes: Annotated[str | None, Doc("what the adapter mended")]


class Visit(NamedTuple):
    """One row per finished visit: outpatient, emergency, or one that ended in an admission which is over."""

    visit_ref: Annotated[str, Doc("visit number (VN) as the national API wants it: bare")]
    hn: Annotated[str | None, Doc("hospital number")]
    service_day: Annotated[str | None, Doc("day of service")]
    start_time: Annotated[str | None, Doc("arrival time")]
    end_time: Annotated[str | None, Doc("last known time of the visit on the same day")]
    clinic_code: Annotated[str | None, Doc("clinic", codes="43-file CLINIC, 5 digits")]
    clinic_name: Annotated[str | None, Doc("clinic or specialty in words")]
    department_name: Annotated[str | None, Doc("service point in words")]
    arrival_type: Annotated[str | None, Doc("how the patient came", codes="43-file TYPEIN 1-5")]
    outcome_type: Annotated[str | None, Doc("how the visit ended", codes="43-file TYPEOUT 1-9")]
    doctor_name: Annotated[str | None, Doc("responsible provider's display name")]
    doctor_license: Annotated[str | None, Doc("licence number as found")]
    chief_complaint: Annotated[str | None, Doc("chief complaint, free text")]
    present_illness: Annotated[str | None, Doc("history of the present illness, free text", since=2)]
    diagnosis_text: Annotated[str | None, Doc("diagnosis in the doctor's own words, free text", since=2)]
    notes: Annotated[str | None, Doc("what the adapter mended")]
    admission_ref: Annotated[str | None, Doc("admission number (AN), of an inpatient visit", since=3)] = None
    discharge_date: Annotated[
        str | None, Doc("day the admission ended; only an inpatient visit has one", since=3)
    ] = None
    discharge_time: Annotated[str | None, Doc("time the admission ended", since=3)] = None


class VitalSign(NamedTuple):
    """Screening measurements of a visit; at most one row per visit."""

    visit_ref: Annotated[str, Doc("visit number")]
    row_key: Annotated[str, Doc("row identity")]
    weight_kg: Annotated[float | None, Doc("body weight", unit="kg")]
    height_cm: Annotated[float | None, Doc("body height", unit="cm")]
    temperature_c: Annotated[float | None, Doc("body temperature", unit="Cel")]
    bp_systolic: Annotated[float | None, Doc("systolic blood pressure", unit="mm[Hg]")]
    bp_diastolic: Annotated[float | None, Doc("diastolic blood pressure", unit="mm[Hg]")]
    pulse: Annotated[float | None, Doc("pulse", unit="/min")]
    respiration: Annotated[float | None, Doc("respiratory rate", unit="/min")]
    waist_cm: Annotated[float | None, Doc("waist", unit="cm")]
    spo2: Annotated[float | None, Doc("oxygen saturation", unit="%")]
    notes: Annotated[str | None, Doc("what the adapter mended")]


class Screening(NamedTuple):
    """One answered screening question of a visit."""

    visit_ref: Annotated[str, Doc("visit number", since=2)]
    row_key: Annotated[str, Doc("row identity", since=2)]
    topic: Annotated[str, Doc("question", codes="smoking, drinking, allergy", since=2)]
    answer: Annotated[str | None, Doc("answer in the hospital's own code", since=2)]
    code: Annotated[
        str | None,
        Doc(
            "answer in the national code; empty when the hospital's list does not say which",
            codes="THCC 166 (smoking), THCC 167 (drinking), N denies (allergy)",
            since=2,
        ),
    ]
    notes: Annotated[str | None, Doc("what the adapter mended", since=2)]


class Diagnosis(NamedTuple):
    """One diagnosis of a visit."""

    visit_ref: Annotated[str, Doc("visit number")]
    row_key: Annotated[str, Doc("row identity")]
    code: Annotated[str | None, Doc("diagnosis code, upper case, no dot", codes="ICD-10-TM")]
    name: Annotated[str | None, Doc("name of the code in the hospital's own list")]
    diagnosis_type: Annotated[str | None, Doc("type", codes="43-file DIAGTYPE 1-7")]
    recorded_date: Annotated[str | None, Doc("date recorded")]
    recorded_time: Annotated[str | None, Doc("time recorded")]
    doctor_name: Annotated[str | None, Doc("who diagnosed")]
    doctor_license: Annotated[str | None, Doc("licence number as found")]
    notes: Annotated[str | None, Doc("what the adapter mended")]
    of_admission: Annotated[bool, Doc("True for a diagnosis of the discharge from the ward", since=3)] = False


class Coverage(NamedTuple):
    """One health coverage (สิทธิ) of a visit."""

    visit_ref: Annotated[str, Doc("visit number")]
    row_key: Annotated[str, Doc("row identity")]
    sequence: Annotated[int | None, Doc("1 is the primary coverage of the visit")]
    group_code: Annotated[str | None, Doc("main group", codes="UCS, OFC, SSS, LGO, WEL, STP, ...")]
    instype: Annotated[str | None, Doc("coverage type", codes="43-file INSTYPE, 4 digits")]
    plan_name: Annotated[str | None, Doc("the hospital's own name of the coverage")]
    subgroup: Annotated[str | None, Doc("NHSO sub-right")]
    main_hospital: Annotated[str | None, Doc("contracted main facility", codes="hcode5")]
    sub_hospital: Annotated[str | None, Doc("contracted primary facility", codes="hcode5")]
    begin_date: Annotated[str | None, Doc("valid from")]
    expire_date: Annotated[str | None, Doc("valid until")]
    auth_code: Annotated[str | None, Doc("authorisation code of the visit, names no person", since=2)]
    claim_code: Annotated[str | None, Doc("claim code of the visit, names no person", since=2)]
    notes: Annotated[str | None, Doc("what the adapter mended")]


class Appointment(NamedTuple):
    """A future appointment made in a visit."""

    visit_ref: Annotated[str, Doc("visit number")]
    row_key: Annotated[str, Doc("row identity")]
    start_date: Annotated[str | None, Doc("day of the appointment; may be in the future")]
    start_time: Annotated[str | None, Doc("time of the appointment")]
    end_time: Annotated[str | None, Doc("end of the appointment")]
    clinic_code: Annotated[str | None, Doc("the hospital's own clinic code")]
    clinic_name: Annotated[str | None, Doc("clinic in words")]
    cause: Annotated[str | None, Doc("reason, free text")]
    note: Annotated[str | None, Doc("preparation and notes, free text")]
    doctor_name: Annotated[str | None, Doc("provider")]
    created_date: Annotated[str | None, Doc("day it was made")]
    notes: Annotated[str | None, Doc("what the adapter mended")]


class LabResult(NamedTuple):
    """One confirmed laboratory result."""

    visit_ref: Annotated[str, Doc("visit number")]
    row_key: Annotated[str, Doc("row identity")]
    order_number: Annotated[str, Doc("order form number")]
    local_code: Annotated[str | None, Doc("the hospital's own test code")]
    name: Annotated[str | None, Doc("test name at order time")]
    value: Annotated[str | None, Doc("result exactly as reported; text is a result like any other")]
    unit: Annotated[str | None, Doc("unit as written by the laboratory")]
    reference_text: Annotated[str | None, Doc("normal range as written")]
    abnormal: Annotated[str | None, Doc("flag", codes="H, L or the site's own")]
    loinc: Annotated[str | None, Doc("test code", codes="LOINC")]
    tmlt: Annotated[str | None, Doc("test code", codes="TMLT")]
    labtest: Annotated[str | None, Doc("test code", codes="43-file LABTEST, 7 digits")]
    group_name: Annotated[str | None, Doc("laboratory group")]
    order_date: Annotated[str | None, Doc("day of the order")]
    order_time: Annotated[str | None, Doc("time of the order")]
    report_date: Annotated[str | None, Doc("day of the report")]
    report_time: Annotated[str | None, Doc("time of the report")]
    notes: Annotated[str | None, Doc("what the adapter mended")]


class DrugDispense(NamedTuple):
    """One dispensed drug line."""

    visit_ref: Annotated[str, Doc("visit number")]
    row_key: Annotated[str, Doc("row identity")]
    local_code: Annotated[str | None, Doc("the hospital's own drug code")]
    name: Annotated[str | None, Doc("drug name with strength")]
    tmt_code: Annotated[str | None, Doc("best TMT id the hospital holds", codes="TMT")]
    tmt_level: Annotated[str | None, Doc("level of tmt_code", codes="SKS, TPU, GPU")]
    did24: Annotated[str | None, Doc("24-digit drug code")]
    quantity: Annotated[float | None, Doc("quantity; zero or negative is a return or cancellation")]
    unit: Annotated[str | None, Doc("dispensing unit in words")]
    unit_price: Annotated[float | None, Doc("price per unit", unit="THB")]
    usage_text: Annotated[str | None, Doc("directions, short form")]
    instruction_th: Annotated[str | None, Doc("directions for the patient in Thai")]
    dispensed_date: Annotated[str | None, Doc("day of dispensing")]
    dispensed_time: Annotated[str | None, Doc("time of dispensing")]
    notes: Annotated[str | None, Doc("what the adapter mended")]
    of_admission: Annotated[bool, Doc("True for a line of the ward or of going home", since=3)] = False


class RegisterPerson(NamedTuple):
    """One local record of the person a register belongs to (rule R6)."""

    person_ref: Annotated[
        str,
        Doc(
            "the person inside one snapshot, as secret as a citizen id",
            codes="c + citizen id, h + HN, p + person id",
        ),
    ]
    hn: Annotated[
        str | None,
        Doc("key into patient: the HN, or ~ and the id of a person known to the community register alone"),
    ]
    newest_day: Annotated[
        str | None,
        Doc("day of the newest dose given here, or of the newest entry; the service day of the register"),
    ]
    notes: Annotated[str | None, Doc("ambiguous:cid when records of two citizen ids are linked")]


class Immunization(NamedTuple):
    """One stored dose, whichever table of the HIS holds it; one dose may be stored twice."""

    person_ref: Annotated[str, Doc("whose register the dose belongs to, as in register_person")]
    row_key: Annotated[str, Doc("row identity: the HIS table, a colon and its key")]
    hn: Annotated[str | None, Doc("key into patient: the record the dose is stored under")]
    vaccine_code: Annotated[
        str | None, Doc("vaccine and dose, numbers padded to 3 digits", codes="43-file VACCINETYPE")
    ]
    vaccine_name: Annotated[str | None, Doc("the hospital's own name of the vaccine")]
    dose_number: Annotated[int | None, Doc("number of the dose as typed; the code says it too")]
    quantity: Annotated[float | None, Doc("volume given", unit="mL")]
    lot_number: Annotated[str | None, Doc("lot of the vaccine")]
    expire_date: Annotated[str | None, Doc("expiry of the lot")]
    given_date: Annotated[str | None, Doc("day the dose was given")]
    given_time: Annotated[str | None, Doc("time the dose was given")]
    visit_ref: Annotated[str | None, Doc("visit number, where the row names one")]
    place: Annotated[str | None, Doc("facility that gave a dose given elsewhere", codes="hcode5")]
    elsewhere: Annotated[bool, Doc("True when another facility gave the dose and this one only noted it")]
    manufacturer: Annotated[str | None, Doc("maker of the vaccine")]
    performer_name: Annotated[str | None, Doc("who gave it")]
    performer_license: Annotated[str | None, Doc("licence number as found")]
    notes: Annotated[str | None, Doc("what the adapter mended")]


class Allergy(NamedTuple):
    """One stored allergy or adverse reaction; one substance may be stored twice."""

    person_ref: Annotated[str, Doc("whose register the allergy belongs to, as in register_person")]
    row_key: Annotated[str, Doc("row identity: the HIS table, a colon and its key")]
    hn: Annotated[str | None, Doc("key into patient: the record the allergy is stored under")]
    substance: Annotated[str | None, Doc("drug, drug group or food, as written")]
    local_code: Annotated[str | None, Doc("the hospital's own drug code, when it names a drug of its list")]
    did24: Annotated[str | None, Doc("24-digit drug code")]
    reaction: Annotated[str | None, Doc("what it did, free text")]
    severity: Annotated[
        str | None,
        Doc(
            "how bad it was",
            codes="43-file ALEVEL: 1 not serious, 2 death, 3 life-threatening, 4 hospitalised, 5 prolonged,"
            " 6 disability, 7 congenital, 8 other serious",
        ),
    ]
    certainty: Annotated[
        str | None,
        Doc(
            "how sure it is",
            codes="43-file TYPEDX: 1 certain, 2 probable, 3 possible, 4 unlikely, 5 unclassified",
        ),
    ]
    informant: Annotated[
        str | None,
        Doc(
            "who said so",
            codes="43-file INFORMANT: 1 patient, 2 patient with a note of another facility,"
            " 3 another facility, 4 found here",
        ),
    ]
    recorded_date: Annotated[str | None, Doc("day it was reported, else typed in")]
    recorder_name: Annotated[str | None, Doc("who recorded it, else who reported it")]
    recorder_license: Annotated[str | None, Doc("licence number as found")]
    notes: Annotated[str | None, Doc("what the adapter mended")]


class ChronicRegistration(NamedTuple):
    """One entry of a register of chronic diseases: a person under care for one disease."""

    person_ref: Annotated[str, Doc("whose register the entry belongs to, as in register_person")]
    row_key: Annotated[str, Doc("row identity: the HIS table, a colon and its key")]
    hn: Annotated[str | None, Doc("key into patient: the record the entry is stored under")]
    code: Annotated[str | None, Doc("disease, upper case, no dot", codes="ICD-10-TM")]
    name: Annotated[str | None, Doc("name of the code in the hospital's own list")]
    clinic_name: Annotated[str | None, Doc("clinic that keeps the register, in words")]
    registered_date: Annotated[str | None, Doc("day the person was registered, or the disease first found")]
    discharge_date: Annotated[str | None, Doc("day the person left the register")]
    status: Annotated[
        str | None,
        Doc(
            "state of the disease or the reason of leaving",
            codes="43-file TYPEDISCH 01-11, 03 under treatment",
        ),
    ]
    withheld: Annotated[bool, Doc("True when the hospital marked the clinic as not to be sent")]
    notes: Annotated[str | None, Doc("what the adapter mended")]


CanonicalRow = (
    Patient
    | IdentityEvidence
    | Visit
    | VitalSign
    | Screening
    | Diagnosis
    | Coverage
    | Appointment
    | LabResult
    | DrugDispense
    | RegisterPerson
    | Immunization
    | Allergy
    | ChronicRegistration
)

#: Every canonical table by its name; the order is the order of extraction.
TABLES: dict[str, type[CanonicalRow]] = {
    "visit": Visit,
    "patient": Patient,
    "identity_evidence": IdentityEvidence,
    "vital_sign": VitalSign,
    "screening": Screening,
    "diagnosis": Diagnosis,
    "coverage": Coverage,
    "appointment": Appointment,
    "lab_result": LabResult,
    "drug_dispense": DrugDispense,
    "register_person": RegisterPerson,
    "immunization": Immunization,
    "allergy": Allergy,
    "chronic_register": ChronicRegistration,
}

#: Tables whose rows are children of a visit (have ``visit_ref`` and ``row_key``).
CHILD_TABLES = (
    "vital_sign",
    "screening",
    "diagnosis",
    "coverage",
    "appointment",
    "lab_result",
    "drug_dispense",
)


def column_doc(table: str, column: str) -> Doc:
    """Documentation of one column; raises ``KeyError`` for an unknown table or column."""
    hint = get_type_hints(TABLES[table], include_extras=True)[column]
    doc: Doc = hint.__metadata__[0]
    return doc
