"""``phr backfill``, ``plan-backfill``, ``redrive``, ``sweep`` and the lists of what took something away."""

from __future__ import annotations

import json
from typing import Any

import pytest
from province_kit import DAYS, ProvinceKit
from typer.testing import CliRunner

from phr.cli import app
from phr.ledger import approvals
from phr.ledger.balance import state_equations

RUN = CliRunner()
HCODE = "99002"
RANGE = ["--hospital", HCODE, "--from", str(DAYS[0]), "--to", str(DAYS[-1]), "--format", "json"]


def invoke(*arguments: str) -> dict[str, Any]:
    result = RUN.invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_plan_counts_a_document_once_sends_nothing_and_comes_true(province: ProvinceKit) -> None:
    planned = invoke("plan-backfill", *RANGE)
    assert province.double.admin.requests() == []
    done = invoke("backfill", *RANGE, "--category", "visits", "--category", "immunizations")
    assert planned["calls"] == done["sent"] > len(province.expected("send", HCODE))
    again = invoke("plan-backfill", *RANGE)
    assert (again["calls"], again.get("new", 0), again.get("changed", 0)) == (0, 0, 0)


def test_a_backfill_twice_sends_nothing_the_second_time_in_parts_of_any_size(province: ProvinceKit) -> None:
    invoke("backfill", *RANGE, "--chunk", "1")
    uploads = len(province.double.admin.requests(path="UpdatePHRv1"))
    assert uploads == len(province.expected("send", HCODE))
    invoke("backfill", *RANGE, "--chunk", "30")
    assert len(province.double.admin.requests(path="UpdatePHRv1")) == uploads
    lines = state_equations(province.ledger, hospitals=[HCODE])
    assert lines
    assert [line.remainder for line in lines if line.remainder] == []


@pytest.mark.parametrize("command", ["redrive", "sweep"])
def test_redrive_and_sweep_of_a_quiet_hospital_send_nothing(province: ProvinceKit, command: str) -> None:
    invoke("backfill", *RANGE)
    before = province.last_call()
    invoke(command, "--hospital", HCODE, "--format", "json")
    paths = {row["path"].rpartition("/")[2] for row in province.double.admin.requests(after=before)}
    assert paths <= {"token"}


def test_what_took_something_away_is_listed_with_its_proof(province: ProvinceKit) -> None:
    province.configure(endpoint={"resend_semantics": "unknown"})
    invoke("backfill", *RANGE, "--category", "visits")
    clean = [ref for ref, v in province.oracles[HCODE].visits.items() if v.outcome == "send" and not v.tag]
    vn, guid = province.his(
        HCODE,
        "SELECT r.vn, MAX(r.hos_guid) FROM opitemrece r JOIN drugitems USING (icode)"
        f" WHERE r.vn IN ({','.join('?' * len(clean))})"
        " GROUP BY r.vn HAVING COUNT(*) > 1 AND MIN(r.qty) > 0 ORDER BY r.vn LIMIT 1",
        *clean,
    )[0]
    province.his(HCODE, "DELETE FROM opitemrece WHERE hos_guid = ?", guid)
    invoke("backfill", *RANGE, "--category", "visits")
    listed = RUN.invoke(app, ["approvals", "calls", "--hospital", HCODE, "--format", "json"])
    (call,) = json.loads(listed.stdout)
    assert (call["endpoint"], call["reference"], call["proof"]) == ("RemoveEncounter", vn, "gone")
    shown = RUN.invoke(app, ["approvals", "calls"])
    assert vn in shown.stdout
    assert "CHILD_REMOVED" in shown.stdout


def test_a_decision_is_taken_back_with_a_reason(province: ProvinceKit) -> None:
    with province.ledger.write(HCODE) as connection:
        item = approvals.Item("v1", "c", "GONE")
        asked = approvals.propose(
            connection, hospital=HCODE, kind="encounter", action="retract", items=[item]
        )
    assert asked is not None
    for command, note in (("reject", "it exists"), ("withdraw", "that was another")):
        assert RUN.invoke(app, ["approvals", command, asked[:8], "--note", " "]).exit_code != 0
        done = RUN.invoke(app, ["approvals", command, asked[:8], "--note", note, "--by", "somchai"])
        assert done.exit_code == 0, done.output
    assert "ถอนคำตัดสินแล้ว / withdrawn" in done.output
    listed = RUN.invoke(app, ["approvals", "list", "--all"]).stdout
    assert "void" in listed
    assert "it exists · withdrawn by somchai" in listed
    assert "PHR-507" in RUN.invoke(app, ["approvals", "withdraw", asked[:8], "--note", "again"]).output


def test_what_another_sender_filed_is_listed_and_not_touched(province: ProvinceKit) -> None:
    days = ["--hospital", HCODE, "--from", str(DAYS[0]), "--to", str(DAYS[-1])]
    assert "no difference is known" in RUN.invoke(app, ["differences"]).stdout
    invoke("backfill", *RANGE, "--category", "visits")
    stranger = {"vn": "X0001", "cid": "3333333333335", "date": str(DAYS[0])}
    province.double.admin.seed_foreign(HCODE, [stranger])
    assert RUN.invoke(app, ["reconcile", *days]).exit_code == 0
    (row,) = json.loads(RUN.invoke(app, ["differences", "--hospital", HCODE, "--format", "json"]).stdout)
    assert (row["finding"], row["reference"]) == ("extra_other", "X0001")
    shown = RUN.invoke(app, ["differences"]).stdout
    assert f"{HCODE} · 1 · ส่วนกลางมีจากผู้ส่งอื่น" in shown
    assert "X0001" in shown
    assert province.double.admin.deletions(hospital_code=HCODE) == []
