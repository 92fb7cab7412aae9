"""The policy files: missing or doubtful means stop, any change is another version (DM3, DM7)."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
import yaml
from visit_rows import CONFIG, decided

from phr import faults
from phr.errors import StopHospital
from phr.release import Decision, Policy, decide_register

POLICY = "data_class_policy.yaml"
ICD10 = "sensitivity_icd10.csv"
EXTRA = "sensitivity_icd10_extra.csv"
TEXT = "sensitivity_text.csv"
FILES = (POLICY, ICD10, EXTRA, TEXT)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(CONFIG / name, tmp_path / name)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    path.chmod(0o600)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_stops(config: Path, name: str) -> None:
    (config / name).unlink()
    with pytest.raises(StopHospital) as caught:
        Policy.load(config)
    assert caught.value.fault is faults.POLICY_MISSING
    assert name in str(caught.value)


MALFORMED = {
    "unknown action": (POLICY, "action: hold", "action: maybe"),
    "unknown class": (POLICY, "  C4: {", "  C5: {"),
    "missing class": (POLICY, "  C1: {", "  #C1: {"),
    "unknown key": (POLICY, "status: PROPOSED", "status: PROPOSED\nexempt: [99001]"),
    "class sent too freely": (POLICY, "C2: {action: send", "C2: {action: never"),
    "very restricted sent": (POLICY, "C4: {action: never", "C4: {action: send"),
    "letters turned round": (POLICY, "R: C3, V: C4", "R: C4, V: C3"),
    "letter missing": (POLICY, "{N: C2, R: C3, V: C4}", "{N: C2, R: C3}"),
    "minors to an unknown class": (POLICY, "class: C4}", "class: C9}"),
    "free text unknown": (POLICY, "fields: {present_illness: C3", "fields: {physical_exam: C3"),
    "free text in an unknown class": (POLICY, "free_text: {class: C2", "free_text: {class: C9"),
    "free text sent by a word": (POLICY, "free_text: {class: C2", "free_text: {send: true, class: C2"),
    "not yaml": (POLICY, "classes:", "classes: ]"),
    "icd10 letter unknown": (ICD10, "B24,HIV,R", "B24,HIV,X"),
    "icd10 letter empty": (ICD10, "B24,HIV,R", "B24,HIV,"),
    "icd10 prefix with dot": (ICD10, "B24,HIV,R", "B2.4,HIV,R"),
    "icd10 row twice": (ICD10, "B23,HIV,R", "B24,HIV,R"),
    "icd10 label empty": (ICD10, "B24,HIV,R", "B24,,R"),
    "icd10 column gone": (ICD10, "icd10_prefix", "code"),
    "icd10 columns short": (ICD10, "G10,GDIS,R", "G10\nG10,GDIS,R"),
    "extra letter unknown": (EXTRA, "Z37,PREGNANT,N", "Z37,PREGNANT,X"),
    "extra row twice": (EXTRA, "O81,PREGNANT,N", "O80,PREGNANT,N"),
    "extra row of the reference list again": (EXTRA, "O80,PREGNANT,N", "B24,HIV,N"),
    "text field unknown": (TEXT, "unit text lab drug directions", "unit text labs"),
    "text pattern empty": (TEXT, "HIV,R,HIV,", "HIV,R,,"),
    "text letter unknown": (TEXT, "HIV,R,HIV,", "HIV,Q,HIV,"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_doubtful_file_stops(config: Path, case: str) -> None:
    name, old, new = MALFORMED[case]
    edit(config / name, old, new)
    with pytest.raises(StopHospital) as caught:
        Policy.load(config)
    assert caught.value.fault is faults.CONFIG_MALFORMED
    assert name in str(caught.value)


@pytest.mark.parametrize("name", [ICD10, EXTRA, TEXT])
@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"icd10_prefix,sensitivity_label,suggested_confidentiality,pattern,fields\n"],
)
def test_an_emptied_list_stops(config: Path, name: str, content: bytes) -> None:
    (config / name).chmod(0o600)
    (config / name).write_bytes(content)
    with pytest.raises(StopHospital):
        Policy.load(config)


@pytest.mark.parametrize("name", FILES)
def test_any_change_is_another_version(config: Path, name: str) -> None:
    before = Policy.load(config).version
    assert Policy.load(config).version == before
    (config / name).chmod(0o600)
    with (config / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    after = Policy.load(config).version
    assert after != before
    assert after.startswith("phr-proposed-1+")


def test_a_hospital_may_have_a_policy_file_of_its_own(config: Path) -> None:
    own = "policy_99003.yaml"
    text = (config / POLICY).read_text(encoding="utf-8")
    assert "phr-proposed-1" in text
    (config / own).write_text(text.replace("phr-proposed-1", "strict-1"), encoding="utf-8")
    assert Policy.load(config, own).version.startswith("strict-1+")
    assert Policy.load(config).version.startswith("phr-proposed-1+")
    edit(config / own, "action: hold", "action: maybe")
    with pytest.raises(StopHospital, match=f"PHR-101.*{own}"):
        Policy.load(config, own)
    assert Policy.load(config).version.startswith("phr-proposed-1+")
    (config / own).unlink()
    with pytest.raises(StopHospital, match=f"PHR-106.*{own}"):
        Policy.load(config, own)


def test_a_doubtful_extra_list_is_told_by_its_own_line(config: Path) -> None:
    edit(config / EXTRA, "O01,PREGNANT,N", "O0.1,PREGNANT,N")
    with pytest.raises(StopHospital, match=f"{EXTRA}: line 3"):
        Policy.load(config)


def test_the_reference_list_is_as_it_came() -> None:
    assert hashlib.sha256((CONFIG / ICD10).read_bytes()).hexdigest() == (
        "84dbde0e90bab594e7161729c2ae4758b03f2342ad207e9460fe9efffd66831d"
    )


def test_the_shipped_policy_holds_restricted_and_never_sends_very_restricted() -> None:
    raw = yaml.safe_load((CONFIG / POLICY).read_text(encoding="utf-8"))
    assert {name: c["action"] for name, c in raw["classes"].items()} == {
        "C0": "send",
        "C1": "send",
        "C2": "send",
        "C3": "hold",
        "C4": "never",
    }
    assert raw["status"] == "PROPOSED"


def test_an_approved_policy_may_send_restricted_but_an_unreadable_code_still_holds(config: Path) -> None:
    edit(config / POLICY, "C3: {action: hold", "C3: {action: send")
    policy = Policy.load(config)
    assert decided(policy, "B24").action == "send"
    assert decided(policy, "ZZZ9").action == "hold"


def test_a_policy_that_holds_everything_says_so(config: Path) -> None:
    for name in ("C2", "C1", "C0"):
        edit(config / POLICY, f"{name}: {{action: send", f"{name}: {{action: hold")
    assert decided(Policy.load(config), "E119").reasons == ("CLASS:C2",)


def test_an_immunization_register_is_basic_safety(config: Path) -> None:
    sent = decide_register(Policy.load(config))
    assert (sent.action, sent.data_class, sent.reasons) == ("send", "C1", ())
    for name in ("C2", "C1"):
        edit(config / POLICY, f"{name}: {{action: send", f"{name}: {{action: hold")
    held = decide_register(policy := Policy.load(config))
    assert held == Decision("hold", "C1", policy.version, ("CLASS:C1",))
