"""Every column of the canonical tables, from real rows on MariaDB and SQLite."""

from __future__ import annotations

from typing import Any

import pytest
from hosxp_source import CID, DAY, HN, VN, Source, hospital

from phr.his import Adapter, make_adapter


def fill(source: Source) -> None:
    """One visit with everything in it."""
    source.patient(
        midname="กลาง",
        truebirthday="Y",
        cid="1101700230708",
        nationality="99",
        marrystatus="2",
        addrpart="12/3",
        moopart="4",
        road="ถนนสุข",
        addr_soi="ซอย 5",
        chwpart="65",
        amppart="01",
        tmbpart="02",
        mobile_phone_number="0810000000",
        hometel="055000000",
    )
    source.insert("nationality", nationality="99", name="ไทย", nhso_code="099")
    source.insert("thaiaddress", addressid="650102", name="วังทอง", codetype="3", pocode="65000")
    source.insert("thaiaddress", addressid="650100", name="เมือง", codetype="2")
    source.insert("thaiaddress", addressid="650000", name="พิษณุโลก", codetype="1")
    source.visit(
        ovstist="01",
        spclty="01",
        main_dep="010",
        doctor="0001",
        cur_dep_time="10:05:00",
        pttype="10",
        hospmain="99001",
        hospsub="99009",
        diag_text=" DM, well controlled ",
    )
    source.insert("spclty", spclty="01", name="อายุรกรรม", provis_code="00100")
    source.insert("kskdepartment", depcode="010", department="ห้องตรวจ 1")
    source.insert("ovstist", ovstist="01", name="มาเอง", export_code="01")
    source.insert("ovstost", ovstost="01", name="กลับบ้าน", export_code="1")
    source.insert("doctor", code="0001", name="นพ.ทดสอบ ระบบ", licenseno="ว.12345")
    source.insert(
        "opdscreen",
        hos_guid="{S1}",
        vn=VN,
        bw=61.5,
        height=165,
        temperature=36.8,
        bps=128,
        bpd=79,
        pulse=80,
        rr=18,
        waist=75.5,
        spo2=98,
        cc="  ปวดศีรษะ 2 วัน ",
        hpi="2 วันก่อน ปวดศีรษะ\r\n",
        smoking_type_id=3,
        drinking_type_id=1,
        found_allergy="N",
    )
    source.insert(
        "ovstdiag",
        ovst_diag_id=71,
        vn=VN,
        icd10="E11.9",
        diagtype="1",
        doctor="0001",
        vstdate=DAY.isoformat(),
        vsttime="09:00:00",
    )
    source.insert("ovstdiag", ovst_diag_id=72, vn=VN, icd10="9339", diagtype="2")
    source.insert("ovstdiag", ovst_diag_id=73, vn=VN, icd10="1E11", diagtype="4")
    source.insert("ovstdiag", ovst_diag_id=74, vn=VN, icd10=None)
    source.insert("icd101", code="E11.9", name="Type 2 diabetes", tname="เบาหวานชนิดที่ 2")
    source.insert("diagtype", diagtype="1", name="หลัก", nhso_code="1")
    source.insert("pttype", pttype="10", name="บัตรทอง", hipdata_code="UCS", nhso_code="89")
    source.insert("provis_instype", code="89", pttype_std_code="0100")
    source.insert(
        "oapp",
        oapp_id=5,
        vn=VN,
        vstdate=DAY.isoformat(),
        nextdate="2569-02-12",
        nexttime="09:00:00",
        endtime="12:00:00",
        clinic="001",
        doctor="0001",
        app_cause="ติดตามเบาหวาน",
        note="งดน้ำงดอาหาร",
        oapp_status_id=1,
    )
    source.insert("oapp", oapp_id=6, vn=VN, nextdate="2026-02-13", oapp_status_id=3)
    source.insert("clinic", clinic="001", name="คลินิกเบาหวาน")
    source.insert(
        "lab_head",
        lab_order_number=900,
        vn=VN,
        department="OPD",
        confirm_report="Y",
        order_date=DAY.isoformat(),
        order_time="08:40:00",
        report_date=DAY.isoformat(),
        report_time="09:40:00",
    )
    source.insert(
        "lab_order",
        lab_order_number=900,
        lab_items_code=76,
        lab_order_result="126",
        confirm="Y",
        lab_items_name_ref="FBS",
        lab_items_normal_value_ref="70-100",
        abnormal_result="H",
    )
    source.insert("lab_order", lab_order_number=900, lab_items_code=77, lab_order_result=" ", confirm="Y")
    source.insert("lab_order", lab_order_number=900, lab_items_code=78, lab_order_result="5", confirm="N")
    source.insert(
        "lab_items",
        lab_items_code=76,
        lab_items_name="Glucose",
        lab_items_unit="mg/dL",
        loinc_code="1558-6",
        tmlt_code="320291",
        provis_labcode="0531002",
        lab_items_group=2,
    )
    source.insert("lab_items_group", lab_items_group_code=2, lab_items_group_name="Chemistry")
    source.insert(
        "opitemrece",
        hos_guid="{D1}",
        vn=VN,
        icode="1000001",
        qty=30,
        unitprice=1.25,
        drugusage="U1",
        rxdate=DAY.isoformat(),
        rxtime="09:50:00",
        vstdate=DAY.isoformat(),
    )
    source.insert("opitemrece", hos_guid="{D2}", vn=VN, icode="3000001", qty=1, vstdate=DAY.isoformat())
    source.insert(
        "opitemrece", hos_guid="{D3}", vn=VN, an="690000001", icode="1000001", qty=1, vstdate=DAY.isoformat()
    )
    source.insert(
        "drugitems",
        icode="1000001",
        name="METFORMIN TAB",
        strength="500 mg",
        units="เม็ด",
        did="100000000004203120381162",
        tmt_tp_code="123456",
        tmt_gp_code="654321",
        drugusage="XX",
    )
    source.insert(
        "drugusage", drugusage="U1", code="1x1pc", shortlist="1*1 pc", name1="ครั้งละ 1 เม็ด", name2="วันละ 1 ครั้ง"
    )


