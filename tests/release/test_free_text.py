"""Free text follows its class: left out when that is not sent, searched for topics in any case (DM3, DM5)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from visit_rows import CONFIG, row

from phr.canonical import Appointment, Coverage, Patient, Visit
from phr.mapping import VisitBundle
from phr.release import Policy, decide_bundle, without_withheld_texts
from phr.release.policy import POLICY_FILE, SHARED_FILES, FreeText

SHIPPED = Policy.load(CONFIG)
TEXTS = ("chief_complaint", "present_illness", "diagnosis_text", "appointment_cause", "appointment_note")
RICH = {"present_illness", "diagnosis_text"}


def policy(folder: Path, free_text: str, **replacing: str) -> Policy:
    """The shipped policy with another ``free_text`` line ("" for none)."""
    for name in (POLICY_FILE, *SHARED_FILES):
        shutil.copy(CONFIG / name, folder / name)
    path = folder / "data_class_policy.yaml"
    path.chmod(0o600)
    kept = [
        line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("free_text:")
    ]
    text = "\n".join([*kept, free_text]) + "\n"
    for old, new in replacing.items():
        assert f"{old}: {{action: " in text
        text = text.replace(f"{old}: {{action: hold", f"{old}: {{action: {new}")
    path.write_text(text, encoding="utf-8")
    return Policy.load(folder)


def bundle(**texts: str) -> VisitBundle:
    """A visit with all five free texts, each saying its own name."""
    said = {name: f"text of {name}" for name in TEXTS} | texts
    return VisitBundle(
        patient=row(Patient, hn="1", birth_date="1980-01-01", birth_exact=True, deceased=False),
        visit=row(
            Visit,
            visit_ref="1",
            hn="1",
            service_day="2026-01-05",
            clinic_name="อายุรกรรม",
            **{name: said[name] for name in TEXTS[:3]},
        ),
        appointments=[
            row(
                Appointment,
                visit_ref="1",
                row_key="7",
                start_date="2026-02-01",
                clinic_name="คลินิกทั่วไป",
                cause=said["appointment_cause"],
                note=said["appointment_note"],
            )
        ],
    )


def left(found: VisitBundle) -> set[str]:
    """Names of the free texts that are still there; everything else must be as it was."""
    whole, (appointment,) = bundle(), found.appointments
    assert found.visit._replace(**{name: getattr(whole.visit, name) for name in TEXTS[:3]}) == whole.visit
    (before,) = whole.appointments
    assert appointment._replace(cause=before.cause, note=before.note) == before
    texts = {name: getattr(found.visit, name) for name in TEXTS[:3]}
    texts |= {"appointment_cause": appointment.cause, "appointment_note": appointment.note}
    return {name for name, text in texts.items() if text is not None}


def test_shipped_sends_the_complaint_and_withholds_the_rich_texts() -> None:
    assert left(without_withheld_texts(SHIPPED, bundle())) == set(TEXTS) - RICH


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("", set(TEXTS) - RICH),  # a policy file that says nothing of free text
        ("free_text: {class: C2}", set(TEXTS) - RICH),
        ("free_text: {class: C1, fields: {present_illness: C2}}", set(TEXTS) - {"diagnosis_text"}),
        ("free_text: {class: C2, fields: {present_illness: C2, diagnosis_text: C1}}", set(TEXTS)),
        ("free_text: {class: C3}", set()),
        ("free_text: {class: C4, fields: {chief_complaint: C2}}", {"chief_complaint"}),
        (
            "free_text: {class: C2, fields: {appointment_note: C3, appointment_cause: C4}}",
            {"chief_complaint"},
        ),
    ],
)
def test_each_text_follows_its_class(tmp_path: Path, line: str, sent: set[str]) -> None:
    assert left(without_withheld_texts(policy(tmp_path, line), bundle())) == sent


def test_a_class_that_is_sent_sends_its_texts(tmp_path: Path) -> None:
    released = policy(tmp_path, "free_text: {class: C2}", C3="send")
    assert left(without_withheld_texts(released, bundle())) == set(TEXTS)
    strict = FreeText.model_validate({"class": "C4"})
    assert {strict.class_of(name) for name in TEXTS} == {"C4"}  # type: ignore[arg-type]


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("line", ["free_text: {class: C2}", "free_text: {class: C4}"])
def test_a_text_that_is_not_sent_still_decides(tmp_path: Path, line: str, name: str) -> None:
    """DM5: the word is in a text nobody will see nationally, yet the visit is what the word says."""
    own = policy(tmp_path, line)
    given = bundle(**{name: "มารับยาที่ ARV clinic"})
    decision = decide_bundle(own, given)
    assert (decision.action, decision.reasons) == ("hold", ("RESTRICTED:HIV", "TEXT:HIV"))
    assert decide_bundle(own, bundle()).action == "send"


def test_another_class_for_a_text_is_another_version(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    changed = policy(tmp_path / "a", "free_text: {class: C2, fields: {present_illness: C2}}")
    assert changed.version != SHIPPED.version


def test_a_plan_name_gives_a_topic_away() -> None:
    plan = row(Coverage, visit_ref="1", row_key="1", plan_name="โครงการ NAP ผู้ติดเชื้อ HIV")
    given = replace(bundle(), coverages=[plan])
    assert decide_bundle(SHIPPED, given).reasons == ("RESTRICTED:HIV", "TEXT:HIV")
    given = replace(given, coverages=[plan._replace(plan_name="บัตรประกันสุขภาพ")])
    assert decide_bundle(SHIPPED, given).action == "send"
