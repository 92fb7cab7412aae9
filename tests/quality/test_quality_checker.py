"""The checker as a whole: several hospitals, empty input, dirty input, split, no leaks."""

from __future__ import annotations

import gc
import inspect
import logging
import random
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest
from quality_rows import CID, PERSON, TODAY, Unit, clean_unit, make_cid, spoil

from phr.canonical import TABLES
from phr.canonical.tables import CHILD_TABLES
from phr.errors import Bug
from phr.his.rows import visit as visit_row
from phr.quality import RULES, BadRow, Checker, split
from phr.quality import checker as checker_module


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(today=TODAY)


def test_importing_the_package_loads_neither_gx_nor_pandas() -> None:
    code = (
        "import sys, phr.quality; assert phr.quality.RULES; "
        "bad = {'great_expectations', 'pandas', 'numpy'} & set(sys.modules); sys.exit(', '.join(bad) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_analytics_are_off_even_when_the_environment_says_otherwise() -> None:
    code = (
        "import os; os.environ['GX_ANALYTICS_ENABLED'] = 'true'\n"
        "from phr.quality import preload; preload()\n"
        "assert os.environ['GX_ANALYTICS_ENABLED'] == 'false'\n"
        "from phr.quality.engine import new_context\n"
        "context = new_context()\n"
        "assert context.variables.analytics_enabled is False\n"
        "assert context.variables.progress_bars.globally is False\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "rows", [{}, {"99001": {}}, {"99001": {t: [] for t in TABLES}}, {"99001": {}, "99002": {"visit": []}}]
)
def test_nothing_to_check_is_nothing_bad(checker: Checker, rows: Any) -> None:
    assert checker.check(rows) == []


def test_failures_are_split_per_hospital(checker: Checker) -> None:
    first = spoil(clean_unit(), "diagnosis", code=None)
    second = clean_unit()
    second["diagnosis"].insert(0, second["diagnosis"][0]._replace(row_key="K0"))
    second["diagnosis"].append(second["diagnosis"][0]._replace(row_key="K9", code=None))
    third = spoil(clean_unit(), "visit", hn=None)
    bad = checker.check({"99001": first, "99002": second, "99003": third})
    assert bad == [
        BadRow("99003", "visit", 0, "VN1", None, None, "visit.hn_missing"),
        BadRow("99001", "diagnosis", 0, "VN1", "000000001", "K1", "diagnosis.code_missing"),
        BadRow("99002", "diagnosis", 2, "VN1", "000000001", "K9", "diagnosis.code_missing"),
    ]


@pytest.mark.parametrize(
    ("clock", "rules"),
    [
        ("25:99:99", ["visit.time_unreadable"]),
        ("24:00:00", ["visit.time_unreadable"]),
        ("noon", ["visit.time_unreadable"]),
        ("23:59:59", []),
        ("08:05", []),
        (None, []),
    ],
)
def test_a_visit_time_as_the_his_holds_it(checker: Checker, clock: str | None, rules: list[str]) -> None:
    unit = clean_unit()
    names = inspect.signature(visit_row).parameters
    raw = dict.fromkeys(names) | {"visit_ref": "VN1", "hn": "000000001", "service_day": "2026-10-31"}
    unit["visit"] = [visit_row(**raw | {"start_time": clock})]
    bad = checker.check({"99001": unit})
    assert [b.rule for b in bad] == rules
    assert {(RULES[b.rule].scope, RULES[b.rule].reason) for b in bad} == (
        {("document", "VISIT_TIME_INVALID")} if rules else set()
    )


def test_hospitals_do_not_judge_each_other(checker: Checker) -> None:
    """Same HN, VN and citizen id in two hospitals are no duplicates, and a visit is looked up at home."""
    one, two = clean_unit(), clean_unit()
    two["patient"][0] = two["patient"][0]._replace(birth_date="1950-01-01")
    two["identity_evidence"] = []
    assert checker.check({"99001": one, "99002": two}) == []
    two["visit"] = []
    assert {(b.hospital, b.rule) for b in checker.check({"99001": one, "99002": two})} == {
        ("99002", f"{table}.visit_unknown") for table in CHILD_TABLES
    }


def test_identity_conflict_names_every_hn_of_the_id(checker: Checker) -> None:
    unit = clean_unit()
    other = unit["patient"][0]._replace(hn="000000002", birth_date="1950-01-01")
    stranger = unit["patient"][0]._replace(hn="000000003", cid=make_cid(3), birth_date="1970-01-01")
    unit["patient"] += [other, stranger]
    bad = checker.check({"99001": unit})
    assert [(b.hn, b.ref, b.rule) for b in bad] == [
        ("000000001", None, "patient.identity_birth_date"),
        ("000000002", None, "patient.identity_birth_date"),
    ]
    assert all(RULES[b.rule].scope == "document" for b in bad)


def test_a_register_is_named_by_its_person(checker: Checker) -> None:
    unit = spoil(clean_unit(), "patient", deceased=True, death_date="2026-10-30")
    spoil(unit, "register_person", notes="ambiguous:cid")
    unit["visit"] = [unit["visit"][0]._replace(service_day="2026-10-30")]
    unit["immunization"].append(
        unit["immunization"][0]._replace(
            row_key="person_wbc:7", given_date="2026-10-30", vaccine_code="816", hn="~7"
        )
    )
    bad = checker.check({"99001": unit})
    assert bad == [
        BadRow("99001", "register_person", 0, PERSON, "000000001", None, "register_person.ambiguous_cid"),
        BadRow("99001", "immunization", 1, PERSON, "~7", "person_wbc:7", "immunization.code_unknown"),
        BadRow("99001", "immunization", 0, PERSON, "000000001", "ovst_vaccine:1", "immunization.after_death"),
    ]


def test_one_suite_run_per_table_whatever_the_number_of_hospitals(
    checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = checker._engine
    runs: list[str] = []
    real = engine.run
    monkeypatch.setattr(engine, "run", lambda table, frame: runs.append(table) or real(table, frame))
    checker.check({f"99{i:03d}": clean_unit() for i in range(5)})
    assert runs == list(TABLES)


def test_unknown_table_is_refused(checker: Checker) -> None:
    with pytest.raises(Bug, match="no canonical table"):
        checker.check({"99001": {"xray": []}})


def test_two_checkers_do_not_disturb_each_other(checker: Checker) -> None:
    other = Checker(today=TODAY, placeholder_cids=frozenset({CID}))
    assert [b.rule for b in other.check({"99001": clean_unit()})] == ["patient.cid_placeholder"]
    assert checker.check({"99001": clean_unit()}) == []
    assert [b.rule for b in other.check({"99001": clean_unit()})] == ["patient.cid_placeholder"]


def test_rows_are_not_kept_after_the_check(checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    frames: list[weakref.ref[Any]] = []
    real = checker_module._frame

    def remember(*args: Any) -> Any:
        frame = real(*args)
        frames.append(weakref.ref(frame))
        return frame

    monkeypatch.setattr(checker_module, "_frame", remember)
    checker.check({"99001": clean_unit()})
    gc.collect()
    assert len(frames) == len(TABLES)
    assert [ref for ref in frames if ref() is not None] == []


def test_split_keeps_every_row_once(checker: Checker) -> None:
    unit = clean_unit()
    good = unit["lab_result"][0]
    unit["lab_result"] = [
        good,
        good._replace(row_key="K2", value=None, report_date="2020-01-01"),
        good._replace(row_key="K3"),
        good._replace(row_key="K4", visit_ref="VN9"),
    ]
    bad = checker.check({"99001": spoil(unit, "diagnosis", code=None)})
    accepted, quarantined = split(unit["lab_result"], bad)
    assert [r.row_key for r in accepted] == ["K1", "K3"]
    assert [r.row_key for r in quarantined] == ["K2", "K4"]
    assert split(unit["visit"], bad) == (unit["visit"], [])
    assert split(unit["diagnosis"], bad) == ([], unit["diagnosis"])
    assert split([], bad) == ([], [])


@pytest.mark.parametrize(
    "bad",
    [
        [BadRow("99001", "visit", 1, None, None, None, "visit.hn_missing")],
        [BadRow("99001", "visit", -1, None, None, None, "visit.hn_missing")],
        [
            BadRow("99001", "visit", 0, None, None, None, "visit.hn_missing"),
            BadRow("99002", "visit", 0, None, None, None, "visit.hn_missing"),
        ],
    ],
    ids=["beyond the list", "before the list", "two hospitals"],
)
def test_split_refuses_failures_of_another_list(bad: list[BadRow]) -> None:
    with pytest.raises(Bug):
        split(clean_unit()["visit"], bad)


def test_a_rule_that_cannot_be_computed_stops_the_run_without_showing_a_value(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    checker = Checker(today=TODAY)
    real = checker_module._frame

    def broken(table: str, *rest: Any) -> Any:
        frame = real(table, *rest)
        return frame.assign(bp_systolic="CANARY-TEXT") if table == "vital_sign" else frame

    monkeypatch.setattr(checker_module, "_frame", broken)
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(Bug, match=r"rule vital_sign\.\w+ could") as stop,
    ):
        checker.check({"99001": clean_unit()})
    assert "CANARY" not in str(stop.value)
    assert "CANARY" not in caplog.text


def test_logs_and_output_hold_no_values(
    checker: Checker, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    unit = clean_unit()
    spoil(unit, "patient", given="ชื่อลับ", sex="CANARY")
    spoil(unit, "coverage", main_hospital="CANARY")
    with caplog.at_level(logging.DEBUG):
        assert len(checker.check({"99001": unit})) >= 2
    out, err = capfd.readouterr()
    for text in (caplog.text, out, err):
        assert "CANARY" not in text
        assert "ชื่อลับ" not in text
        assert CID not in text
        assert "%|" not in text  # a progress bar


DIRT: list[Any] = [
    None, "", " ", "~", "0", "-1", "1", "2", "99", "099", "99001", CID, "1111111111119", "2026-10-31",
    "2026-02-30", "9999-12-31", "0001-01-01", "2569-01-01", "0000-00-00", "VN1", "K1", "000000001",
    "patient", "person", "ก", "นาย", "ชื่อ\tสกุล", "🩺", "\x00", "\ud800", "a" * 5000, "`x`.isna()",
    "'; DROP TABLE x; --", "nan", "None", 0, 1, -1, 36.5, 1e308, float("nan"), float("inf"), float("-inf"),
    10**400, True, False, "bad_date:birth_date", "zero_date:service_day bad_date:report_date", "be_year:d",
]  # fmt: skip


def test_five_thousand_dirty_rows_never_break_the_checker() -> None:
    rng = random.Random(20261101)
    checker = Checker(today=TODAY)
    names = list(TABLES)
    rows: dict[str, Unit] = {"99001": {}, "99002": {}, "99003": {}}
    total = 0
    while total < 5000:
        table = rng.choice(names)
        row = TABLES[table](*(rng.choice(DIRT) for _ in TABLES[table]._fields))
        rows[rng.choice(list(rows))].setdefault(table, []).append(row)
        total += 1
    bad = checker.check(rows)
    assert len(bad) > 2000
    for hospital, tables in rows.items():
        for table, table_rows in tables.items():
            mine = [b for b in bad if (b.hospital, b.table) == (hospital, table)]
            accepted, quarantined = split(table_rows, mine)
            assert len(accepted) + len(quarantined) == len(table_rows)
            assert len(quarantined) == len({b.row for b in mine})
    for b in bad:
        assert RULES[b.rule].table == b.table


def test_data_docs_hold_counts_and_nothing_else(tmp_path: Path) -> None:
    checker = Checker(today=TODAY)
    for wave in range(2):
        unit = clean_unit()
        unit["patient"][0] = unit["patient"][0]._replace(
            given="กขคลับ", family="สกุลลับ", sex="CANARYSEX", hn="CANARYHN"
        )
        unit["diagnosis"] *= 2
        unit["diagnosis"][0] = unit["diagnosis"][0]._replace(diagnosis_type="CANARYTYPE", row_key="CANARYKEY")
        spoil(unit, "visit", visit_ref="~CANARYVISIT")
        spoil(unit, "coverage", main_hospital="CANARYCODE", plan_name="CANARYPLAN")
        spoil(unit, "vital_sign", weight_kg=987654.25)
        checker.check({f"9900{wave}": unit})
    checker.write_data_docs(tmp_path / "docs")
    files = [p for p in (tmp_path / "docs").rglob("*") if p.is_file()]
    assert (tmp_path / "docs" / "index.html") in files
    secrets = ["CANARY", CID, "กขคลับ", "สกุลลับ", "987654.25"]
    for path in files:
        content = path.read_bytes() + str(path.relative_to(tmp_path)).encode()
        for secret in secrets:
            for encoded in (secret.encode(), secret.encode("utf-16-le"), ascii(secret)[1:-1].encode()):
                assert encoded not in content, path.name
    [page] = [p for p in files if p.name == "diagnosis.html" and "validations" in p.parts]
    html = page.read_text(encoding="utf-8")
    rule = RULES["diagnosis.type_unknown"]
    assert f"[{rule.reason}]" in html
    assert rule.title_th in html
    # four rows in two checks, two with a wrong type
    assert "50%" in html or "50.0%" in html
    assert "4 total rows" in html


def test_data_docs_of_nothing_checked_are_an_empty_site(tmp_path: Path) -> None:
    Checker(today=TODAY).write_data_docs(tmp_path)
    assert (tmp_path / "index.html").is_file()
    assert not (tmp_path / "validations").exists()
