"""Dry run, limit, re-send, overrides; and the production stores (MariaDB replica, PostgreSQL ledger)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from province_kit import DAYS, ProvinceKit, assert_balanced, assert_one_record_each
from sqlalchemy import create_engine, make_url

from phr.home import Home
from phr.ledger import schema
from phr.pipeline import steps
from phr_sandbox.province.build import build_hospital
from phr_sandbox.province.profiles import PROFILES

HCODE = "99002"


def test_a_dry_run_sends_nothing_and_foretells_the_run(province: ProvinceKit) -> None:
    dry = province.run(hospitals=[HCODE], dry_run=True)
    assert dry.error is None
    assert dry.step_errors == []
    assert province.calls() == []
    assert province.double.admin.requests(path="token") == []
    assert province.documents() == {}
    assert province.dispositions(dry.options.run_id) == {}
    assert (dry.counts["calls"], dry.counts["to_retract"]) == (dry.counts["pending"], 0)
    assert "minutes" not in dry.counts, "no limit of calls, no time"
    real = province.run(hospitals=[HCODE])
    assert real.error is None
    assert dry.counts["new"] == real.counts["sent"] == len(province.expected("send", HCODE))
    for name in ("seen", "held", "quarantined"):
        assert dry.counts[name] == real.counts[name], name

    changed = province.clean_visit(HCODE)
    province.his(HCODE, "UPDATE ovstdiag SET icd10 = 'J00' WHERE vn = ? AND diagtype = '1'", changed)
    before, calls = province.documents(), province.calls()
    dry = province.run(hospitals=[HCODE], dry_run=True)
    assert province.documents() == before
    assert province.calls() == calls
    assert (dry.counts["changed"], dry.counts.get("new", 0)) == (1, 0)
    again = province.run(hospitals=[HCODE])
    assert (again.counts["sent"], again.counts["unchanged"]) == (1, dry.counts["unchanged"])
    assert_balanced(province, real.options.run_id, again.options.run_id)


def test_a_dry_run_says_what_the_run_would_cost(new_mapped: Callable[..., ProvinceKit]) -> None:
    kit = new_mapped(calls_per_minute=4)
    pending = len(kit.expected("send", HCODE))
    assert pending > 4
    gone = kit.clean_visit(HCODE)
    kit.his(HCODE, "DELETE FROM ovst WHERE vn = ?", gone)
    moved = kit.clean_visit(HCODE, 1)
    (known,) = [row["service_day"] for ref, row in kit.documents().items() if ref == f"{HCODE}:{moved}"]
    other = next(day for day in DAYS if day != known)
    kit.his(HCODE, "UPDATE ovst SET vstdate = ? WHERE vn = ?", str(other), moved)
    dry = kit.run(hospitals=[HCODE], dry_run=True)
    assert dry.error is None
    assert (dry.counts["calls"], dry.counts["to_retract"]) == (pending - 1, 1), "a moved visit stays"
    assert dry.counts["minutes"] == -(-(pending - 1) // 4)
    limited = kit.run(hospitals=[HCODE], dry_run=True, limit=3)
    assert (limited.counts["calls"], limited.counts["minutes"]) == (3, 1)
    kit.map_only(hospitals=[HCODE])
    absent = [ref for ref, row in kit.documents().items() if row["absent_since"]]
    assert absent == [f"{HCODE}:{gone}"]


def test_a_limit_leaves_the_rest_pending_for_the_next_run(province: ProvinceKit) -> None:
    some = province.run(hospitals=[HCODE], limit=5)
    assert some.error is None
    sendable = province.expected("send", HCODE)
    assert (some.counts["sent"], some.counts["pending"]) == (5, len(sendable) - 5)
    assert len(province.national()) == 5
    assert_balanced(province, some.options.run_id)
    rest = province.run(hospitals=[HCODE])
    assert (rest.counts["sent"], rest.counts["unchanged"]) == (len(sendable) - 5, 5)
    assert_one_record_each(province, sendable)
    assert {row["writes"] for row in province.national().values()} == {1}
    assert_balanced(province, some.options.run_id, rest.options.run_id)


def test_unchanged_documents_are_sent_again_when_asked(mapped: ProvinceKit) -> None:
    mapped.deliver_first()
    again = mapped.run(hospitals=[HCODE], resend_unchanged=True)
    sendable = mapped.expected("send", HCODE)
    assert again.counts["sent"] == len(sendable)
    writes = {ref: row["writes"] for ref, row in mapped.national().items()}
    assert {ref for ref, n in writes.items() if n == 2} == sendable
    assert set(writes.values()) == {1, 2}
    assert_balanced(mapped, "first", again.options.run_id)


def test_overrides_change_one_hospital_for_one_run(mapped: ProvinceKit) -> None:
    options = mapped.options(
        hospitals=[HCODE, "99003"], overrides={HCODE: {"chunk_visits": 10, "settle_minutes": 0}}
    )
    (unit,) = steps.plan_units(options)
    assert mapped.steps(options, unit, ("extract",)) == []
    context = mapped.context(options)
    assert len(context.area(HCODE).names("rows-")) > 2
    assert len(context.area("99003").names("rows-")) == 1
    assert mapped.context(mapped.options()).hospital(HCODE).chunk_visits == 1000


@pytest.mark.mariadb
@pytest.mark.postgres
def test_a_mariadb_replica_and_a_postgresql_ledger(
    province: ProvinceKit, mariadb_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(mariadb_url)
    oracle = build_hospital(engine, PROFILES[HCODE], seed=3, first_day=DAYS[0], last_day=DAYS[1], scale=0.15)
    engine.dispose()
    url = make_url(mariadb_url)
    path = province.home / "connections.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw[f"his_{HCODE}"] = {
        "conn_type": "mysql",
        "host": url.host,
        "port": url.port,
        "login": url.username,
        "password": url.password or "",
        "schema": url.database,
    }
    path.write_text(json.dumps(raw), encoding="utf-8")
    monkeypatch.setenv("PHR_LEDGER_URL", postgres_url)
    with pytest.raises(Exception, match=r"PHR-503.*phr ledger upgrade"):
        steps.plan_units(province.options(run_id="early"))
    schema.upgrade(schema.make_engine(Home(province.home).ledger_url))
    province.oracles = {HCODE: oracle}
    wanted = {"hospitals": [HCODE], "day_to": DAYS[1]}

    province.double.admin.order({"kind": "drop_after", "rate": 0.2, "seed": 1, "times": 1})
    first = province.run(**wanted)
    assert first.step_errors == []
    assert first.error is None
    states = province.states()
    for outcome, state in {"send": "delivered", "hold": "held", "quarantine": "quarantined"}.items():
        assert {r for r, s in states.items() if s == state} == province.expected(outcome), outcome
    assert_one_record_each(province, province.expected("send"))
    second = province.run(**wanted)
    assert second.counts["sent"] == 0
    assert_balanced(province, first.options.run_id, second.options.run_id)
    assert not (province.home / "ledger.sqlite").exists()


@pytest.mark.parametrize(
    ("values", "yields"),
    [
        ({}, False),
        ({"purpose": "redrive"}, False),
        ({"purpose": "backfill"}, True),
        ({"run_type": "backfill"}, True),
    ],
)
def test_older_days_leave_the_call_budget_to_todays_work(
    mapped: ProvinceKit, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], yields: bool
) -> None:
    from phr.ledger.budget import Lane
    from phr.pipeline import deliver

    seen: list[Lane | None] = []
    real = deliver.Sender

    def watched(**given: object) -> object:
        seen.append(given["lane"])  # type: ignore[arg-type]
        return real(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(deliver, "Sender", watched)
    assert mapped.first is not None
    mapped.first = replace(mapped.first, **values)  # type: ignore[arg-type]
    mapped.deliver_first(finish=False)
    assert set(seen) == {Lane.BACKFILL if yields else None}
