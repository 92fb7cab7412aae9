"""What a correct immunization register of each invented person says, written down while doses are made.

A person is who shares a citizen id as typed, else an HN, else a number of the community register: taken from
rule R6 of the design, apart from the pipeline, so that the two can disagree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from phr_sandbox.province.dirt import KINDS
from phr_sandbox.province.oracle import HospitalOracle, RegisterExpectation
from phr_sandbox.province.population import ZERO_DATE
from phr_sandbox.province.vaccines import NOT_NATIONAL


@dataclass(slots=True)
class _Register:
    """What is known of one person while rows are written."""

    records: list[str] = field(default_factory=list)
    sound: bool = True
    doses: set[tuple[str, str]] = field(default_factory=set)
    newest: str | None = None
    tags: set[str] = field(default_factory=set)


class RegisterBook:
    """Collects people and doses, and tells the oracle at the end; keeps nothing when details are not kept."""

    def __init__(self, oracle: HospitalOracle) -> None:
        self._oracle = oracle
        self._registers: dict[str, _Register] = {}
        self._of_record: dict[str, str] = {}

    def known(self, record: str, cid: str | None, *, sound: bool) -> None:
        """A row of the patient register (HN), or a person without HN (``~`` and the person id)."""
        if not self._oracle.keep_details:
            return
        key = re.sub(r"[\s-]", "", cid or "") or record
        self._of_record[record] = key
        register = self._registers.setdefault(key, _Register())
        register.records.append(record)
        register.sound &= sound

    def doubt(self, record: str) -> None:
        """Something that must keep the person's whole register back."""
        if self._oracle.keep_details:
            self._register(record).sound = False

    def tag(self, record: str, tag: str) -> None:
        """Something unusual about the person's register."""
        if self._oracle.keep_details:
            self._register(record).tags.add(tag)

    def dose(self, record: str, day: str, code: str, *, sound: bool = True) -> None:
        """A dose given here; ``sound`` is False for what the checks put aside."""
        if not self._oracle.keep_details:
            return
        register = self._register(record)
        if day == ZERO_DATE or day > self._oracle.last_day.isoformat():
            return
        register.newest = max(day, register.newest or day)
        if sound and code not in NOT_NATIONAL:
            register.doses.add((day, code))

    def _register(self, record: str) -> _Register:
        if record not in self._of_record:  # an HN that nobody has, or none at all
            self.known(record, None, sound=False)
        return self._registers[self._of_record[record]]

    def finish(self) -> None:
        """Tell the oracle every person who was ever given a dose here."""
        for register in self._registers.values():
            if register.newest is None:
                continue
            with_hn = [record for record in register.records if not record.startswith("~")]
            self._oracle.register(
                RegisterExpectation(
                    records=tuple(sorted(with_hn or register.records)),
                    newest_day=register.newest,
                    outcome="send" if register.sound and register.doses else "quarantine",
                    doses=frozenset(register.doses),
                    tags=tuple(sorted(register.tags)),
                )
            )


def sound_identity(tag: str) -> bool:
    """Whether a patient registered with this fault may have a register at all.

    The dead of ``after_death`` may: until a dose of theirs is dated after it.
    """
    return not tag or tag == "after_death" or KINDS[tag].outcome != "quarantine"
