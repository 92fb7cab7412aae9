"""The readiness report says what a run would do, writes no ledger, leaves no rows behind and names nobody."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from province_kit import DAYS, ProvinceKit
from sqlalchemy import func, select

from phr.ledger import tables as t
from phr.pipeline.readiness import Readiness, assess
from phr.reporting.readiness import readiness_lines, readiness_page

HCODE = "99002"
NOW = datetime.combine(DAYS[-1] + timedelta(days=1), time(3), tzinfo=UTC)


@pytest.fixture
def report(province: ProvinceKit) -> Readiness:
    return assess(HCODE, days=len(DAYS), now=NOW)


def test_it_foretells_what_the_run_then_does(province: ProvinceKit, report: Readiness) -> None:
    visits = next(kind for kind in report.kinds if kind.category.kind == "encounter")
    assert visits.outcomes == {
        "pending": len(province.expected("send", HCODE)),
        "held": len(province.expected("hold", HCODE)),
        "quarantined": len(province.expected("quarantine", HCODE)),
    }
    assert visits.in_source == visits.outcomes.total()
    assert province.run(hospitals=[HCODE]).counts["sent"] == visits.outcomes["pending"]


def test_it_writes_nothing_to_the_ledger_sends_nothing_and_leaves_no_rows(
    province: ProvinceKit, report: Readiness
) -> None:
    assert report.can_start
    with province.ledger.read() as connection:
        for table in (t.run, t.document, t.quarantine, t.service_day):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == 0
    assert province.double.admin.requests() == []
    assert list((province.home / "staging").rglob("*.phr")) == []


def test_neither_the_page_nor_the_lines_name_anybody(province: ProvinceKit, report: Readiness) -> None:
    text = readiness_page(report) + "\n".join(readiness_lines(report))
    assert "พร้อมเริ่มส่ง" in text
    known = [identity for identity in province.oracles[HCODE].identities() if len(identity) > 3]
    assert known
    assert [1 for identity in known if identity in text] == []
    assert [1 for ref in province.oracles[HCODE].visits if ref in text] == []


def test_a_source_without_a_needed_table_is_not_ready_and_says_which(province: ProvinceKit) -> None:
    province.his(HCODE, "ALTER TABLE ovstdiag RENAME TO ovstdiag_old")
    report = assess(HCODE, days=len(DAYS), now=NOW)
    assert not report.can_start
    assert "ovstdiag" in readiness_page(report)
    assert readiness_lines(report)[-1].startswith("✗")


def test_a_filled_in_code_reaches_the_document(province: ProvinceKit, tmp_path: Path) -> None:
    report = assess(HCODE, days=len(DAYS), now=NOW)
    (source, _name), rows = report.coverage.maps["labs"].missing.most_common(1)[0]
    folder = province.config / "codes" / HCODE
    folder.mkdir(parents=True)
    head = "# map: labs\n# version: 1\n# source: test\nsource,loinc\n"
    (folder / "labs.csv").write_text(f"{head}{source},4548-4\n", encoding="utf-8")
    after = assess(HCODE, days=len(DAYS), now=NOW)
    assert after.coverage.maps["labs"].coded == report.coverage.maps["labs"].coded + rows
    assert province.run(hospitals=[HCODE]).error is None
    bodies = [str(province.double.admin.encounter(ref)["body"]) for ref in province.national()]
    assert any("4548-4" in body for body in bodies)
