"""Both equations stay true through random days: edits, deletions, moves, late runs, claims, lost leases."""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_parts import DAY, KIND, at, count, outbox, remainders, snapshot, want
from sqlalchemy import func, select

from phr.ledger import Ledger
from phr.ledger import tables as t
from phr.ledger.decide import Desired
from phr.ledger.outbox import Claim, Outbox, Outcome
from phr.ledger.register import Registration

DAYS = [DAY + timedelta(days=n) for n in range(3)]
LEASE = 0.02


@dataclass
class Taken:
    """A snapshot that was read; a slow run may enter it long after newer ones."""

    run_id: str
    minute: int
    days: list[date]
    wants: list[Desired]


@dataclass
class Hospital:
    """A hospital's visits and the deliverers at work on them."""

    ledger: Ledger
    dice: random.Random
    visits: dict[str, tuple[date, str, str]] = field(default_factory=dict)
    minute: int = 0
    slow: list[Taken] = field(default_factory=list)
    entered: list[Taken] = field(default_factory=list)
    flying: list[tuple[Outbox, Claim]] = field(default_factory=list)

    def change(self) -> None:
        reference = f"v{self.dice.randrange(6)}"
        if reference in self.visits and self.dice.random() < 0.25:
            del self.visits[reference]
            return
        state = self.dice.choices(["pending", "held", "quarantined"], [6, 1, 1])[0]
        self.visits[reference] = (self.dice.choice(DAYS), self.dice.choice("abc"), state)

    def read(self) -> Taken:
        self.minute += 1
        days = sorted(self.dice.sample(DAYS, self.dice.randint(1, 3)))
        wants = [
            want(ref, content, day=day, state=state, person_key=f"k1:p{int(ref[1:]) % 2}")
            for ref, (day, content, state) in self.visits.items()
            if day in days
        ]
        return Taken(f"r{self.minute}", self.minute, days, wants)

    def enter(self, taken: Taken) -> None:
        snapshot(self.ledger, taken.run_id, at(taken.minute), taken.wants, days=taken.days)
        self.entered.append(taken)

    def begin(self) -> None:
        """A run enters its newest day and is killed before the others."""
        taken = self.read()
        self.ledger.plan_run(taken.run_id, "visits", {}, ["99001"])
        registration = Registration(self.ledger, taken.run_id, "visits", KIND, "99001", at(taken.minute))
        of_day = [w for w in taken.wants if w.service_day == taken.days[-1]]
        registration.register_day(taken.days[-1], of_day, count(len(of_day)))

    def claim(self) -> None:
        if not self.entered:
            return
        taken = self.dice.choice(self.entered)
        box = outbox(self.ledger, taken.run_id, lease=LEASE)
        claims, _ = box.claim({w.reference: w.content_hash or "" for w in taken.wants})
        self.flying += [(box, claim) for claim in claims]

    def settle(self) -> None:
        if self.flying:
            box, claim = self.flying.pop(self.dice.randrange(len(self.flying)))
            result = self.dice.choice(["delivered", "delivered", "rejected", "retry", "unknown", "unsent"])
            box.settle([Outcome(claim, result, "x")])  # type: ignore[arg-type]

    def step(self, name: str) -> None:
        match name:
            case "change":
                self.change()
            case "run":
                self.enter(self.read())
            case "slow":
                self.slow.append(self.read())
            case "late" if self.slow:
                self.enter(self.slow.pop(0))
            case "again" if self.entered:
                self.enter(self.dice.choice(self.entered))
            case "killed":
                self.begin()
            case "claim":
                self.claim()
            case "settle":
                self.settle()
            case "expire":
                time.sleep(LEASE)


STEPS = ["change", "change", "run", "slow", "late", "again", "killed", "claim", "claim", "settle", "expire"]


def walk(ledger: Ledger, steps: list[str], seed: int) -> Hospital:
    hospital = Hospital(ledger, random.Random(seed))
    for _ in range(4):
        hospital.change()
    for number, name in enumerate(steps):
        hospital.step(name)
        assert remainders(ledger) == {}, (number, name, steps, seed)
    return hospital


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(st.sampled_from(STEPS), min_size=5, max_size=20), st.integers(0, 10**6))
def test_every_step_balances_on_sqlite(steps: list[str], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(f"sqlite:///{Path(folder, 'ledger.sqlite')}")
        ledger.engine.dispose()
        walk(ledger, steps, seed)
        ledger.engine.dispose()


@pytest.mark.parametrize("seed", range(3))
def test_long_histories_balance_and_come_to_rest(ledger: Ledger, seed: int) -> None:
    dice = random.Random(seed)
    hospital = walk(ledger, dice.choices(STEPS, k=40), seed)
    # an undisturbed run over all days settles everything and the next one has nothing to send
    while hospital.flying:
        hospital.settle()
    time.sleep(2 * LEASE)
    for _ in range(3):
        hospital.minute += 1
        wants = [
            want(ref, content, day=day, state=state, person_key=f"k1:p{int(ref[1:]) % 2}")
            for ref, (day, content, state) in hospital.visits.items()
        ]
        taken = Taken(f"r{hospital.minute}", hospital.minute, DAYS, wants)
        to_send, _ = snapshot(ledger, taken.run_id, at(taken.minute), wants, days=DAYS)
        box = outbox(ledger, taken.run_id)
        claims, _ = box.claim({w.reference: w.content_hash or "" for w in wants if w.reference in to_send})
        box.settle([Outcome(claim, "delivered", "200") for claim in claims])
        assert remainders(ledger) == {}
    assert to_send == set()
    d = t.document
    with ledger.read() as connection:
        present = select(d.c.desired_state, func.count()).where(d.c.absent_since.is_(None))
        found = {state for state, _ in connection.execute(present.group_by(d.c.desired_state))}
    assert found <= {"delivered", "held", "quarantined", "rejected"}