def documents(adapter: Adapter, *refs: str) -> dict[str, list[dict[str, Any]]]:
    with adapter.open() as snapshot:
        found = snapshot.source("encounter").documents(list(refs) or [VN])
    return {table: [row._asdict() for row in rows] for table, rows in found.items()}


EXPECTED: dict[str, list[dict[str, Any]]] = {
    "visit": [
        {
            "visit_ref": VN,
            "hn": HN,
            "service_day": "2026-01-12",
            "start_time": "08:30:15",
            "end_time": "10:05:00",
            "clinic_code": "00100",
            "clinic_name": "อายุรกรรม",
            "department_name": "ห้องตรวจ 1",
            "arrival_type": "1",
            "outcome_type": "1",
            "doctor_name": "นพ.ทดสอบ ระบบ",
            "doctor_license": "ว.12345",
            "chief_complaint": "ปวดศีรษะ 2 วัน",
            "present_illness": "2 วันก่อน ปวดศีรษะ",
            "diagnosis_text": "DM, well controlled",
            "notes": None,
            # filled only where a hospital sends its admissions
            "admission_ref": None,
            "discharge_date": None,
            "discharge_time": None,
        }
    ],
    "patient": [
        {
            "hn": HN,
            "cid": CID,
            "prefix": "นาง",
            "given": "สมศรี",
            "middle": "กลาง",
            "family": "ทดสอบ",
            "sex": "2",
            "birth_date": "1980-05-17",
            "birth_exact": True,
            "nationality": "099",
            "nationality_name": "ไทย",
            "marital": "2",
            "house_no": "12/3",
            "moo": "4",
            "road": "ซอย 5 ถนนสุข",
            "address_code": "650102",
            "subdistrict": "วังทอง",
            "district": "เมือง",
            "province": "พิษณุโลก",
            "postal_code": "65000",
            "mobile_phone": "0810000000",
            "home_phone": "055000000",
            "deceased": False,
            "death_date": None,
            "notes": None,
        }
    ],
    "identity_evidence": [
        {
            "cid": CID,
            "source": "patient",
            "local_id": HN,
            "sex": "2",
            "birth_date": "1980-05-17",
            "notes": None,
        }
    ],
    "vital_sign": [
        {
            "visit_ref": VN,
            "row_key": "{S1}",
            "weight_kg": 61.5,
            "height_cm": 165.0,
            "temperature_c": 36.8,
            "bp_systolic": 128.0,
            "bp_diastolic": 79.0,
            "pulse": 80.0,
            "respiration": 18.0,
            "waist_cm": 75.5,
            "spo2": 98.0,
            "notes": None,
        }
    ],
    "screening": [
        {
            "visit_ref": VN,
            "row_key": f"{{S1}}:{topic}",
            "topic": topic,
            "answer": answer,
            "code": code,
            "notes": None,
        }
        for topic, answer, code in (("allergy", "N", "N"), ("drinking", "1", None), ("smoking", "3", None))
    ],
    "diagnosis": [
        {
            "visit_ref": VN,
            "row_key": "71",
            "code": "E119",
            "name": "Type 2 diabetes",
            "diagnosis_type": "1",
            "recorded_date": "2026-01-12",
            "recorded_time": "09:00:00",
            "doctor_name": "นพ.ทดสอบ ระบบ",
            "doctor_license": "ว.12345",
            "notes": None,
            "of_admission": False,
        },
        *(
            {
                "visit_ref": VN,
                "row_key": key,
                "code": code,
                "name": None,
                "diagnosis_type": None,
                "recorded_date": None,
                "recorded_time": None,
                "doctor_name": None,
                "doctor_license": None,
                "notes": None,
                "of_admission": False,
            }
            for key, code in (("73", "1E11"), ("74", None))
        ),
    ],
    "coverage": [
        {
            "visit_ref": VN,
            "row_key": f"{VN}:10",
            "sequence": 1,
            "group_code": "UCS",
            "instype": "0100",
            "plan_name": "บัตรทอง",
            "subgroup": None,
            "main_hospital": "99001",
            "sub_hospital": "99009",
            "begin_date": None,
            "expire_date": None,
            "auth_code": None,
            "claim_code": None,
            "notes": None,
        }
    ],
    "appointment": [
        {
            "visit_ref": VN,
            "row_key": "5",
            "start_date": "2026-02-12",
            "start_time": "09:00:00",
            "end_time": "12:00:00",
            "clinic_code": "001",
            "clinic_name": "คลินิกเบาหวาน",
            "cause": "ติดตามเบาหวาน",
            "note": "งดน้ำงดอาหาร",
            "doctor_name": "นพ.ทดสอบ ระบบ",
            "created_date": "2026-01-12",
            "notes": "be_year:start_date",
        }
    ],
    "lab_result": [
        {
            "visit_ref": VN,
            "row_key": "900:76",
            "order_number": "900",
            "local_code": "76",
            "name": "FBS",
            "value": "126",
            "unit": "mg/dL",
            "reference_text": "70-100",
            "abnormal": "H",
            "loinc": "1558-6",
            "tmlt": "320291",
            "labtest": "0531002",
            "group_name": "Chemistry",
            "order_date": "2026-01-12",
            "order_time": "08:40:00",
            "report_date": "2026-01-12",
            "report_time": "09:40:00",
            "notes": None,
        }
    ],
    "drug_dispense": [
        {
            "visit_ref": VN,
            "row_key": "{D1}",
            "local_code": "1000001",
            "name": "METFORMIN TAB 500 mg",
            "tmt_code": "123456",
            "tmt_level": "TPU",
            "did24": "100000000004203120381162",
            "quantity": 30.0,
            "unit": "เม็ด",
            "unit_price": 1.25,
            "usage_text": "1*1 pc",
            "instruction_th": "ครั้งละ 1 เม็ด วันละ 1 ครั้ง",
            "dispensed_date": "2026-01-12",
            "dispensed_time": "09:50:00",
            "notes": None,
            "of_admission": False,
        }
    ],
}


