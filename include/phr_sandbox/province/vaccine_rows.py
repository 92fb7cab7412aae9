"""The HOSxP rows of doses: the visit's own, the four registers, the old list and the doses of elsewhere.

Columns not named here stay NULL. Dates are ISO text, zero dates and Buddhist years included.
"""

from __future__ import annotations

from typing import NamedTuple


class OvstVaccine(NamedTuple):
    """``ovst_vaccine``."""

    ovst_vaccine_id: int
    vn: str
    person_vaccine_id: int
    vaccine_plan_no: int
    dose_qty: float
    vaccine_lot_no: str | None
    expire_date: str | None
    doctor_code: str
    immunization_datetime: str


class PersonWbc(NamedTuple):
    """``person_wbc``."""

    person_wbc_id: int
    person_id: int
    last_update: str | None


class PersonEpi(NamedTuple):
    """``person_epi``."""

    person_epi_id: int
    person_id: int
    last_update: str | None


class VillageStudent(NamedTuple):
    """``village_student``."""

    village_student_id: int
    person_id: int
    last_update: str | None


class PersonAnc(NamedTuple):
    """``person_anc``."""

    person_anc_id: int
    person_id: int
    last_update: str | None


class PersonWbcService(NamedTuple):
    """``person_wbc_service``."""

    person_wbc_service_id: int
    person_wbc_id: int
    vn: str | None
    service_date: str | None
    service_time: str | None


class PersonEpiVaccine(NamedTuple):
    """``person_epi_vaccine``."""

    person_epi_vaccine_id: int
    person_epi_id: int
    vn: str | None
    vaccine_date: str | None
    vaccine_time: str | None


class VillageStudentVaccine(NamedTuple):
    """``village_student_vaccine``."""

    village_student_vaccine_id: int
    village_student_id: int
    vn: str | None
    vaccine_date: str | None
    vaccine_time: str | None


class PersonAncService(NamedTuple):
    """``person_anc_service``."""

    person_anc_service_id: int
    person_anc_id: int
    vn: str | None
    anc_service_date: str | None
    anc_service_time: str | None


class PersonWbcVaccineDetail(NamedTuple):
    """``person_wbc_vaccine_detail``."""

    person_wbc_vaccine_detail_id: int
    person_wbc_service_id: int
    wbc_vaccine_id: int
    vaccine_lotno: str | None
    vaccine_expire_date: str | None
    doctor_code: str | None


class PersonEpiVaccineList(NamedTuple):
    """``person_epi_vaccine_list``."""

    person_epi_vaccine_list_id: int
    person_epi_vaccine_id: int
    epi_vaccine_id: int
    vaccine_lotno: str | None
    vaccine_expire_date: str | None
    doctor_code: str | None


class VillageStudentVaccineList(NamedTuple):
    """``village_student_vaccine_list``."""

    village_student_vaccine_list_id: int
    village_student_vaccine_id: int
    student_vaccine_id: int
    vaccine_lotno: str | None
    vaccine_expire_date: str | None
    doctor_code: str | None


class PersonAncServiceDetail(NamedTuple):
    """``person_anc_service_detail``."""

    person_anc_service_detail_id: int
    person_anc_service_id: int
    anc_service_id: int
    vaccine_lotno: str | None
    vaccine_expire_date: str | None
    anc_doctor_code: str | None


class PersonVaccineList(NamedTuple):
    """``person_vaccine_list``."""

    person_vaccine_list_id: int
    person_id: int
    person_vaccine_id: int
    vaccine_date: str | None
    vn: str | None


class PersonVaccineElsewhere(NamedTuple):
    """``person_vaccine_elsewhere``."""

    person_vaccine_elsewhere_id: int
    person_id: int
    person_vaccine_id: int
    vaccine_date: str | None
    vaccine_lotno: str | None
    hospcode: str | None
    vaccine_hospcode: str | None


VaccineRow = (
    OvstVaccine
    | PersonWbc
    | PersonEpi
    | VillageStudent
    | PersonAnc
    | PersonWbcService
    | PersonEpiVaccine
    | VillageStudentVaccine
    | PersonAncService
    | PersonWbcVaccineDetail
    | PersonEpiVaccineList
    | VillageStudentVaccineList
    | PersonAncServiceDetail
    | PersonVaccineList
    | PersonVaccineElsewhere
)

TABLES: dict[type, str] = {
    OvstVaccine: "ovst_vaccine",
    PersonWbc: "person_wbc",
    PersonEpi: "person_epi",
    VillageStudent: "village_student",
    PersonAnc: "person_anc",
    PersonWbcService: "person_wbc_service",
    PersonEpiVaccine: "person_epi_vaccine",
    VillageStudentVaccine: "village_student_vaccine",
    PersonAncService: "person_anc_service",
    PersonWbcVaccineDetail: "person_wbc_vaccine_detail",
    PersonEpiVaccineList: "person_epi_vaccine_list",
    VillageStudentVaccineList: "village_student_vaccine_list",
    PersonAncServiceDetail: "person_anc_service_detail",
    PersonVaccineList: "person_vaccine_list",
    PersonVaccineElsewhere: "person_vaccine_elsewhere",
}
