"""The catalogue of what is wrong, or must be held, in the demo data; one kind per visit.

Expected outcomes follow "Decisions on doubtful data" of the design. Dirty child rows never sink the document.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from phr_sandbox.province.oracle import Outcome

Level = Literal["patient", "visit", "child", "orphan"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of doubtful data.

    :ivar level: ``patient`` (every visit of the person has it), ``visit``, ``child`` (one child row of the
        visit), or ``orphan`` (rows without a visit; the visit they came with is clean).
    :ivar turns: how often it comes up in one round of all kinds.
    :ivar sqlite_only: MariaDB with tis620 tables cannot store it; the visit is clean there.
    """

    tag: str
    level: Level
    outcome: Outcome
    turns: int = 1
    sqlite_only: bool = False


KINDS: dict[str, Kind] = {
    kind.tag: kind
    for kind in (
        # identity
        Kind("cid_blank", "patient", "quarantine"),
        Kind("cid_placeholder", "patient", "quarantine"),
        Kind("cid_checksum", "patient", "quarantine"),
        Kind("cid_short", "patient", "quarantine"),
        Kind("cid_temporary", "patient", "quarantine"),
        Kind("foreigner_no_id", "patient", "quarantine"),
        # varchar(13) of MySQL has no room for dashes; SQLite does not enforce lengths
        Kind("cid_dashes", "patient", "send", sqlite_only=True),
        Kind("birth_zero", "patient", "quarantine"),
        Kind("birth_missing", "patient", "quarantine"),
        Kind("birth_epoch", "patient", "quarantine"),
        Kind("birth_future", "patient", "quarantine"),
        Kind("birth_buddhist", "patient", "send"),
        Kind("after_death", "patient", "quarantine"),
        Kind("person_birth_differs", "patient", "quarantine"),
        Kind("person_sex_differs", "patient", "quarantine"),
        Kind("two_hn_agree", "patient", "send"),
        Kind("two_hn_differ", "patient", "quarantine"),
        Kind("adolescent_topic", "patient", "hold"),
        Kind("dies_in_visit", "patient", "send"),
        # visit
        Kind("hn_null", "visit", "quarantine"),
        Kind("hn_blank", "visit", "quarantine"),
        Kind("hn_unknown", "visit", "quarantine"),
        Kind("time_null", "visit", "send"),
        Kind("no_screen", "visit", "send"),
        Kind("no_diagnosis", "visit", "send"),
        Kind("text_nul", "visit", "send"),
        Kind("text_emoji", "visit", "send", sqlite_only=True),
        Kind("text_oversized", "visit", "send"),
        Kind("unfinished", "visit", "out_of_scope"),
        Kind("anonymous_visit", "visit", "out_of_scope"),
        # release
        Kind("dx_restricted", "visit", "hold", turns=5),
        Kind("dx_very_restricted", "visit", "hold"),
        Kind("dx_broad", "visit", "hold"),
        Kind("dx_bad_shape", "visit", "hold"),
        Kind("dx_free_text", "visit", "hold"),
        Kind("dx_dotted", "visit", "send"),
        # the texts themselves are not sent, what they say still counts
        Kind("hpi_sensitive", "visit", "hold"),
        Kind("diag_text_sensitive", "visit", "hold"),
        # child rows
        Kind("temperature_low", "child", "send"),
        Kind("temperature_high", "child", "send"),
        Kind("weight_zero", "child", "send"),
        Kind("height_negative", "child", "send"),
        Kind("bp_reversed", "child", "send"),
        Kind("lab_date_zero", "child", "send"),
        Kind("lab_date_buddhist", "child", "send"),
        Kind("lab_date_future", "child", "send"),
        Kind("lab_blank", "child", "send"),
        Kind("lab_unconfirmed", "child", "send"),
        Kind("lab_anonymous", "child", "send"),
        Kind("lab_same_name", "child", "send"),
        Kind("qty_zero", "child", "send"),
        Kind("qty_negative", "child", "send"),
        Kind("drug_returned", "child", "send"),
        Kind("drug_part_returned", "child", "send"),
        Kind("screening_unmapped", "child", "send"),
        Kind("appointment_date_zero", "child", "send"),
        Kind("appointment_date_buddhist", "child", "send"),
        Kind("orphan_diagnosis", "orphan", "send"),
    )
}
#: tags a hospital writes that are no dirt of the rotation
OTHER_TAGS = ("admitted",)

PATIENT_KINDS = tuple(tag for tag, kind in KINDS.items() if kind.level == "patient")
#: share of the visits that carries one kind each
DOUBTFUL_SHARE = 0.19


class Rotation:
    """Hands out the kinds in shuffled rounds: every kind comes up before the round starts again."""

    def __init__(self, seed: int, hcode: str) -> None:
        self._round = [kind for kind in KINDS.values() for _ in range(kind.turns)]
        random.Random(f"{seed}/{hcode}/kinds").shuffle(self._round)  # noqa: S311
        self._next = 0

    def take(self, count: int) -> list[Kind]:
        """The next ``count`` kinds."""
        taken = []
        for _ in range(count):
            taken.append(self._round[self._next % len(self._round)])
            self._next += 1
        return taken
