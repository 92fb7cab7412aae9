"""What is sent, held and never sent (rule R10, DM3 to DM7), with the shipped policy."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from visit_rows import CONFIG, decided

from phr.release import Decision, Policy
from phr.release.icd10 import SensitivityTable
from phr.release.policy import CONFIDENTIALITY

POLICY = Policy.load(CONFIG)
ACTION = {"N": "send", "R": "hold", "V": "never"}
CLASS = {"N": "C2", "R": "C3", "V": "C4"}


def listed(name: str) -> list[dict[str, str]]:
    with (CONFIG / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ICD10 = listed("sensitivity_icd10.csv")
TEXT = listed("sensitivity_text.csv")


def strictest(code: str) -> str:
    """The strictest row at or under a code; where none is, the rows of its longest listed prefix."""
    rows = [r for r in ICD10 if r["icd10_prefix"].startswith(code)]
    if not rows:
        longest = max((r["icd10_prefix"] for r in ICD10 if code.startswith(r["icd10_prefix"])), key=len)
        rows = [r for r in ICD10 if r["icd10_prefix"] == longest]
    return max((r["suggested_confidentiality"] for r in rows), key="NRV".index)


def narrower_row_speaks(prefix: str, code: str) -> bool:
    others = [r["icd10_prefix"] for r in ICD10 if r["icd10_prefix"] != prefix]
    return any(code.startswith(other) and other.startswith(prefix) for other in others)


CASES = [
    pytest.param(
        entry,
        (entry["icd10_prefix"] + further)[:6],
        id=f"{entry['icd10_prefix']}{further}-{entry['sensitivity_label']}",
    )
    for entry in ICD10
    for further in ("", "9", "99")
    if not narrower_row_speaks(entry["icd10_prefix"], (entry["icd10_prefix"] + further)[:6])
]


@pytest.mark.parametrize(("entry", "code"), CASES)
def test_every_row_of_the_icd10_list(entry: dict[str, str], code: str) -> None:
    prefix = entry["icd10_prefix"]
    decision = decided(POLICY, "E119", code)
    letter = strictest(code)
    assert (decision.action, decision.data_class) == (ACTION[letter], CLASS[letter])
    if entry["suggested_confidentiality"] != "N":
        word = "RESTRICTED" if entry["suggested_confidentiality"] == "R" else "VERY_RESTRICTED"
        assert f"{word}:{entry['sensitivity_label']}" in decision.reasons
    assert prefix not in " ".join(decision.reasons)


def test_no_list_row_is_skipped_as_itself() -> None:
    assert len(ICD10) == 246
    assert {r["suggested_confidentiality"] for r in ICD10} == set(ACTION)


@pytest.mark.parametrize("code", ["B24", "B24.0", "b24", "B240"])
def test_dot_and_case_do_not_matter(code: str) -> None:
    assert decided(POLICY, code).reasons == ("RESTRICTED:HIV",)


@pytest.mark.parametrize(
    ("code", "action", "labels"),
    [
        ("T74", "never", {"SDV"}),
        ("Z61", "never", {"SDV"}),
        ("Z04", "never", {"SDV", "VIO", "PSY"}),
        ("O98", "hold", {"STD", "HIV"}),
        ("Z30", "hold", {"SEX"}),
        ("T43", "hold", {"SUD"}),
        ("F02", "hold", {"COGN", "HIV"}),  # broader than F024, which is stricter
        ("F024", "hold", {"COGN", "HIV"}),
        ("F020", "send", set()),
        ("T741", "never", {"SDV"}),
        ("Z043", "send", set()),  # beside the listed ones
        ("E119", "send", set()),
        ("M4786", "send", set()),
    ],
)
def test_prefixes_and_their_parents(code: str, action: str, labels: set[str]) -> None:
    decision = decided(POLICY, code)
    assert decision.action == action
    assert {reason.partition(":")[2] for reason in decision.reasons} == labels


@pytest.mark.parametrize(
    "code", [None, "", "ZZZ9", "B2", "9926", "11", "E11x*", "B24 B20", "B24,", "เบาหวาน", "T740XXA"]
)
def test_a_code_that_cannot_be_read_holds(code: str | None) -> None:
    decision = decided(POLICY, "E119", code)
    assert (decision.action, decision.data_class) == ("hold", "C3")
    assert decision.reasons == ("UNPARSEABLE_CODE",)


def test_an_unreadable_code_does_not_soften_a_stricter_one() -> None:
    decision = decided(POLICY, "ZZZ9", "T742")
    assert decision.action == "never"
    assert decision.reasons == ("VERY_RESTRICTED:SDV", "UNPARSEABLE_CODE")


def test_no_diagnosis_at_all_is_general_clinical_data() -> None:
    assert decided(POLICY) == Decision("send", "C2", POLICY.version, ())
    assert decided(POLICY, labs=[{"name": "Anti-HIV", "value": "12"}]).data_class == "C3"


def test_the_highest_class_of_any_part_decides() -> None:
    assert decided(POLICY, "E119", "D56", "B24", "T740").data_class == "C4"
    assert decided(POLICY, "B24", "E119").data_class == "C3"


@pytest.mark.parametrize(
    ("birth_date", "young"),
    [
        ("2006-01-05", False),  # twentieth birthday on the service day
        ("2006-01-06", True),
        ("2020-02-29", True),
        ("1960-01-01", False),
        (None, True),
        ("", True),
        ("unknown", True),
    ],
)
@pytest.mark.parametrize(
    ("code", "label", "adult"), [("Z33", "PREGNANT", "send"), ("O04", "SEX", "hold"), ("A54", "STD", "hold")]
)
def test_under_twenty(code: str, label: str, adult: str, birth_date: str | None, young: bool) -> None:
    decision = decided(POLICY, code, birth_date=birth_date)
    assert decision.action == ("never" if young else adult)
    assert (f"MINOR:{label}" in decision.reasons) is young


#: every block of chapter XV, whole and with fourth characters, and every block the supplement lists
CHAPTER_O = [f"O{block:02d}{fourth}" for block in range(100) for fourth in ("", *"0123456789")]
EXTRA = listed("sensitivity_icd10_extra.csv")
MORE_YOUNG = [
    *("Z300", "Z301", "Z302", "Z304", "Z308", "Z310", "Z316", "Z321", "Z340", "Z358", "Z360", "Z363"),
    *("Z370", "Z379", "Z390", "Z392", "O800", "O620", "N700", "N72", "N739", "N743", "N760", "N771"),
    *("Z30", "Z31", "Z36", "Z37", "Z39", "N70", "N77", "O80.0", "n72", "z37.0"),
]


@pytest.mark.parametrize("birth_date", ["2009-06-01", None], ids=["16", "unknown age"])
@pytest.mark.parametrize("code", CHAPTER_O + MORE_YOUNG)
def test_pregnancy_and_sexual_health_under_twenty_is_never_sent(code: str, birth_date: str | None) -> None:
    decision = decided(POLICY, code, birth_date=birth_date)
    assert (decision.action, decision.data_class) == ("never", "C4")
    assert any(reason.startswith("MINOR:") for reason in decision.reasons)


def test_the_supplement_changes_nothing_for_adults() -> None:
    rows = [(r["icd10_prefix"], r["sensitivity_label"], r["suggested_confidentiality"]) for r in ICD10]
    reference_only = replace(POLICY, icd10=SensitivityTable(rows, list(CONFIDENTIALITY)))
    for code in CHAPTER_O + MORE_YOUNG + [r["icd10_prefix"] for r in ICD10 + EXTRA]:
        adult = decided(POLICY, code, birth_date="1995-06-01")
        assert adult == decided(reference_only, code, birth_date="1995-06-01"), code
    assert decided(POLICY, "O800", "Z370", "N72", "Z300", birth_date="1995-06-01").action == "send"


def test_the_supplement_holds_labels_of_the_age_rule_only() -> None:
    assert {r["sensitivity_label"] for r in EXTRA} <= set(POLICY.file.minors.labels)
    assert {r["suggested_confidentiality"] for r in EXTRA} == {"N"}
    assert {r["source"] for r in EXTRA} == {"judgement - needs clinical/DPO review"}
    assert EXTRA[0].keys() == ICD10[0].keys()


def test_a_newborn_and_an_infection_of_the_bladder_are_no_such_topic() -> None:
    assert decided(POLICY, "Z380", "P599", birth_date="2026-01-04").action == "send"
    assert decided(POLICY, "N390", birth_date="2015-01-01").action == "send"


def test_other_topics_are_not_stricter_for_the_young() -> None:
    assert decided(POLICY, "E119", birth_date="2015-01-01").action == "send"
    assert decided(POLICY, "F32", birth_date="2015-01-01").action == "hold"
    assert decided(POLICY, "E119", birth_date=None).action == "send"


def test_arv_clinic_in_the_complaint_holds_the_whole_encounter() -> None:
    decision = decided(POLICY, "B24", visit={"chief_complaint": "มารับยาที่ ARV clinic"})
    assert (decision.action, decision.reasons) == ("hold", ("RESTRICTED:HIV",))
    decision = decided(POLICY, "Z000", visit={"chief_complaint": "มารับยาที่ ARV clinic"})
    assert (decision.action, decision.reasons) == ("hold", ("RESTRICTED:HIV", "TEXT:HIV"))


Place = Callable[[str], dict[str, Any]]
PLACES: dict[str, list[Place]] = {
    "unit": [
        lambda text: {"visit": {"clinic_name": text}},
        lambda text: {"visit": {"department_name": text}},
        lambda text: {"appointments": [{"clinic_name": text}]},
    ],
    "text": [
        lambda text: {"visit": {"chief_complaint": text}},
        lambda text: {"visit": {"present_illness": text}},
        lambda text: {"visit": {"diagnosis_text": text}},
        lambda text: {"coverages": [{"plan_name": text}]},
        lambda text: {"diagnoses": [{"code": "Z000", "name": text}]},
        lambda text: {"appointments": [{"cause": text}]},
        lambda text: {"appointments": [{"note": text}]},
    ],
    "drug": [lambda text: {"drugs": [{"name": text}]}],
    "directions": [
        lambda text: {"drugs": [{"name": "x", "usage_text": text}]},
        lambda text: {"drugs": [{"name": "x", "instruction_th": text}]},
    ],
    "lab": [
        lambda text: {"labs": [{"name": text, "value": "1"}]},
        lambda text: {"labs": [{"name": "x", "group_name": text, "value": "1"}]},
        lambda text: {"labs": [{"name": "x", "value": f"{text} reactive"}]},
        lambda text: {"labs": [{"name": "x", "value": "1", "reference_text": text}]},
        lambda text: {"labs": [{"name": "x", "value": "1", "abnormal": text}]},
        lambda text: {"labs": [{"name": "x", "value": "1", "local_code": text}]},
    ],
    "lab_code": [
        lambda text: {"labs": [{"name": "x", "value": "1", "loinc": text}]},
        lambda text: {"labs": [{"name": "x", "value": "1", "labtest": text}]},
        lambda text: {"labs": [{"name": "x", "value": "1", "tmlt": text}]},
    ],
}


@pytest.mark.parametrize("entry", TEXT, ids=lambda r: f"{r['sensitivity_label']}-{r['pattern']}")
def test_every_row_of_the_text_list_in_every_field(entry: dict[str, str]) -> None:
    pattern, letter = entry["pattern"], entry["suggested_confidentiality"]
    for kind in entry["fields"].split():
        exact = kind == "lab_code"
        words = pattern if exact else f"ก {pattern.replace('*', 'xyz').upper()} ข"
        for place in PLACES[kind]:
            decision = decided(POLICY, "E119", **place(words))
            assert "NRV".index(letter) <= ["send", "hold", "never"].index(decision.action), (kind, decision)
            if letter != "N":
                assert f"TEXT:{entry['sensitivity_label']}" in decision.reasons
            if entry["sensitivity_label"] in ("PREGNANT", "SEX", "STD"):
                young = decided(POLICY, "E119", birth_date="2010-01-01", **place(words))
                assert young.action == "never"
            assert pattern.lower() not in " ".join(decision.reasons).lower() or pattern == "HIV"


def test_numbers_and_ordinary_words_are_not_taken_for_topics() -> None:
    ordinary = decided(
        POLICY,
        "E119",
        "I10",
        birth_date="2012-01-01",
        visit={
            "clinic_name": "อายุรกรรม",
            "department_name": "ห้องตรวจโรคทั่วไป 4",
            "chief_complaint": "grape juice, bowel prep, hearing test, on IVF, ปวดท้อง ไม่มีไข้",
        },
        diagnoses=[
            {"code": "I10", "name": "Essential (primary) hypertension"},
            {"code": "B181", "name": "Chronic viral hepatitis B"},
        ],
        labs=[
            {"name": "CD45", "value": "1"},
            {"name": "ANC (absolute neutrophil count)", "value": "1,500"},
            {"name": "HBsAg", "value": "Negative"},
            {"name": "Urine color", "value": "Yellow", "group_name": "จุลทรรศน์"},
            {"name": "FBS", "value": "99", "reference_text": "70 - 100", "abnormal": "H", "local_code": "76"},
            {"name": "Dengue NS1", "value": "Negative", "reference_text": "Negative", "local_code": "NS1"},
        ],
        coverages=[{"plan_name": "บัตรประกันสุขภาพ ผู้สูงอายุและเด็ก"}, {"plan_name": "ชำระเงินเอง"}],
        drugs=[
            {"name": "METFORMIN 500 mg", "usage_text": "1x2 pc", "instruction_th": "ห้ามใช้ในหญิงตั้งครรภ์"},
            {"name": "ENTECAVIR 0.5 mg"},
        ],
    )
    assert ordinary == Decision("send", "C2", POLICY.version, ())


@pytest.mark.parametrize(
    "text", ["ตรวจHIV", "Anti-HIV", "anti hiv", "AntiHIV", "HIV1/2", "H\u200bIV", "เอช-ไอ-วี"]
)
def test_ways_of_writing(text: str) -> None:
    assert decided(POLICY, "Z000", visit={"chief_complaint": text}).reasons == ("RESTRICTED:HIV", "TEXT:HIV")


@given(
    st.lists(st.text(max_size=8) | st.none(), max_size=4),
    st.text(max_size=40),
    st.none() | st.text(max_size=10),
)
def test_any_input_gets_an_answer(codes: list[str | None], text: str, birth_date: str | None) -> None:
    decision = decided(
        POLICY,
        *codes,
        birth_date=birth_date,
        visit={"chief_complaint": text, "clinic_name": text},
        labs=[{"name": text, "value": text}],
        drugs=[{"name": text}],
    )
    assert decision.action in ("send", "hold", "never")
    assert decision.policy_version == POLICY.version
    assert (decision.action == "send") == (decision.data_class in ("C0", "C1", "C2"))
    assert decision.action == "send" or decision.reasons


@given(st.lists(st.sampled_from([r["icd10_prefix"] for r in ICD10] + ["E119", "I10", "ZZ"]), max_size=5))
def test_more_rows_never_make_it_milder(codes: list[str]) -> None:
    order = ["send", "hold", "never"]
    for length in range(len(codes)):
        fewer, more = decided(POLICY, *codes[:length]), decided(POLICY, *codes)
        assert order.index(fewer.action) <= order.index(more.action)
