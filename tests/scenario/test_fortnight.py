"""The script of ``make scenario``: equal by seed, and everything in it comes to what it should."""

from __future__ import annotations

from functools import cache

import pytest
from little_scripts import MODES

from phr_sandbox.scenario.compare import compare
from phr_sandbox.scenario.fortnight import HOSPITALS, fortnight
from phr_sandbox.scenario.model import His
from phr_sandbox.scenario.oracle import foretell
from phr_sandbox.scenario.outcome import FEEDS, PARTS, Mode, Outcome
from phr_sandbox.scenario.projection import rows_of
from phr_sandbox.scenario.script import Script, play
from phr_sandbox.scenario.steps import STEPS
from phr_sandbox.scenario.truth import his_view, reasons_by_ref

SEEDS = (1, 2, 20)


@cache
def _script(seed: int) -> Script:
    return fortnight(seed)


def _end(script: Script) -> dict[str, His]:
    systems = script.start()
    for day in script.days:
        play(systems, day.edits)
    return systems


@cache
def _foretell(seed: int, mode: Mode, merges: bool) -> Outcome:
    return foretell(_script(seed), mode, server_merges=merges)


def test_equal_seeds_give_equal_rows_and_other_seeds_other_rows() -> None:
    first, again, other = (
        {hcode: rows_of(his) for hcode, his in _end(script).items()}
        for script in (_script(1), fortnight(1), _script(2))
    )
    assert first == again
    assert list(_script(1).listing()) == list(fortnight(1).listing())
    assert all(first[hcode] != other[hcode] for hcode in HOSPITALS)


def test_a_script_can_be_played_twice() -> None:
    """Changes never hold on to the objects of one system."""
    script = _script(1)
    first, second = _end(script), _end(script)
    assert {h: rows_of(his) for h, his in first.items()} == {h: rows_of(his) for h, his in second.items()}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("mode", "merges"), MODES)
def test_the_ideal_sender_ends_at_the_his_but_for_what_has_a_reason(
    seed: int, mode: Mode, merges: bool
) -> None:
    script, outcome = _script(seed), _foretell(seed, mode, merges)
    assert outcome.idle_answers == [], "every answer of the script meets the question it answers"
    differences = compare(his_view(_end(script)), outcome.nation.view(), script.names)
    reasons = reasons_by_ref(outcome, script.names)
    assert {d.ref for d in differences} <= set(reasons)
    # what is kept back without ever having been sent is no difference: the HIS's own view leaves it out
    stale = {ref for ref, reason in reasons.items() if reason not in ("held", "quarantined")}
    assert stale == {d.ref for d in differences}


def test_modes_cost_removals_and_nothing_else() -> None:
    calls = {key: _foretell(1, *key).calls() for key in MODES}
    assert len({(c["update"], c["register"]) for c in calls.values()}) == 1
    careful = [calls[key] for key in MODES if key[0] != "replace"]
    assert careful[0] == careful[1] == careful[2]
    assert careful[0]["remove"] > calls["replace", False]["remove"] > 0
    assert all(c["remove"] == c["confirm"] for c in calls.values())


def test_every_reason_for_a_difference_occurs() -> None:
    outcome = _foretell(1, "unknown", True)
    assert set(outcome.visit_reasons.values()) == {
        "held",
        "stale, held, the office said no",
        "stale, quarantined, awaiting approval",
        "stale, a delivered row became invalid",
        "stale, gone from the HIS, awaiting approval",
        "stale, not in scope any more",
    }
    assert set(outcome.register_reasons.values()) == {
        "the set shrank, awaiting approval",
        "stale, no dose is left to send",
    }
    assert len(outcome.stops) == 1


def test_every_part_has_work_to_do_in_the_script() -> None:
    """A part that could be left out without a difference would not be judged by the scenario."""
    script = _script(1)
    whole = _foretell(1, "merge", True)
    for part in PARTS:
        rest = tuple(p for p in PARTS if p != part)
        less = foretell(script, "merge", server_merges=True, parts=rest)
        days = range(1, len(script.days) + 1)
        whole_calls, less_calls = ([outcome.calls(day) for day in days] for outcome in (whole, less))
        # what the feed of visits alone finds, the sweep would find too; it alone refuses an empty day
        assert (whole_calls, whole.stops) != (less_calls, less.stops), part


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_the_feeds_makes_no_difference_to_what_stands_there(seed: int) -> None:
    scheduled = _foretell(seed, "merge", True)
    for n in range(1, len(FEEDS)):
        feeds = (*FEEDS[n:], *FEEDS[:n])
        other = foretell(_script(seed), "merge", server_merges=True, feeds=feeds)
        assert other.nation.view() == scheduled.nation.view()
        assert other.visit_reasons == scheduled.visit_reasons


def test_every_part_is_a_step_or_what_steps_do() -> None:
    assert sorted([*STEPS, "removal"]) == sorted(PARTS)