def test_every_column_of_every_table(source: Source, adapter: Adapter) -> None:
    fill(source)
    found = documents(adapter)
    assert list(found) == list(EXPECTED)
    for table in EXPECTED:
        assert found[table] == EXPECTED[table], table


def test_count_rows_equals_the_rows_delivered(source: Source, adapter: Adapter) -> None:
    fill(source)
    with adapter.open() as snapshot:
        counted = snapshot.source("encounter").count_rows([DAY])
        found = snapshot.source("encounter").documents(list(snapshot.source("encounter").touched([DAY])))
        assert counted == {table: len(found[table]) for table in counted}
        assert sum(counted.values()) == 11
        assert sum(snapshot.source("encounter").count_rows([DAY.replace(day=13)]).values()) == 0


def test_unknown_reference_gives_no_row(source: Source, adapter: Adapter) -> None:
    fill(source)
    assert documents(adapter, "690112999999", "~nothing", "~", "") == {table: [] for table in EXPECTED}


def test_documents_of_an_ineligible_visit_are_complete(source: Source, adapter: Adapter) -> None:
    fill(source)
    source.run("UPDATE ovst SET an = '690000001', ovstost = NULL")
    found = documents(adapter)
    assert len(found["visit"]) == 1
    assert len(found["lab_result"]) == 1


