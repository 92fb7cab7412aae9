"""A small Hospital-OS database on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hosxp_source import Source
from sqlalchemy import NullPool, create_engine

from phr.his import Adapter, make_adapter
from phr.settings import Hospital
from phr_sandbox.conformance.loaders import hospital_os

DAY = date(2026, 1, 12)
VN = "069000123"
VISIT = "255000000000001"
HN = "000000012"
PATIENT = "274000000000001"
FAMILY = "218000000000001"
CID = "1101700230708"


def hospital(**values: Any) -> Hospital:
    return Hospital(**({"hcode": "99001", "name_th": "รพ.สมมติ", "his": "hospital_os"} | values))


def add_visit(source: Source, key: str = VISIT, **values: Any) -> None:
    row = {
        "t_visit_id": key,
        "visit_vn": VN,
        "visit_hn": HN,
        "t_patient_id": PATIENT,
        "f_visit_type_id": "0",
        "f_visit_status_id": "3",
        "visit_begin_visit_time": "2569-01-12,08:30:15",
        "f_visit_opd_discharge_status_id": "51",
    }
    source.insert("t_visit", **(row | values))


def add_patient(source: Source, key: str = PATIENT, **values: Any) -> None:
    row = {
        "t_patient_id": key,
        "patient_hn": HN,
        "patient_pid": CID,
        "patient_firstname": "สมศรี",
        "patient_lastname": "ทดสอบ",
        "f_sex_id": "2",
        "patient_birthday": "2523-05-17",
        "f_patient_nation_id": "99",
        "patient_active": "1",
        "t_health_family_id": FAMILY,
    }
    source.insert("t_patient", **(row | values))


def add_family(source: Source, key: str = FAMILY, **values: Any) -> None:
    row = {
        "t_health_family_id": key,
        "patient_pid": CID,
        "patient_name": "สมศรี",
        "patient_last_name": "ทดสอบ",
        "f_sex_id": "2",
        "patient_birthday": "2523-05-17",
        "health_family_active": "1",
    }
    source.insert("t_health_family", **(row | values))


def add_order(source: Source, key: str, group: str, **values: Any) -> None:
    row = {
        "t_order_id": key,
        "t_visit_id": VISIT,
        "b_item_id": f"B{group}",
        "f_item_group_id": group,
        "f_order_status_id": "4" if group == "2" else "5",
        "order_qty": 1,
        "order_price": 1.5,
        "order_verify_date_time": "2569-01-12,09:00:00",
        "order_report_date_time": "2569-01-12,10:00:00" if group == "2" else "",
        "order_dispense_date_time": "2569-01-12,10:30:00" if group == "1" else "",
        "order_secret": "0",
    }
    source.insert("t_order", **(row | values))


def add_result(source: Source, order: str, **values: Any) -> None:
    row = {
        "t_result_lab_id": f"R{order}",
        "t_order_id": order,
        "result_lab_name": "Glucose",
        "result_lab_value": "126",
        "result_lab_active": "1",
    }
    source.insert("t_result_lab", **(row | values))


def add_dose(source: Source, key: str, **values: Any) -> None:
    """A dose of vaccine V; ``detail_`` values are those of its row, the others those of the service."""
    detail = {
        name.removeprefix("detail_"): values.pop(name) for name in list(values) if name.startswith("detail_")
    }
    service = {
        "t_health_epi_id": key,
        "t_patient_id": PATIENT,
        "t_health_family_id": FAMILY,
        "epi_survey_date": "2569-01-12",
        "health_epi_active": "1",
    }
    source.insert("t_health_epi", **(service | values))
    row = {
        "t_health_epi_detail_id": f"D{key}",
        "t_health_epi_id": key,
        "b_health_epi_set_id": "V",
        "health_epi_detail_active": "1",
    }
    source.insert("t_health_epi_detail", **(row | detail))


@pytest.fixture
def hos(postgres_url: str) -> Iterator[Source]:
    """An empty Hospital-OS database that belongs to hospital 99001."""
    engine = create_engine(postgres_url, poolclass=NullPool)
    hospital_os.create(engine)
    source = Source(postgres_url, engine)
    source.insert("b_site", b_site_id="1", b_visit_office_id="99001")
    source.insert("b_item", b_item_id="B1", item_number="1000", item_common_name="METFORMIN 500 mg")
    source.insert("b_item", b_item_id="B2", item_number="76", item_common_name="Glucose")
    source.insert(
        "b_health_epi_group",
        b_health_epi_group_id="V",
        health_epi_group_description="ไข้หวัดใหญ่",
        health_epi_group_description_particular="815",
    )
    yield source
    engine.dispose()


@pytest.fixture
def hos_adapter(hos: Source) -> Adapter:
    return make_adapter(hospital(), hos.url)
