"""Texts, screening, returns and codes on their whole way; a new mapping that re-sends nothing by itself."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import yaml
from province_kit import HCODES, ProvinceKit, assert_balanced

from phr.ledger.balance import row_equations
from phr.mapping import source_hash
from phr.pipeline import encounters, kinds

HCODE = "99002"
CANARY = {"cc": "canary-complaint", "hpi": "canary-story", "diag": "canary-diagnosis", "auth": "PP7777777777"}


def body_of(kit: ProvinceKit, ref: str, hcode: str = HCODE) -> dict[str, Any]:
    body: dict[str, Any] = kit.double.admin.encounter(f"{hcode}:{ref}")["body"]
    return dict(body["Encounter"][0])


def run_again(kit: ProvinceKit, **values: Any) -> list[str]:
    """Run the hospital once more; the references called."""
    before = kit.last_call()
    result = kit.run(hospitals=[HCODE], **values)
    assert result.error is None
    assert_balanced(kit, result.options.run_id)
    return [row["ref"] for row in kit.calls(before)]


def write_policy(kit: ProvinceKit, free_text: dict[str, Any]) -> None:
    path = kit.config / "data_class_policy.yaml"
    path.chmod(0o600)
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump({**raw, "free_text": free_text}, allow_unicode=True), encoding="utf-8")


def with_details(kit: ProvinceKit) -> str:
    """A clean visit with every text and code, its own words in each."""
    ref = kit.clean_visit(HCODE)
    kit.his(
        HCODE,
        "UPDATE opdscreen SET cc = ?, hpi = ?, smoking_type_id = 2, drinking_type_id = 1, found_allergy = 'N'"
        " WHERE vn = ?",
        CANARY["cc"],
        CANARY["hpi"],
        ref,
    )
    kit.his(HCODE, "UPDATE ovst SET diag_text = ? WHERE vn = ?", CANARY["diag"], ref)
    kit.his(HCODE, "UPDATE visit_pttype SET auth_code = ? WHERE vn = ?", CANARY["auth"], ref)
    return ref


def test_details_arrive_withheld_texts_do_not_and_neither_lies_about(province: ProvinceKit) -> None:
    ref = with_details(province)
    assert f"{HCODE}:{ref}" in run_again(province)
    encounter = body_of(province, ref)
    # the hospital's own 2 is the national 4; the allergy question is off by default
    assert (encounter["screen_smoking"]["code"], encounter["screen_drinking"]["code"]) == ("4", "1")
    assert "screen_allergy" not in encounter
    assert encounter["reason"] == [{"text": CANARY["cc"]}]
    assert CANARY["auth"] in str(encounter["Coverage"])
    assert "diagtype" in str(encounter["Condition"])
    for withheld in ("hpi", "diag"):
        assert CANARY[withheld] not in str(encounter)
    # DM and LG: neither what is sent nor what is withheld stands in plain on this side
    found = [
        (path.name, name)
        for path in province.home.rglob("*")
        if path.is_file() and not {"replicas", "national"} & set(path.parts)
        for name, text in CANARY.items()
        if text.encode() in path.read_bytes()
    ]
    assert found == []


def test_another_class_for_a_text_sends_the_visits_that_have_one(province: ProvinceKit) -> None:
    ref = with_details(province)
    run_again(province)
    write_policy(province, {"class": "C2", "fields": {"present_illness": "C2", "diagnosis_text": "C2"}})
    texts = province.his(
        HCODE,
        "SELECT o.vn FROM ovst o LEFT JOIN opdscreen s ON s.vn = o.vn"
        " WHERE s.hpi IS NOT NULL OR o.diag_text IS NOT NULL",
    )
    called = set(run_again(province))
    assert f"{HCODE}:{ref}" in called
    assert called <= {f"{HCODE}:{vn}" for (vn,) in texts}
    codes = [row["code"]["coding"][0]["code"] for row in body_of(province, ref)["Condition"]]
    assert codes[-2:] == ["diagtext", "hpi"]
    # and back again: what may no longer be sent leaves the document (more visits than the brake lets through)
    province.configure(hospitals={HCODE: {"brake": {"removals": 500, "share": 1.0}}})
    write_policy(province, {"class": "C3"})
    assert f"{HCODE}:{ref}" in run_again(province)
    left = body_of(province, ref)
    assert left["reason"] == []
    assert not any(text in str(left) for name, text in CANARY.items() if name != "auth")


def test_a_word_in_a_text_nobody_sends_holds_the_visit(province: ProvinceKit) -> None:
    ref = province.clean_visit(HCODE)
    province.his(HCODE, "UPDATE opdscreen SET hpi = 'ยาต้านไวรัส ARV clinic' WHERE vn = ?", ref)
    assert f"{HCODE}:{ref}" not in run_again(province)
    document = province.documents()[f"{HCODE}:{ref}"]
    assert (document["desired_state"], document["desired_reason"]) == ("held", "RESTRICTED,TEXT")


def test_an_answer_the_list_lacks_is_put_aside_and_balances(province: ProvinceKit) -> None:
    ref = with_details(province)
    province.his(HCODE, "UPDATE opdscreen SET smoking_type_id = 7 WHERE vn = ?", ref)
    result = province.run(hospitals=[HCODE])
    assert result.error is None
    assert_balanced(province, result.options.run_id)
    encounter = body_of(province, ref)
    assert "screen_smoking" not in encounter
    assert encounter["screen_drinking"]["code"] == "1"
    rows = {r["table_name"]: r for r in row_equations(province.ledger, result.options.run_id)}
    assert rows["screening"]["quarantined"] >= 1
    assert rows["screening"]["counted"] > rows["screening"]["quarantined"]
    assert rows["vital_sign"]["quarantined"] == sum(
        r.tag in ("temperature_low", "temperature_high", "weight_zero", "height_negative", "bp_reversed")
        and province.oracles[HCODE].visits[r.visit_ref].outcome != "out_of_scope"
        for r in province.oracles[HCODE].rows
        if r.table == "opdscreen"
    )


def test_a_drug_that_comes_back_leaves_the_document(province: ProvinceKit) -> None:
    drugs = "SELECT x.vn, x.icode, MIN(x.qty) FROM opitemrece x JOIN drugitems USING (icode) GROUP BY 1, 2"
    candidates = {vn: (icode, qty) for vn, icode, qty in province.his(HCODE, drugs) if qty > 1}
    ref = next(r for n in range(20) if (r := province.clean_visit(HCODE, n)) in candidates)
    icode, qty = candidates[ref]
    assert f"{HCODE}:{ref}" in run_again(province)
    given = len(body_of(province, ref)["Medication"])

    def back(key: str, quantity: float) -> list[str]:
        province.his(
            HCODE,
            "INSERT INTO opitemrece (hos_guid, vn, icode, qty, vstdate, rxdate)"
            " SELECT ?, vn, ?, ?, vstdate, vstdate FROM ovst WHERE vn = ?",
            key,
            icode,
            quantity,
            ref,
        )
        return run_again(province)

    assert back("{R1}", -1.0) == []  # a part: the line still says what was given
    assert back("{R2}", 1.0 - qty) == [f"{HCODE}:{ref}"]
    assert len(body_of(province, ref)["Medication"]) == given - 1


@pytest.fixture
def delivered_by_the_first_mapping(province: ProvinceKit, monkeypatch: pytest.MonkeyPatch) -> ProvinceKit:
    """A province whose visits were delivered by ``encounter/1``: its columns, its bodies, its hashes."""
    details = {
        "diagnosis_type_in_category": False,
        "lab_reference_range": False,
        "lab_interpretation": False,
        "lab_codings": "first",
        "drug_extra_codings": False,
    }
    province.configure(endpoint=details, hospitals={h: {"screening_codes": {}} for h in HCODES})
    with monkeypatch.context() as patch:
        patch.setitem(
            kinds.KINDS, "encounter", replace(kinds.KINDS["encounter"], mapping_version="encounter/1")
        )
        patch.setattr(encounters, "EARLIER", ())
        patch.setattr(encounters, "source_hash", lambda rows, key: source_hash(rows, key, "encounter/1"))
        assert run_again(province) != []
    assert {row["delivered_mapping"] for row in province.documents().values()} <= {"encounter/1", None}
    province.configure(endpoint=dict.fromkeys(details, True) | {"lab_codings": "all"})
    province.configure(hospitals={HCODE: {"screening_codes": {"smoking": {"1": "1"}}}})
    return province


def test_a_release_with_new_columns_re_sends_nothing(delivered_by_the_first_mapping: ProvinceKit) -> None:
    kit = delivered_by_the_first_mapping
    filled = kit.his(HCODE, "SELECT COUNT(*) FROM opdscreen WHERE smoking_type_id = 1")
    assert filled[0][0] > 3, "new columns with values must be among the visits"
    assert run_again(kit) == []
    ref = kit.clean_visit(HCODE)
    # the mapping that delivered it never saw this column
    kit.his(HCODE, "UPDATE opdscreen SET smoking_type_id = 2 WHERE vn = ?", ref)
    assert run_again(kit) == []
    # a column it did see: the visit goes, whole, by the new mapping
    kit.his(HCODE, "UPDATE opdscreen SET smoking_type_id = 1, cc = 'ไข้' WHERE vn = ?", ref)
    assert run_again(kit) == [f"{HCODE}:{ref}"]
    encounter = body_of(kit, ref)
    assert encounter["screen_smoking"]["code"] == "1"
    assert re.search("diagtype", str(encounter["Condition"])) or not encounter["Condition"]
    assert kit.documents()[f"{HCODE}:{ref}"]["delivered_mapping"] == "encounter/3"
    # from now on the new column counts
    kit.his(HCODE, "UPDATE opdscreen SET smoking_type_id = NULL WHERE vn = ?", ref)
    assert run_again(kit) == [f"{HCODE}:{ref}"]
    assert "screen_smoking" not in body_of(kit, ref)


def test_re_sending_unchanged_visits_brings_them_to_the_new_mapping(
    delivered_by_the_first_mapping: ProvinceKit,
) -> None:
    kit = delivered_by_the_first_mapping
    before = {ref: row for ref, row in kit.documents().items() if row["delivered_version"] is not None}
    assert set(run_again(kit, resend_unchanged=True)) == set(before)
    after = kit.documents()
    assert {after[ref]["delivered_mapping"] for ref in before} == {"encounter/3"}
    assert run_again(kit) == []
