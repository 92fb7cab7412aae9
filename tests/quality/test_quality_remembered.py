"""The scenario checks equal rows once (:mod:`phr_sandbox.scenario.checking`): it must come to the same."""

from __future__ import annotations

import pytest
from quality_rows import TODAY, Unit, clean_unit, spoil

from phr.quality import BadRow, Checker, checker
from phr_sandbox.scenario import checking
from phr_sandbox.scenario.checking import RememberingEngine


def _bad(unit: Unit) -> list[BadRow]:
    return Checker(today=TODAY).check({"99001": unit})


def _units() -> list[Unit]:
    """Clean, with a bad row of its own, and with a row twice."""
    twice = clean_unit()
    twice["diagnosis"] = [*twice["diagnosis"], twice["diagnosis"][0]]
    return [clean_unit(), spoil(clean_unit(), "lab_result", report_date="2099-01-01"), twice]


def test_remembered_rows_come_to_what_the_suites_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_known", {})
    real = [_bad(unit) for unit in _units()]
    assert [bool(bad) for bad in real] == [False, True, True]
    monkeypatch.setattr(checker, "Engine", RememberingEngine)
    assert [_bad(unit) for unit in _units()] == real
    monkeypatch.setattr(checking, "_engine", lambda: pytest.fail("nothing is new"))
    assert [_bad(unit) for unit in _units()[:2]] == real[:2]
