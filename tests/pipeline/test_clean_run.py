"""A clean run: every visit ends where the generator meant it to, and the national side holds just that."""

from __future__ import annotations

import hashlib
from collections import Counter

import orjson
from province_kit import DAYS, HCODES, STATE_OF, ProvinceKit, assert_balanced, assert_one_record_each
from sqlalchemy import select

from phr.ledger import tables as t
from phr.ledger.balance import row_equations, run_equations, state_equations


def test_every_visit_ends_where_the_generator_meant_it_to(province: ProvinceKit) -> None:
    result = province.run()
    assert result.error is None
    assert result.step_errors == []
    states = province.states()
    for outcome, state in STATE_OF.items():
        assert {ref for ref, s in states.items() if s == state} == province.expected(outcome), outcome
    assert set(states.values()) == set(STATE_OF.values())

    assert_balanced(province, result.options.run_id)
    counted: Counter[tuple[str, str]] = Counter()
    with province.ledger.read() as connection:
        for row in connection.execute(select(t.service_day)).mappings():
            day = row["day"].isoformat()
            counted[row["hospital"], day] = sum(row[name] for name in t.OUT_OF_SCOPE)
    assert counted == Counter(
        {(h, day.isoformat()): province.oracles[h].days[day.isoformat()]["out_of_scope"] for h in HCODES for day in DAYS}
    )
    # equations exist for each hospital and day: none is missing rather than balanced
    wanted = {(h, day) for h in HCODES for day in DAYS}
    assert {(e.hospital, e.day) for e in state_equations(province.ledger)} == wanted
    assert {(e.hospital, e.day) for e in run_equations(province.ledger, run_id=result.options.run_id)} == wanted
    rows = row_equations(province.ledger, result.options.run_id)
    assert {row["hospital"] for row in rows} == set(HCODES)
    assert sum(row["counted"] for row in rows) > 0

    assert_one_record_each(province, province.expected("send"))
    assert {row["writes"] for row in province.national().values()} == {1}


def test_the_national_body_is_what_mapping_built(province: ProvinceKit) -> None:
    result = province.run(hospitals=["99002", "99003"])
    context = province.context(result.options)
    built = {}
    for hcode in ("99002", "99003"):
        area = context.area(hcode)
        for name in area.names("docs-"):
            for ref, (_digest, body) in area.read(name).items():
                text = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
                built[f"{hcode}:{ref}"] = hashlib.sha256(text).hexdigest()
    assert built == {ref: row["body_sha256"] for ref, row in province.national().items()}
    assert len(built) == len(province.expected("send", "99002", "99003"))


def test_a_second_run_sends_nothing(province: ProvinceKit) -> None:
    first = province.run()
    before = province.calls()
    second = province.run()
    assert second.error is None
    assert province.calls() == before
    assert len(before) == first.counts["sent"] == second.counts["unchanged"] == len(province.expected("send"))
    assert second.counts["sent"] == 0
    assert_balanced(province, first.options.run_id, second.options.run_id)