def test_visit_coverages_replace_the_one_of_the_visit(source: Source, adapter: Adapter) -> None:
    source.visit(pttype="10")
    source.insert("pttype", pttype="20", name="ประกันสังคม", hipdata_code="SSS", pttype_std_code="4200")
    source.insert(
        "visit_pttype",
        vn=VN,
        pttype="10",
        hospmain="99001",
        auth_code=" PP0000000001",
        claim_code="",
    )
    source.insert(
        "visit_pttype",
        vn=VN,
        pttype="20",
        pttype_number=2,
        begin_date="2568-10-01",
        expire_date="9999-12-31",
    )
    first, second = documents(adapter)["coverage"]
    assert (first["row_key"], first["sequence"], first["main_hospital"]) == (f"{VN}:10", 1, "99001")
    assert (first["auth_code"], first["claim_code"]) == ("PP0000000001", None)
    assert (second["sequence"], second["group_code"], second["instype"]) == (2, "SSS", "4200")
    assert (second["begin_date"], second["expire_date"]) == ("2025-10-01", None)
    assert second["notes"] == "be_year:begin_date"


def test_no_coverage_at_all_is_no_row(source: Source, adapter: Adapter) -> None:
    source.visit(pttype=" ")
    assert documents(adapter)["coverage"] == []


OWN_LIST = {"smoking": {"1": "1", "2": "4"}, "drinking": {"1": "1", "2": "3", "12": "9"}}


def answers(source: Source, **settings: Any) -> dict[str, tuple[str | None, str | None, str | None]]:
    """Topic -> answer, code and note."""
    rows = documents(make_adapter(hospital(**settings), source.url))["screening"]
    return {row["topic"]: (row["answer"], row["code"], row["notes"]) for row in rows}


def test_screening_answers_by_the_list_of_the_hospital(source: Source) -> None:
    source.visit()
    source.insert("opdscreen", hos_guid="{S}", vn=VN, smoking_type_id=2, drinking_type_id=12)
    assert answers(source, screening_codes=OWN_LIST) == {
        "smoking": ("2", "4", None),
        "drinking": ("12", "9", None),
    }
    # ids are every site's own: without a list nothing is known, and nothing is wrong
    assert answers(source) == {"smoking": ("2", None, None), "drinking": ("12", None, None)}
    only = {"smoking": {"1": "1"}}
    assert answers(source, screening_codes=only) == {
        "smoking": ("2", None, "unmapped:code"),
        "drinking": ("12", None, None),
    }


@pytest.mark.parametrize("said", ["Y", "", " ", "1", "?", None])
def test_only_an_explicit_no_is_an_answer_about_allergies(source: Source, said: str | None) -> None:
    source.visit()
    source.insert("opdscreen", hos_guid="{S}", vn=VN, smoking_type_id=0, found_allergy=said)
    assert answers(source, screening_codes=OWN_LIST) == {}
    source.run("UPDATE opdscreen SET found_allergy = 'n'" if said == "Y" else "UPDATE opdscreen SET cc = 'x'")
    assert answers(source) == ({"allergy": ("N", "N", None)} if said == "Y" else {})


