"""What a run reads of one hospital: whole service days, and single documents by key.

A day that is read whole has its count and its documents from one snapshot, so absences show and both
equations hold for it. Documents that merely wait are read by key; one that has moved to another day, or that
is not found, leads to a reading of its days instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from phr.his.base import KeySource
from phr.ledger.backlog import Waiting, backlog, references_on
from phr.pipeline.context import Context
from phr.pipeline.sweep import days_to_repair, due_days, last_readings
from phr.release import Policy
from phr.settings import Hospital

#: documents that one re-drive reads at most, the longest waiting first
REDRIVE_LIMIT = 5_000
#: how often a day that was added may itself lead to others
_MOST_MOVES = 5
#: service days within which held and quarantined documents are looked at by every re-drive
RECHECK_DAYS = 30


@dataclass
class Choice:
    """Service days to read whole, ascending, and keys of the source to read beside them."""

    days: list[date]
    keys: list[str] = field(default_factory=list)
    #: service days of the run's window, whether or not something happened on them
    window: list[date] = field(default_factory=list)


def choose(context: Context, hospital: Hospital, source: KeySource) -> Choice:
    """Decide what to read by the purpose of the run."""
    choice = _choose(context, hospital, source)
    if context.kind.by_person:
        choice.days = _follow(context, hospital, source, choice.days)
        found = source.touched_keys(choice.keys) if choice.keys else {}
        # what stands on a day that is read whole by now must not be counted twice
        choice.keys = [key for key in choice.keys if found.get(key) not in choice.days]
    return choice


def _follow(context: Context, hospital: Hospital, source: KeySource, days: list[date]) -> list[date]:
    """These days, and those to which registers of theirs have moved.

    A register stands under the day of its newest dose. When that dose is gone or corrected, the register is
    on another day by now; it would look vanished if only its old day were read.
    """
    name = context.kind.namer(context.keyring)
    for _ in range(_MOST_MOVES):
        here = {name(key) for key in source.touched(days)}
        moved = references_on(context.ledger, hospital.hcode, context.kind.name, days) - here
        if not moved:
            break
        keys = list(source.resolve(lambda key: name(key) in moved))  # noqa: B023 - used up at once
        more = set(source.touched_keys(keys).values()).difference(days)
        if not more:
            break
        days = sorted({*days, *more})
    return days


def _choose(context: Context, hospital: Hospital, source: KeySource) -> Choice:
    options = context.options
    extra = _in_scope(context, hospital, options.days)
    if options.purpose == "sweep":
        read = last_readings(context.ledger, hospital.hcode, context.category.kind)
        days = due_days(
            read,
            today=context.today,
            first=_first_day(context, hospital),
            limit=hospital.sweep_days_per_run,
            tells=source.tells,
        )
        repair = days_to_repair(context.ledger, hospital.hcode, context.category.kind)
        return Choice(sorted({*days, *extra, *_in_scope(context, hospital, repair)}))
    if options.purpose == "redrive":
        return _waiting(context, hospital, source, extra)
    window = options.days_for(hospital)
    days = source.feed_days(context.category.name, window)
    if context.kind.by_person:
        # days on which nothing stands (any more) are read too: what stood there shows as absent, and the
        # sweep knows that they are no gap
        days = [*days, *window]
    if not context.category.by_service_day:  # found days may lie anywhere
        days = _in_scope(context, hospital, days)
    return Choice(sorted({*days, *extra}), window=window)


def _waiting(context: Context, hospital: Hospital, source: KeySource, extra: list[date]) -> Choice:
    kind = context.category.kind
    waiting = backlog(
        context.ledger,
        hospital.hcode,
        kind,
        recheck_from=context.today - timedelta(days=RECHECK_DAYS),
        mapping=context.kind.mapping_version,
        policy=Policy.of(context.home.config_dir, hospital).version,
        limit=REDRIVE_LIMIT,
    )
    keys = keys_of(context, source, waiting)
    found = source.touched_keys(list(keys))
    days = set(extra)
    stay = []
    known = {item.reference: item.service_day for item in waiting}
    for key, reference in keys.items():
        if key not in found:
            days.add(known[reference])
        elif found[key] != known[reference]:
            days |= {known[reference], found[key]}
        else:
            stay.append(key)
    days |= {known[item.reference] for item in waiting if item.reference not in set(keys.values())}
    days = set(_in_scope(context, hospital, days))
    return Choice(sorted(days), [key for key in stay if found[key] not in days])


def keys_of(context: Context, source: KeySource, waiting: Iterable[Waiting]) -> dict[str, str]:
    """Keys of the source -> reference in the ledger, of those that the source still knows.

    A visit is named by its visit number on both sides; a person stands in the ledger as a pseudonym, which a
    scan of the source finds again.
    """
    wanted = {item.reference for item in waiting}
    if not context.kind.by_person:
        return {reference: reference for reference in sorted(wanted)}
    name = context.kind.namer(context.keyring)
    return {key: name(key) for key in source.resolve(lambda key: name(key) in wanted)} if wanted else {}


def _first_day(context: Context, hospital: Hospital) -> date:
    return hospital.categories[context.category.name]


def _in_scope(context: Context, hospital: Hospital, days: Iterable[date]) -> list[date]:
    """Never before the category's first day, never in the future (a mistyped date)."""
    first = _first_day(context, hospital)
    return sorted({day for day in days if first <= day <= context.today})
