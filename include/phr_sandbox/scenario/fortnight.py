"""The fortnight: ordinary days of three hospitals, and the stories woven into them."""

from __future__ import annotations

from datetime import date

from phr_sandbox.scenario import edits, stories, stories_of_people
from phr_sandbox.scenario.script import Script, Setting
from phr_sandbox.scenario.traffic import ordinary_day

#: a Wednesday; the fortnight ends on Tuesday 14 October
FIRST_DAY = date(2025, 10, 1)
LENGTH = 14
HOLIDAY = date(2025, 10, 13)
#: the general hospital never closes, the community hospital rests on Sundays, the health centre all weekend
HOSPITALS = {
    "99001": Setting(),
    "99002": Setting(closed_weekdays=(6,), closed_days=(HOLIDAY,)),
    "99003": Setting(closed_weekdays=(5, 6), closed_days=(HOLIDAY,)),
}
#: visits of an ordinary weekday beside those of the stories; a third of it on Saturdays, Sundays and holidays
_WEEKDAY = {"99001": 12, "99002": 8, "99003": 5}
_CROWD = {"99001": 90, "99002": 60, "99003": 40}


def fortnight(seed: int = 1) -> Script:
    """The script of ``make scenario``; equal seeds give equal scripts."""
    script = Script(seed, FIRST_DAY, LENGTH, HOSPITALS)
    for hcode in HOSPITALS:
        _ordinary_days(script, hcode)
    for story in (*stories.STORIES, *stories_of_people.STORIES):
        story(script)
    stories.a_whole_day_entered_again(script)
    return script


def _ordinary_days(script: Script, hcode: str) -> None:
    desk = script.desks[hcode]
    crowd = [desk.regular(index) for index in range(_CROWD[hcode])]
    for who in crowd:
        script.before(hcode, edits.register(desk.record(who)))
        script.name(hcode, who.cid)
    for day in script.days:
        if HOSPITALS[hcode].is_closed(day.date):
            continue
        quiet = day.date.weekday() >= 5 or day.date == HOLIDAY
        traffic = ordinary_day(
            desk,
            crowd,
            day.date,
            _WEEKDAY[hcode] // (3 if quiet else 1),
            doses=hcode != "99002",
            # nobody comes back to the day that is going to be deleted
            final=(hcode, day.number) == stories.DELETED_DAY,
        )
        for visit in traffic.visits:
            script.on(day.number, hcode, "a visit", edits.add_visits(visit))
        if traffic.doses:
            script.on(day.number, hcode, "vaccinations", edits.add_doses(*traffic.doses))
        for later in traffic.later:
            number = (later.day - script.days[0].date).days + 1
            if number <= len(script.days):
                script.on(number, hcode, later.title, later.change)