def test_a_release_without_the_columns_still_reads(source: Source) -> None:
    fill(source)
    for table, columns in {
        "opdscreen": ("hpi", "smoking_type_id", "drinking_type_id", "found_allergy"),
        "ovst": ("diag_text",),
        "visit_pttype": ("auth_code", "claim_code"),
    }.items():
        for column in columns:
            source.run(f"ALTER TABLE {table} DROP COLUMN {column}")
    adapter = make_adapter(hospital(screening_codes=OWN_LIST), source.url)
    found = documents(adapter)
    assert found["screening"] == []
    (visit,) = found["visit"]
    assert (visit["present_illness"], visit["diagnosis_text"]) == (None, None)
    assert visit["chief_complaint"] == "ปวดศีรษะ 2 วัน"
    assert len(found["coverage"]) == 1
    with adapter.open() as snapshot:
        counted = snapshot.source("encounter").count_rows([DAY])
    assert counted == {table: len(found[table]) for table in counted}
    assert {"opdscreen.hpi", "ovst.diag_text", "visit_pttype.auth_code"} <= set(
        adapter.probe().missing_optional
    )


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        pytest.param({"sks_drug_code": "111", "tmt_tp_code": "222"}, ("111", "SKS"), id="sks first"),
        pytest.param({"sks_drug_code": "-", "tmt_tp_code": "222"}, ("222", "TPU"), id="dash is no code"),
        pytest.param({"sks_drug_code": "0", "tmt_gp_code": "333"}, ("333", "GPU"), id="gpu last"),
        pytest.param({}, (None, None), id="none"),
    ],
)
def test_tmt_preference(
    source: Source, adapter: Adapter, codes: dict[str, str], expected: tuple[str | None, str | None]
) -> None:
    source.visit()
    source.insert("drugitems", icode="1000001", name="A", **codes)
    source.insert("opitemrece", hos_guid="{D}", vn=VN, icode="1000001", qty=-2, vstdate=DAY.isoformat())
    (line,) = documents(adapter)["drug_dispense"]
    assert (line["tmt_code"], line["tmt_level"]) == expected
    assert (line["quantity"], line["dispensed_date"]) == (-2.0, "2026-01-12")


def test_special_directions_override_the_ordinary_ones(source: Source, adapter: Adapter) -> None:
    source.visit()
    source.insert("drugitems", icode="1000001", name="A", drugusage="U1")
    source.insert("drugusage", drugusage="U1", name1="ปกติ", shortlist="1*1")
    source.insert("sp_use", sp_use="S1", name1="พิเศษ", name2="ก่อนนอน")
    for key, special in (("{1}", "S1"), ("{2}", "S9"), ("{3}", " ")):
        source.insert(
            "opitemrece",
            hos_guid=key,
            vn=VN,
            icode="1000001",
            drugusage="U1",
            sp_use=special,
            vstdate=DAY.isoformat(),
        )
    known, unknown, blank = documents(adapter)["drug_dispense"]
    assert (known["instruction_th"], known["usage_text"]) == ("พิเศษ ก่อนนอน", "พิเศษ")
    assert (unknown["instruction_th"], unknown["usage_text"]) == (None, None)
    assert unknown["notes"] == "unresolved:instruction_th"
    assert (blank["instruction_th"], blank["usage_text"]) == ("ปกติ", "1*1")


@pytest.mark.parametrize(
    "head",
    [
        pytest.param({"department": "IPD"}, id="inpatient form"),
        pytest.param({"anonymous": "Y"}, id="anonymous form"),
        pytest.param({"confirm_report": "N"}, id="form not reported"),
    ],
)
def test_lab_forms_left_out(source: Source, adapter: Adapter, head: dict[str, str]) -> None:
    source.visit()
    source.insert("lab_head", lab_order_number=1, vn=VN, **head)
    source.insert("lab_head", lab_order_number=2, vn=VN)
    for form in (1, 2):
        source.insert(
            "lab_order", lab_order_number=form, lab_items_code=5, lab_order_result="Negative", confirm="Y"
        )
    assert [row["row_key"] for row in documents(adapter)["lab_result"]] == ["2:5"]


