"""Rows without a national code: sent in the hospital's own words, or kept back until there is one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from province_kit import DAYS, HCODES, ProvinceKit, assert_balanced
from typer.testing import CliRunner

from phr.cli import app
from phr.ledger.backlog import backlog
from phr.ledger.balance import row_equations
from phr.ledger.quarantined import open_findings
from phr.ledger.retractions import Retractions
from phr.mapping import MAPPING_VERSION
from phr.pipeline.readiness import assess
from phr.release import Policy
from phr.reporting.readiness import readiness_lines, readiness_page

HCODE = "99002"
OWN = "1999001"
NAME = "ยาหม้อสมมติ"
TMT = "998877"
HELD = "CHILD_DELIVERED_NOW_INVALID"
RULE = "drug_dispense.code_unmapped"
HEAD = "# map: drugs\n# version: 1\n# source: pharmacy of the test hospital\nsource,tmt_code,tmt_level\n"
NO_CODE = "sks_drug_code IS NULL AND tmt_tp_code IS NULL AND tmt_gp_code IS NULL"


@pytest.fixture
def ref(province: ProvinceKit) -> str:
    """A clean visit with one line more: a drug of the hospital's own without any code but its own."""
    province.his(
        HCODE,
        "INSERT INTO drugitems (icode, name, units, unitprice, istatus) VALUES (?, ?, 'ถุง', 5, 'Y')",
        OWN,
        NAME,
    )
    visit = province.clean_visit(HCODE)
    province.his(
        HCODE,
        "INSERT INTO opitemrece (hos_guid, vn, icode, qty, vstdate, rxdate)"
        " SELECT '{OWN}', vn, ?, 2, vstdate, vstdate FROM ovst WHERE vn = ?",
        OWN,
        visit,
    )
    return visit


def policy(kit: ProvinceKit, **unmapped: str) -> None:
    kit.configure(hospitals={HCODE: {"unmapped_codes": unmapped}})


def give_code(kit: ProvinceKit, *codes: str) -> None:
    folder = kit.config / "codes" / HCODE
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{code},{TMT},GPU\n" for code in codes)
    (folder / "drugs.csv").write_text(HEAD + lines, encoding="utf-8")


def run(kit: ProvinceKit, **values: Any) -> set[str]:
    """Run the hospital once; the references sent. Both equations and the row equation hold."""
    before = kit.last_call()
    result = kit.run(hospitals=[HCODE], **values)
    assert result.error is None
    assert_balanced(kit, result.options.run_id)
    # nothing but uploads and reads: no call that deletes
    paths = {row["path"].rpartition("/")[2] for row in kit.double.admin.requests(after=before)}
    assert not [path for path in paths if "remove" in path.lower() or "delete" in path.lower()], paths
    return {row["ref"].partition(":")[2] for row in kit.calls(before)}


def drugs_of(kit: ProvinceKit, ref: str) -> dict[str, list[dict[str, Any]]]:
    """Text of the drugs that stand there -> their codes."""
    body = kit.double.admin.encounter(f"{HCODE}:{ref}")["body"]
    return {m["code"]["text"]: m["code"].get("coding", []) for m in body["Encounter"][0]["Medication"]}


def findings(kit: ProvinceKit, ref: str | None = None) -> list[str]:
    found = open_findings(kit.ledger, HCODE)
    return [row["rule_id"] for row in found if ref is None or row["reference"] == ref]


def uncoded(kit: ProvinceKit) -> list[tuple[str, str]]:
    """(visit, icode) of every drug line without code of visits that are read."""
    visits = set(kit.documents())
    rows = kit.his(
        HCODE, f"SELECT x.vn, x.icode FROM opitemrece x JOIN drugitems USING (icode) WHERE {NO_CODE}"
    )
    return [(vn, icode) for vn, icode in rows if f"{HCODE}:{vn}" in visits]


def test_kept_back_it_is_listed_and_goes_by_itself_once_the_map_has_the_code(
    province: ProvinceKit, ref: str
) -> None:
    policy(province, drugs="quarantine")
    assert ref in run(province), "the visit goes, its other rows with it"
    assert NAME not in drugs_of(province, ref)
    assert findings(province, ref) == [RULE]
    # no line disappears: what is not told is listed
    assert findings(province).count(RULE) == len(uncoded(province)) > 1
    drugs = {r["table_name"]: r for r in row_equations(province.ledger, "run-1")}["drug_dispense"]
    assert drugs["counted"] == drugs["accepted"] + drugs["quarantined"]
    assert drugs["quarantined"] >= findings(province).count(RULE)
    assert run(province) == set(), "twice sends nothing"

    give_code(province, OWN)
    assert run(province) == {ref}, "exactly what the code frees"
    (coding,) = drugs_of(province, ref)[NAME]
    assert (coding["code"], coding["system"].rpartition("/")[2]) == (TMT, "gpu")
    assert findings(province, ref) == []
    assert run(province) == set()

    policy(province)
    rest = run(province)
    assert rest, "a policy that lets them go sends what was never told"
    assert rest <= {vn for vn, icode in uncoded(province) if icode != OWN}
    assert run(province) == set()


