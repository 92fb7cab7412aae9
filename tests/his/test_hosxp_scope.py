"""Which visits are eligible, how they are counted, and that all of it comes from one snapshot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hosxp_source import DAY, VN, Source, hospital

from phr.his import Adapter, DayCount, make_adapter

NEXT = date(2026, 1, 13)


def seen(adapter: Adapter, *days: date) -> tuple[list[str], dict[date, DayCount]]:
    asked = list(days) or [DAY]
    with adapter.open() as snapshot:
        return list(snapshot.source("encounter").touched(asked)), snapshot.source("encounter").count(asked)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param({}, "eligible", id="finished"),
        pytest.param({"ovstost": None}, "unfinished", id="no outcome"),
        pytest.param({"ovstost": "  "}, "unfinished", id="blank outcome"),
        pytest.param({"an": "690000001"}, "admitted", id="admitted by AN"),
        pytest.param({"an": " "}, "eligible", id="blank AN"),
        pytest.param({"an": "690000001", "ovstost": None}, "admitted", id="admitted and unfinished"),
        pytest.param({"anonymous_visit": "Y"}, "anonymous", id="anonymous"),
        pytest.param({"anonymous_visit": "N"}, "eligible", id="not anonymous"),
        pytest.param({"vstdate": "2569-01-12"}, "eligible", id="Buddhist year"),
        pytest.param({"vsttime": None}, "eligible", id="no time, old day"),
    ],
)
def test_each_visit_is_counted_once(
    source: Source, adapter: Adapter, change: dict[str, Any], kind: str
) -> None:
    source.visit(**change)
    refs, counts = seen(adapter)
    assert counts == {DAY: DayCount(**{kind: 1})}
    assert refs == ([VN] if kind == "eligible" else [])


def test_admission_known_only_to_ipt(source: Source, adapter: Adapter) -> None:
    source.visit()
    source.insert("ipt", an="690000001", vn=VN)
    assert seen(adapter) == ([], {DAY: DayCount(admitted=1)})


def test_blank_admission_numbers_do_not_match_each_other(source: Source, adapter: Adapter) -> None:
    source.visit("", hos_guid="{B}")
    source.insert("ipt", an="690000001", vn="")
    assert seen(adapter)[1] == {DAY: DayCount(eligible=1)}


def test_order_days_and_strangers(source: Source, adapter: Adapter) -> None:
    source.visit("690113080000", vstdate="2026-01-13")
    source.visit("690112090000")
    source.visit("690112080000", vstdate="2569-01-12")
    source.visit("690114080000", vstdate="2026-01-14")
    source.visit("690100000000", vstdate=source.zero_day)
    source.visit("690100000001", vstdate=None)
    refs, counts = seen(adapter, NEXT, DAY, DAY, date(2024, 2, 29))
    assert refs == ["690112080000", "690112090000", "690113080000"]
    assert counts == {
        date(2024, 2, 29): DayCount(),
        DAY: DayCount(eligible=2),
        NEXT: DayCount(eligible=1),
    }
    assert adapter.probe().undated_visits == 2


def test_more_days_than_one_list_holds(source: Source, adapter: Adapter) -> None:
    days = [DAY - timedelta(days=n) for n in range(900)]
    source.visit("1", vstdate=days[0].isoformat())
    source.visit("2", vstdate=days[-1].isoformat())
    refs, counts = seen(adapter, *days)
    assert refs == ["2", "1"]
    assert len(counts) == 900
    assert sum(count.total for count in counts.values()) == 2


@pytest.mark.parametrize(
    ("time", "settled"),
    [("09:00:00", True), ("09:00:01", False), (None, False), ("00:00:00", True)],
)
def test_settle_time_decides_on_the_last_day(sqlite_source: Source, time: str | None, settled: bool) -> None:
    # 10:00 in Bangkok on the service day, settle 60 minutes
    adapter = make_adapter(
        hospital(settle_minutes=60), sqlite_source.url, now=lambda: datetime(2026, 1, 12, 3, 0, tzinfo=UTC)
    )
    sqlite_source.visit(vsttime=time)
    sqlite_source.visit("tomorrow", vstdate="2026-01-13", vsttime="00:00:00")
    refs, counts = seen(adapter, DAY, NEXT)
    assert refs == ([VN] if settled else [])
    assert counts[DAY] == (DayCount(eligible=1) if settled else DayCount(unsettled=1))
    assert counts[NEXT] == DayCount(unsettled=1)


@pytest.mark.mariadb
def test_settle_time_follows_the_clock_of_the_server(mariadb_source: Source) -> None:
    here = datetime.now(UTC) + timedelta(hours=7)
    young, old = here - timedelta(minutes=30), here - timedelta(minutes=90)
    for name, at in (("young", young), ("old", old)):
        mariadb_source.visit(name, vstdate=at.date().isoformat(), vsttime=f"{at:%H:%M:%S}")
    refs, counts = seen(
        make_adapter(hospital(settle_minutes=60), mariadb_source.url), young.date(), old.date()
    )
    assert refs == ["old"]
    assert sum(c.unsettled for c in counts.values()) == 1


def test_snapshot_does_not_see_later_changes(source: Source, adapter: Adapter) -> None:
    source.visit(pttype="10")
    source.patient()
    with adapter.open() as snapshot:
        assert abs((snapshot.taken_at - datetime.now(UTC)).total_seconds()) < 60
        assert snapshot.taken_at.tzinfo is not None
        source.visit("690112090000")
        source.insert("ovstdiag", ovst_diag_id=1, vn=VN, icd10="J00")
        source.run("DELETE FROM patient")
        assert list(snapshot.source("encounter").touched([DAY])) == [VN]
        assert snapshot.source("encounter").count([DAY])[DAY].total == 1
        assert snapshot.source("encounter").count_rows([DAY])["diagnosis"] == 0
        found = snapshot.source("encounter").documents([VN, "690112090000"])
        assert len(found["visit"]) == len(found["patient"]) == 1
        assert found["diagnosis"] == []
    with adapter.open() as snapshot:
        assert list(snapshot.source("encounter").touched([DAY])) == [VN, "690112090000"]
        assert len(snapshot.source("encounter").documents([VN])["diagnosis"]) == 1


def test_documents_may_be_read_between_touched_references(source: Source, adapter: Adapter) -> None:
    for number in range(20):
        source.visit(f"6901120800{number:02d}", pttype="10")
    with adapter.open() as snapshot:
        visits = snapshot.source("encounter")
        pairs = [(ref, visits.documents([ref])["visit"][0][0]) for ref in visits.touched([DAY, NEXT])]
    assert len(pairs) == 20
    assert all(ref == got for ref, got in pairs)


def test_a_failing_caller_keeps_its_own_error(source: Source, adapter: Adapter) -> None:
    with pytest.raises(KeyError, match="mine"), adapter.open():
        raise KeyError("mine")


def test_two_counts_that_disagree_are_a_bug(
    source: Source, adapter: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phr.errors import Bug
    from phr.his.reader import Reader

    source.visit()
    real: Callable[..., Any] = Reader.rows

    def drop_eligible(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        return iter(()) if name == "count_eligible" else real(self, name, *args, **kwargs)

    monkeypatch.setattr(Reader, "rows", drop_eligible)
    with adapter.open() as snapshot, pytest.raises(Bug, match="2026-01-12"):
        snapshot.source("encounter").count([DAY])


@pytest.mark.parametrize(
    ("change", "eligible"),
    [
        pytest.param({}, True, id="finished"),
        pytest.param({"vstdate": "2569-01-12"}, True, id="Buddhist year"),
        pytest.param({"ovstost": None}, False, id="unfinished"),
        pytest.param({"an": "690000001"}, False, id="admitted"),
        pytest.param({"anonymous_visit": "Y"}, False, id="anonymous"),
        pytest.param({"vstdate": "2030-01-12"}, False, id="too young"),
        pytest.param({"vstdate": "2573-01-12"}, False, id="too young, Buddhist year"),
    ],
)
def test_eligibility_by_key_is_the_same_as_by_day(
    source: Source, adapter: Adapter, change: dict[str, Any], eligible: bool
) -> None:
    source.visit(**change)
    source.visit("", hos_guid="{NO-VN}", **change)
    source.insert("ovstdiag", ovst_diag_id=1, vn=VN, icd10="J069", diagtype="1")
    keys = [VN, "~{NO-VN}", "690112999999"]
    with adapter.open() as snapshot:
        visits = snapshot.source("encounter")
        found = visits.touched_keys(keys)
        assert found == ({VN: DAY, "~{NO-VN}": DAY} if eligible else {})
        assert visits.count_keys(keys) == ({DAY: 2} if eligible else {})
        assert visits.count_key_rows(keys)["diagnosis"] == int(eligible)
        assert set(visits.touched([DAY])) == set(found)


def test_a_kind_this_his_has_no_source_for_is_named(source: Source, adapter: Adapter) -> None:
    from phr.errors import StopHospital

    with adapter.open() as snapshot, pytest.raises(StopHospital, match=r"PHR-212.*x-rays"):
        snapshot.source("x-rays")