def test_dirty_dates_and_missing_masters(source: Source, adapter: Adapter) -> None:
    source.visit(
        vstdate="2569-01-12", vsttime=None, cur_dep_time="08:00:00", doctor="0404", spclty="99", ovstost="77"
    )
    source.patient(birthday=source.zero_day, truebirthday="N", deathday="1899-12-30", addressid="650102")
    found = documents(adapter)
    (visit,), (patient,) = found["visit"], found["patient"]
    assert (visit["service_day"], visit["notes"]) == ("2026-01-12", "be_year:service_day")
    assert (visit["start_time"], visit["end_time"], visit["doctor_name"]) == (None, None, None)
    assert (patient["birth_date"], patient["birth_exact"], patient["deceased"]) == (None, False, False)
    assert patient["notes"] == "zero_date:birth_date zero_date:death_date"
    assert (patient["address_code"], patient["subdistrict"]) == ("650102", None)


@pytest.mark.parametrize(
    ("birthday", "true_birthday", "exact"),
    [
        ("1980-05-17", None, True),
        ("1980-05-17", "N", False),
        ("1980-01-01", "Y", False),
        ("2523-05-17", "Y", True),
    ],
)
def test_birth_precision(
    source: Source, adapter: Adapter, birthday: str, true_birthday: str | None, exact: bool
) -> None:
    source.visit()
    source.patient(birthday=birthday, truebirthday=true_birthday)
    assert documents(adapter)["patient"][0]["birth_exact"] is exact


def test_address_names_from_the_full_name(source: Source, adapter: Adapter) -> None:
    source.visit()
    source.patient(addressid="650102", po_code="65001")
    source.insert(
        "thaiaddress", addressid="650102", name="ต.วังทอง", full_name="ต.วังทอง อ.เมือง จ.พิษณุโลก", pocode="65000"
    )
    patient = documents(adapter)["patient"][0]
    assert [patient[c] for c in ("subdistrict", "district", "province", "postal_code")] == [
        "วังทอง",
        "เมือง",
        "พิษณุโลก",
        "65001",
    ]


@pytest.mark.parametrize("table", ["patient", "death", "person", "person_death"])
def test_death_in_any_table(source: Source, adapter: Adapter, table: str) -> None:
    source.visit()
    own = {"death": "Y", "deathday": "2568-12-01"} if table == "patient" else {}
    source.patient(**own)
    if table == "death":
        source.insert("death", hn=HN, death_date="2025-12-01")
    elif table in ("person", "person_death"):
        dead = {"death": "Y", "death_date": "2025-12-01"} if table == "person" else {}
        source.insert("person", person_id=8, cid=None, patient_hn=HN, **dead)
        if table == "person_death":
            source.insert("person_death", person_id=8, death_date="2025-12-01")
    patient = documents(adapter)["patient"][0]
    assert (patient["deceased"], patient["death_date"]) == (True, "2025-12-01")


def test_death_dates_that_disagree_give_the_earliest(source: Source, adapter: Adapter) -> None:
    source.visit()
    source.patient(death="Y", deathday="2025-12-05")
    source.insert("death", hn=HN, death_date="2025-12-01")
    patient = documents(adapter)["patient"][0]
    assert (patient["death_date"], patient["notes"]) == ("2025-12-01", "conflict:death_date")


def test_identity_evidence_of_every_register(source: Source, adapter: Adapter) -> None:
    source.visit()
    source.patient()
    source.patient("000000099", cid=CID, sex="1", birthday="2523-05-17")
    source.patient("000000100", cid="1101700230716")
    for number, cid, hn in (
        (1, CID, None),  # by citizen id
        (2, None, HN),  # by hospital number, no id of its own
        (3, "1101700230716", HN),  # by hospital number, the id of another
        (4, "1101700230716", None),  # somebody else
        (5, CID, HN),  # both ways, once
    ):
        source.insert("person", person_id=number, cid=cid, patient_hn=hn, sex="2", birthdate="1980-05-17")
    found = [
        (row["source"], row["local_id"], row["cid"], row["notes"])
        for row in documents(adapter)["identity_evidence"]
    ]
    assert found == [
        ("patient", HN, CID, None),
        ("patient", "000000099", CID, "be_year:birth_date"),
        ("person", "1", CID, None),
        ("person", "2", CID, "linked_by_hn"),
        ("person", "3", CID, "linked_by_hn cid_differs"),
        ("person", "5", CID, None),
    ]


