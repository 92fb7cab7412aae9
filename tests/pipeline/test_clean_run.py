"""A clean run: every visit ends where the generator meant it to, and the national side holds just that."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date

import orjson
import pytest
from province_kit import (
    HCODES,
    STATE_OF,
    ProvinceKit,
    Template,
    assert_balanced,
    assert_one_record_each,
    make_template,
)
from sqlalchemy import select

from phr.ledger import tables as t
from phr.ledger.balance import row_equations, run_equations, state_equations

DAY = date(2025, 10, 14)


@pytest.fixture(scope="module")
def busy_day(province_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """One day at full size: every kind of doubtful data the generator knows."""
    return make_template(tmp_path_factory.mktemp("busy"), scale=1.0, days=[DAY], accounts=province_template)


def test_every_visit_ends_where_the_generator_meant_it_to(
    new_province: Callable[..., ProvinceKit], busy_day: Template
) -> None:
    province = new_province(busy_day)
    result = province.run(day_from=DAY, day_to=DAY)
    assert result.error is None
    assert result.step_errors == []
    states = province.states()
    for outcome, state in STATE_OF.items():
        assert {ref for ref, s in states.items() if s == state} == province.expected(outcome), outcome
    assert set(states.values()) == set(STATE_OF.values())
    tags = {v.tag for oracle in province.oracles.values() for v in oracle.visits.values()}
    assert len(tags) > 40, "the day must hold nearly every kind of doubtful data"

    assert_balanced(province, result.options.run_id)
    with province.ledger.read() as connection:
        counted = {
            row["hospital"]: sum(row[name] for name in t.OUT_OF_SCOPE)
            for row in connection.execute(select(t.service_day)).mappings()
        }
    assert counted == {h: province.oracles[h].days[DAY.isoformat()]["out_of_scope"] for h in HCODES}
    # equations exist for each hospital and day: none is missing rather than balanced
    wanted = {(h, DAY) for h in HCODES}
    assert {(e.hospital, e.day) for e in state_equations(province.ledger)} == wanted
    assert {
        (e.hospital, e.day) for e in run_equations(province.ledger, run_id=result.options.run_id)
    } == wanted
    rows = row_equations(province.ledger, result.options.run_id)
    assert {row["hospital"] for row in rows} == set(HCODES)
    assert sum(row["counted"] for row in rows) > 0

    assert_one_record_each(province, province.expected("send"))
    assert {row["writes"] for row in province.national().values()} == {1}


def test_the_national_body_is_what_mapping_built(mapped: ProvinceKit) -> None:
    context = mapped.context(mapped.deliver_first())
    built = {}
    for hcode in HCODES:
        area = context.area(hcode)
        for name in area.names("docs-"):
            for ref, (_digest, body) in area.read(name).items():
                text = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
                built[f"{hcode}:{ref}"] = hashlib.sha256(text).hexdigest()
    assert built == {ref: row["body_sha256"] for ref, row in mapped.national().items()}
    assert set(built) == mapped.expected("send")


def test_a_second_run_sends_nothing(mapped: ProvinceKit) -> None:
    mapped.deliver_first()
    before = mapped.calls()
    second = mapped.run()
    assert second.error is None
    assert mapped.calls() == before
    assert len(before) == second.counts["unchanged"] == len(mapped.expected("send"))
    assert second.counts["sent"] == 0
    assert_balanced(mapped, "first", second.options.run_id)
