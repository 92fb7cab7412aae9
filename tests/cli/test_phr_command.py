"""The ``phr`` command: help, exit codes, what balance, explain and report say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import typer
from province_kit import DAYS, HCODES, ProvinceKit, assert_balanced
from typer.testing import CliRunner

from phr.cli import app
from phr.ledger.tables import DISPOSITIONS, OUT_OF_SCOPE, STATES

RUN = CliRunner()


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in sorted(getattr(command, "commands", {}).items()):
        yield from _commands(child, (*path, name))


@pytest.mark.parametrize("path", list(_commands(typer.main.get_command(app))), ids=" ".join)
def test_every_command_explains_itself_in_thai_and_english(path: tuple[str, ...]) -> None:
    shown = RUN.invoke(app, [*path, "--help"])
    assert shown.exit_code == 0
    head = shown.output.split("Options")[0].split("Arguments")[0]
    assert any("ก" <= letter <= "๙" for letter in head), "no Thai"
    assert " / " in head, "no English beside it"


@pytest.fixture
def delivered(mapped: ProvinceKit) -> ProvinceKit:
    """Run ``first`` has arrived, with one refusal and one warning."""
    mapped.double.admin.order(
        {"kind": "refuse", "refs": [f"99002:{mapped.clean_visit('99002', 0)}"], "value": "period missing"},
        {"kind": "warn", "refs": [f"99002:{mapped.clean_visit('99002', 1)}"], "value": "unit not known"},
    )
    mapped.deliver_first()
    return mapped


def test_balance_as_json(delivered: ProvinceKit) -> None:
    shown = RUN.invoke(app, ["balance", "--format", "json"])
    assert shown.exit_code == 0
    lines = json.loads(shown.stdout)
    assert {(line["scope"], line["hospital"], line["day"]) for line in lines} == {
        (scope, h, str(day)) for scope in ("state", "run") for h in HCODES for day in DAYS
    }
    for line in lines:
        state = line["scope"] == "state"
        terms = STATES if state else DISPOSITIONS
        wanted = {"scope", "hospital", "day", "remainder", *terms}
        wanted |= (
            {"kind", "known", "in_source", "absent", *OUT_OF_SCOPE}
            if state
            else {"category", "seen", "run_id"}
        )
        assert set(line) == wanted
        assert line["remainder"] == line["known" if state else "seen"] - sum(line[t] for t in terms) == 0
        date.fromisoformat(line["day"])
    narrowed = RUN.invoke(
        app,
        ["balance", "--format", "json", "--hospital", "99003", "--from", str(DAYS[1]), "--to", str(DAYS[1])],
    )
    assert {(x["hospital"], x["day"]) for x in json.loads(narrowed.stdout)} == {("99003", str(DAYS[1]))}


def test_balance_as_a_table(delivered: ProvinceKit) -> None:
    shown = RUN.invoke(app, ["balance"])
    assert shown.exit_code == 0
    assert "ส่วนต่าง" in shown.stdout
    assert RUN.invoke(app, ["balance", "--format", "xml"]).exit_code == 2


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        ("send", "delivered to the national PHR"),
        ("hold", "held by the data-class policy"),
        ("quarantine", "quarantined until the hospital mends its data"),
        ("out_of_scope", "not in the ledger"),
    ],
)
def test_explain_says_why(delivered: ProvinceKit, outcome: str, wanted: str) -> None:
    # a visit without HN has no person to show; take one whose trouble is its own
    oracle = delivered.oracles["99001"]
    ref = min(oracle.refs(outcome))  # type: ignore[arg-type]
    shown = RUN.invoke(app, ["explain", "99001", ref])
    assert shown.exit_code == 0
    assert wanted in shown.stdout
    if outcome == "quarantine":
        assert " → " in shown.stdout, "what the hospital does about it"
    if outcome == "out_of_scope":
        assert "present but out of scope" in shown.stdout
    else:
        assert "present and eligible" in shown.stdout
    for identity in oracle.identities():
        assert identity not in shown.output


def test_explain_of_refused_warned_and_unknown_visits(delivered: ProvinceKit) -> None:
    refused = RUN.invoke(app, ["explain", "99002", delivered.clean_visit("99002", 0)])
    assert "rejected; goes again when the content changes" in refused.stdout
    assert "refusal 400: period missing" in refused.stdout
    warned = RUN.invoke(app, ["explain", "99002", delivered.clean_visit("99002", 1)])
    assert "warning 200: unit not known" in warned.stdout
    nowhere = RUN.invoke(app, ["explain", "99002", "691231235959"])
    assert nowhere.exit_code == 1
    assert "not in the ledger" in nowhere.stdout
    assert "not in the replica" in nowhere.stdout
    stranger = RUN.invoke(app, ["explain", "12345", "691231235959"])
    assert stranger.exit_code == 3
    assert "PHR-102" in stranger.stderr


def test_explain_when_the_replica_is_away(delivered: ProvinceKit) -> None:
    (delivered.home / "replicas" / "99002.sqlite").unlink()
    shown = RUN.invoke(app, ["explain", "99002", delivered.clean_visit("99002", 3)])
    assert shown.exit_code == 0
    assert "delivered to the national PHR" in shown.stdout
    assert "PHR-201" in shown.stdout


def test_the_report_is_masked(delivered: ProvinceKit) -> None:
    shown = RUN.invoke(app, ["report", "first"])
    assert shown.exit_code == 0
    assert "delivery report" in shown.stdout
    assert "delivered with warnings: " in shown.stdout
    for oracle in delivered.oracles.values():
        assert not any(ref in shown.stdout for ref in oracle.visits)
        assert not any(identity in shown.stdout for identity in oracle.identities())
    unknown = RUN.invoke(app, ["report", "no-such-run"])
    assert unknown.exit_code == 1
    assert "not in the ledger" in unknown.stdout


def test_run_from_the_command_line_and_going_on_with_it(province: ProvinceKit) -> None:
    days = ["--from", str(DAYS[0]), "--to", str(DAYS[-1])]
    base = ["run", "visits", "--hospital", "99003", "--run-id", "by-hand", "--format", "json"]
    province.double.admin.order({"kind": "status", "value": 503, "retry_after": 0.02})
    province.configure(endpoint={"breaker_failures": 3})
    failed = RUN.invoke(app, [*base, *days])
    assert failed.exit_code == 4
    assert json.loads(failed.stdout)["error"] == "PHR-505"
    assert "PHR-404" in failed.stderr
    assert_balanced(province, "by-hand")
    province.double.admin.clear_faults()
    other = RUN.invoke(app, [*base, "--from", str(DAYS[1]), "--to", str(DAYS[1])])
    assert other.exit_code == 2
    assert "started with other options" in other.stderr
    # the days need not be given again: they are the run's own
    done = RUN.invoke(app, base)
    assert done.exit_code == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["sent"] == len(province.expected("send", "99003"))
    assert result["pending"] == 0
    assert_balanced(province, "by-hand")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["run", "visits", "--hospital", "12345"], 3, "PHR-102"),
        (["run", "visits", "--from", "2568-10-07"], 2, "Christian era: 2025"),
        (["run", "nothing"], 2, "No such command"),
        (["run", "visits", "--limit", "0"], 2, "--limit"),
        (["hospital", "probe", "12345"], 3, "PHR-102"),
    ],
)
def test_wrong_usage(mapped: ProvinceKit, arguments: list[str], code: int, says: str) -> None:
    shown = RUN.invoke(app, arguments)
    assert shown.exit_code == code
    assert says in shown.stderr
    assert "Traceback" not in shown.output


def test_config_check_and_probe(mapped: ProvinceKit) -> None:
    good = RUN.invoke(app, ["config", "check"])
    assert good.exit_code == 0, good.output
    assert RUN.invoke(app, ["hospital", "probe", "99003"]).exit_code == 0
    raw = json.loads((mapped.home / "connections.json").read_text(encoding="utf-8"))
    del raw["his_99003"]
    (mapped.home / "connections.json").write_text(json.dumps(raw), encoding="utf-8")
    bad = RUN.invoke(app, ["config", "check"])
    assert bad.exit_code == 1
    assert "PHR-103 [hospital 99003]" in bad.output.replace("\n", " ")


def test_an_unexpected_error_shows_no_traceback_and_no_text(
    mapped: ProvinceKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_more: object) -> None:
        raise ValueError("1101700203451 สมชาย")

    monkeypatch.setattr("phr.ledger.balance.state_equations", broken)
    shown = RUN.invoke(app, ["balance"])
    assert shown.exit_code == 9
    assert "PHR-901" in shown.stderr
    assert "ValueError" in shown.stderr
    assert "1101700203451" not in shown.output
    assert "สมชาย" not in shown.output