def test_placeholder_id_on_many_rows_stays_bounded_and_ambiguous(source: Source, adapter: Adapter) -> None:
    source.visit()
    source.patient(cid="1111111111119")
    with source.engine.begin() as connection:
        for number in range(400):
            connection.exec_driver_sql(
                "INSERT INTO person (person_id, cid, sex, birthdate) VALUES "
                f"({number}, '1111111111119', '1', '{1990 if number < 390 else 1991}-02-03')"
            )
    found = documents(adapter)["identity_evidence"]
    assert len(found) <= 210
    assert {row["birth_date"] for row in found} == {"1980-05-17", "1990-02-03", "1991-02-03"}


def test_spaced_citizen_ids_are_found(source: Source, adapter: Adapter) -> None:
    source.run("ALTER TABLE person RENAME TO person_old")
    source.run("CREATE TABLE person AS SELECT * FROM person_old")
    alter = {"mysql": "MODIFY cid VARCHAR(20)", "postgresql": "ALTER COLUMN cid TYPE VARCHAR(20)"}
    if how := alter.get(source.engine.dialect.name):
        source.run(f"ALTER TABLE person {how}")
    source.visit()
    source.patient()
    source.insert("person", person_id=1, cid="1-1017-00230-70-8", sex="2", birthdate="1980-05-17")
    assert [row["local_id"] for row in documents(adapter)["identity_evidence"]] == [HN, "1"]


def test_visit_without_number_is_readable_but_takes_no_strangers_rows(
    source: Source, adapter: Adapter
) -> None:
    source.visit(None, hos_guid="{A}")
    source.visit("", hos_guid="{B}", pttype="10")
    source.insert("drugitems", icode="1000001", name="A")
    # inpatient lines have a blank visit number in HOSxP
    source.insert("opitemrece", hos_guid="{D}", vn="", icode="1000001", qty=1, vstdate=DAY.isoformat())
    with adapter.open() as snapshot:
        refs = list(snapshot.source("encounter").touched([DAY]))
        assert refs == ["~{A}", "~{B}"]
        assert snapshot.source("encounter").count([DAY])[DAY].eligible == 2
        assert snapshot.source("encounter").count_rows([DAY])["drug_dispense"] == 0
    found = documents(adapter, *refs)
    assert [row["visit_ref"] for row in found["visit"]] == refs
    assert found["visit"][0]["notes"] == "no_vn:visit_ref"
    assert found["drug_dispense"] == []
    assert [row["visit_ref"] for row in found["coverage"]] == ["~{B}"]


def test_padded_or_tilde_numbers_are_no_usable_keys(source: Source, adapter: Adapter) -> None:
    source.visit(" 690112083016", hos_guid="{A}")
    source.visit("~690112083017", hos_guid="{B}")
    with adapter.open() as snapshot:
        refs = list(snapshot.source("encounter").touched([DAY]))
        found = snapshot.source("encounter").documents(refs)
    assert refs == ["~{A}", "~{B}"]
    assert [row[0] for row in found["visit"]] == refs


def test_references_are_exact_whatever_the_collation(source: Source, adapter: Adapter) -> None:
    source.visit("69011208301A")
    assert documents(adapter, "69011208301a")["visit"] == []
    assert len(documents(adapter, "69011208301A")["visit"]) == 1


def test_more_references_than_one_list_holds(source: Source) -> None:
    source.patient()
    with source.engine.begin() as connection:
        for number in range(2300):
            connection.exec_driver_sql(
                "INSERT INTO ovst (hos_guid, vn, hn, vstdate, vsttime, ovstost) VALUES "
                f"('{{{number}}}', '6901120{number:05d}', '{HN}', '{DAY}', '08:00:00', '01')"
            )
    with make_adapter(hospital(), source.url).open() as snapshot:
        refs = list(snapshot.source("encounter").touched([DAY]))
        found = snapshot.source("encounter").documents(refs)
    assert len(refs) == 2300
    assert [row[0] for row in found["visit"]] == refs
    assert len(found["patient"]) == 1
