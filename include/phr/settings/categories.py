"""The category feeds: one typed list from which the DAGs and the command line are built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CategoryName = Literal["visits", "labs", "drugs", "immunizations", "allergies", "chronic", "admissions"]


@dataclass(frozen=True, slots=True)
class Category:
    """One change feed: what in the HIS it listens to, and the kind of document it keeps up to date.

    ``schedule`` is cron in Asia/Bangkok; a run covers the one-day interval that ends at it. Feeds of one kind
    write the same documents, in any order or at once, so their times only spread the load.
    """

    name: CategoryName
    title_th: str
    title_en: str
    found_by_th: str
    found_by_en: str
    schedule: str
    kind: str
    #: every day of the window is a service day that should hold something (R12)
    by_service_day: bool = False
    #: its shape at the national side is not settled (contract, mark D): it runs only where a hospital's entry
    #: names it, and neither demo nor shipped configuration does
    proposed: bool = False

    @property
    def dag_id(self) -> str:
        """Id of its DAG."""
        return f"phr_{self.name}"


CATEGORIES: dict[str, Category] = {
    c.name: c
    for c in (
        Category(
            name="visits",
            title_th="การรับบริการ",
            title_en="visits",
            found_by_th="วันรับบริการ",
            found_by_en="service date",
            schedule="30 1 * * *",
            kind="encounter",
            by_service_day=True,
        ),
        Category(
            name="labs",
            title_th="ผลตรวจทางห้องปฏิบัติการ",
            title_en="laboratory results",
            found_by_th="วันสั่งหรือวันรายงานผล",
            found_by_en="order or report date",
            schedule="0 2 * * *",
            kind="encounter",
        ),
        Category(
            name="drugs",
            title_th="การจ่ายยา",
            title_en="dispensed drugs",
            found_by_th="วันจ่ายยา",
            found_by_en="dispense date",
            schedule="30 2 * * *",
            kind="encounter",
        ),
        Category(
            name="immunizations",
            title_th="การสร้างเสริมภูมิคุ้มกัน (วัคซีน)",
            title_en="immunizations",
            found_by_th="วันที่ได้รับวัคซีน",
            found_by_en="dose date",
            schedule="0 3 * * *",
            kind="immunization",
        ),
        Category(
            name="allergies",
            title_th="การแพ้ยาและสารอื่น",
            title_en="allergies",
            found_by_th="วันที่รายงานหรือบันทึกการแพ้",
            found_by_en="report, entry or change date",
            schedule="15 3 * * *",
            kind="allergy",
            proposed=True,
        ),
        Category(
            name="chronic",
            title_th="ทะเบียนโรคเรื้อรัง",
            title_en="chronic disease register",
            found_by_th="วันขึ้นทะเบียน จำหน่าย หรือแก้ไข",
            found_by_en="registration, discharge or change date",
            schedule="45 3 * * *",
            kind="chronic",
            proposed=True,
        ),
        Category(
            name="admissions",
            title_th="ผู้ป่วยในที่จำหน่ายแล้ว",
            title_en="admissions that have ended",
            found_by_th="วันจำหน่าย",
            found_by_en="discharge date",
            schedule="0 4 * * *",
            kind="encounter",
            proposed=True,
        ),
    )
}

#: one category for each kind of document: what is done by kind (re-drive, sweep) is run once for each
KIND_CATEGORIES = tuple({c.kind: c.name for c in reversed(CATEGORIES.values())}.values())
