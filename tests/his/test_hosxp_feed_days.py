"""A feed names the service days on which something happened: late reports, later dispensing, odd dates."""

from __future__ import annotations

from datetime import date

from hosxp_source import Source

from phr.his import Adapter

VISIT_DAY, REPORT_DAY = date(2025, 11, 3), date(2025, 11, 8)


def _visit(source: Source, vn: str, day: str) -> None:
    source.insert("ovst", hos_guid=f"g{vn}", vn=vn, hn="1", vstdate=day, vsttime="09:00:00", ovstost="1")


def _found(adapter: Adapter, feed: str, *days: date) -> list[date]:
    with adapter.open() as snapshot:
        return snapshot.source("encounter").feed_days(feed, list(days))


def test_visits_are_found_by_their_own_day(source: Source, adapter: Adapter) -> None:
    assert _found(adapter, "visits", REPORT_DAY, VISIT_DAY) == [VISIT_DAY, REPORT_DAY]


def test_a_late_report_leads_to_the_day_of_the_visit(source: Source, adapter: Adapter) -> None:
    _visit(source, "681103090000", "2025-11-03")
    source.insert(
        "lab_head",
        lab_order_number=1,
        vn="681103090000",
        order_date="2025-11-03",
        report_date="2025-11-08",
    )
    assert _found(adapter, "labs", REPORT_DAY) == [VISIT_DAY]
    assert _found(adapter, "labs", VISIT_DAY) == [VISIT_DAY]
    assert _found(adapter, "labs", date(2025, 11, 5)) == []


def test_a_report_dated_in_the_buddhist_era_is_found(source: Source, adapter: Adapter) -> None:
    _visit(source, "681103090000", "2025-11-03")
    source.insert("lab_head", lab_order_number=1, vn="681103090000", report_date="2568-11-08")
    assert _found(adapter, "labs", REPORT_DAY) == [VISIT_DAY]


def test_forms_without_a_visit_and_visits_without_a_date_lead_nowhere(
    source: Source, adapter: Adapter
) -> None:
    _visit(source, "681103090001", source.zero_day)
    source.insert("lab_head", lab_order_number=1, vn="681103090001", report_date="2025-11-08")
    source.insert("lab_head", lab_order_number=2, vn="", report_date="2025-11-08")
    source.insert("lab_head", lab_order_number=3, vn="999999999999", report_date="2025-11-08")
    assert _found(adapter, "labs", REPORT_DAY) == []


def test_a_drug_dispensed_later_leads_to_the_day_of_the_visit(source: Source, adapter: Adapter) -> None:
    _visit(source, "681103090000", "2025-11-03")
    source.insert(
        "opitemrece", hos_guid="d1", vn="681103090000", icode="1", vstdate="2025-11-03", rxdate="2025-11-08"
    )
    source.insert(
        "opitemrece", hos_guid="d2", vn="681103090000", icode="1", vstdate="2025-11-03", rxdate=None
    )
    assert _found(adapter, "drugs", REPORT_DAY) == [VISIT_DAY]
    assert _found(adapter, "drugs", VISIT_DAY) == [VISIT_DAY]
    assert _found(adapter, "drugs", date(2025, 11, 5)) == []