def test_a_delivered_drug_that_is_kept_back_by_now_holds_the_visit_and_nothing_is_taken_away(
    province: ProvinceKit, ref: str
) -> None:
    assert ref in run(province), "as shipped it goes in the hospital's own words"
    assert drugs_of(province, ref)[NAME] == []
    assert RULE not in findings(province)
    stands = province.national()

    policy(province, drugs="quarantine")
    assert run(province) == set()
    document = province.documents()[f"{HCODE}:{ref}"]
    assert (document["desired_state"], document["desired_reason"]) == ("held", HELD)
    assert document["delivered_version"] is not None, "stale nationally, and listed so"
    assert RULE in findings(province, ref)
    held = {r for r, row in province.documents().items() if row["desired_reason"] == HELD}
    assert f"{HCODE}:{ref}" in held
    assert held <= {f"{HCODE}:{vn}" for vn, _icode in uncoded(province)}
    assert province.national() == stands
    # it is nobody's to take back
    with province.ledger.write(HCODE) as connection:
        wanted = Retractions(province.ledger, HCODE, "encounter").candidates(connection, datetime.now(UTC))
    assert not held & {f"{HCODE}:{candidate.reference}" for candidate in wanted}
    assert judged_otherwise(province) == set()

    # loosened again: found however old its day is, and what stands there is what should
    policy(province)
    assert ref in judged_otherwise(province)
    assert run(province, purpose="redrive") == set()
    assert province.states()[f"{HCODE}:{ref}"] == "delivered"
    assert findings(province, ref) == []

    policy(province, drugs="quarantine")
    assert run(province) == set()
    give_code(province, OWN)
    assert run(province) == {ref}
    assert drugs_of(province, ref)[NAME][0]["code"] == TMT
    assert run(province) == set()


def judged_otherwise(kit: ProvinceKit) -> set[str]:
    """What a re-drive reads although its day is long past: kept back under another policy."""
    hospital = kit.context(kit.options(run_id="look")).hospital(HCODE)
    found = backlog(
        kit.ledger,
        HCODE,
        "encounter",
        recheck_from=date(2099, 1, 1),
        mapping=MAPPING_VERSION,
        policy=Policy.of(kit.config, hospital).version,
        limit=1000,
    )
    return {item.reference for item in found}


def test_the_province_decides_for_all_and_one_hospital_for_itself(province: ProvinceKit, ref: str) -> None:
    path = province.config / "hospitals.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"unmapped_codes: {{labs: quarantine}}\n{text}", encoding="utf-8")
    policy(province, drugs="quarantine", labs="send_local_text")
    result = province.run(hospitals=list(HCODES))
    assert result.error is None
    assert_balanced(province, result.options.run_id)
    rules = {h: {row["rule_id"] for row in open_findings(province.ledger, h)} for h in HCODES}
    assert {h for h in HCODES if RULE in rules[h]} == {HCODE}
    assert "lab_result.code_unmapped" in rules["99001"]
    assert "lab_result.code_unmapped" not in rules[HCODE]


def test_the_reports_name_the_policy_and_what_each_code_holds_back(
    province: ProvinceKit, ref: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.combine(DAYS[-1] + timedelta(days=1), time(3), tzinfo=UTC)
    before = assess(HCODE, days=len(DAYS), now=now)
    assert before.held_back("drugs") == 0
    policy(province, drugs="quarantine")
    report = assess(HCODE, days=len(DAYS), now=now)
    missing = report.coverage.maps["drugs"].missing
    assert missing == before.coverage.maps["drugs"].missing
    assert missing[OWN, NAME] == 1
    assert report.held_back("drugs") == missing.total() == report.rules[RULE]
    assert report.held_back("labs") == 0
    (line,) = [line for line in readiness_lines(report) if "drugs:" in line]
    assert f"quarantine · กักไว้ / held back {missing.total():,}" in line
    page = readiness_page(report)
    assert f"left out and listed until there is a code ×{missing.total():,}" in page
    assert "<code>send_local_text</code>" in page
    monkeypatch.setattr("phr.pipeline.readiness.assess", lambda *_args, **_options: report)
    shown = CliRunner().invoke(app, ["codes", "coverage", HCODE]).stdout
    (line,) = [line for line in shown.splitlines() if line.startswith("ยา / drugs:")]
    assert line.endswith(f"· quarantine · กักไว้ / held back: {missing.total():,}")
    assert "ที่เหลือกักไว้จนกว่าจะมีรหัส / the rest is left out and listed until there is a code" in shown
    (line,) = [line for line in shown.splitlines() if "laboratory tests:" in line]
    assert line.endswith("· send_local_text · กักไว้ / held back: 0")
    assert NAME in shown
    run(province)
    assert findings(province).count(RULE) == report.rules[RULE]
