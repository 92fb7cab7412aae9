"""What reading costs: plans start at the visits asked for, and memory does not grow with the table."""

from __future__ import annotations

import tracemalloc
from datetime import date, timedelta
from typing import Any

import pytest
from hosxp_source import HN, Source, hospital
from sqlalchemy import text

from phr.his import make_adapter

START = date(2025, 10, 1)


def fill(source: Source, visits: int, per_day: int) -> list[date]:
    source.patient()
    source.insert("drugitems", icode="1000001", name="A")
    source.insert("lab_items", lab_items_code=1, lab_items_name="A")
    rows: dict[str, list[dict[str, Any]]] = {}
    for n in range(visits):
        vn, day = f"690{n:09d}", (START + timedelta(days=n // per_day)).isoformat()
        for table, row in (
            (
                "ovst",
                {"hos_guid": f"o{n}", "vn": vn, "hn": HN, "vstdate": day, "ovstost": "1", "pttype": "10"},
            ),
            ("opdscreen", {"hos_guid": f"s{n}", "vn": vn, "cc": "ไข้ ไอ " * 5}),
            ("visit_pttype", {"vn": vn, "pttype": "10"}),
            ("ovstdiag", {"ovst_diag_id": n, "vn": vn, "icd10": "J00"}),
            ("oapp", {"oapp_id": n, "vn": vn, "nextdate": day}),
            ("lab_head", {"lab_order_number": n, "vn": vn}),
            (
                "lab_order",
                {"lab_order_number": n, "lab_items_code": 1, "lab_order_result": "1", "confirm": "Y"},
            ),
            ("opitemrece", {"hos_guid": f"d{n}", "vn": vn, "icode": "1000001", "vstdate": day}),
        ):
            rows.setdefault(table, []).append(row)
    with source.engine.begin() as connection:
        for table, many in rows.items():
            names = ", ".join(many[0])
            binds = ", ".join(f":{name}" for name in many[0])
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({binds})"), many)
    return [START + timedelta(days=n) for n in range(-(-visits // per_day))]


@pytest.mark.mariadb
def test_plans_start_at_the_visits_and_follow_keys(mariadb_source: Source) -> None:
    fill(mariadb_source, 600, 6)
    big = {"o", "x", "v", "w", "h", "l", "ipt", "p", "pe"}
    with make_adapter(hospital(), mariadb_source.url).open() as opened:
        snapshot: Any = opened
        refs = list(snapshot.source("encounter").touched([START]))
        window = snapshot.source("encounter")._window([START])
        asked = [
            ("touched", "window", window),
            ("count_eligible", "window", window),
            ("count_all", "", window),
        ]
        for table in snapshot.source("encounter").count_rows([START]):
            asked += [(table, "window", window), (table, "vns", {"keys": refs})]
        asked += [("visit", "vns", {"keys": refs}), ("visit", "guids", {"keys": ["o1", "o2"]})]
        for name, scope, parameters in asked:
            statement = snapshot._reader.statements.get(name, scope)
            lists = [bind for bind in statement._bindparams.values() if bind.expanding]
            plan = snapshot._reader.connection.execute(
                text(f"EXPLAIN {statement.text}").bindparams(*lists), parameters
            ).all()
            steps = [(step.table, step.type) for step in plan if step.table in big]
            assert steps[0][0] == "o", (name, scope, steps)
            assert all(kind in ("range", "ref", "eq_ref", "index_subquery") for _, kind in steps), (
                name,
                scope,
                steps,
            )


def test_memory_does_not_grow_with_the_number_of_visits(sqlite_source: Source) -> None:
    days = fill(sqlite_source, 4000, 100)

    def peak(wanted: list[date]) -> int:
        seen, chunk = 0, []
        tracemalloc.start()
        try:
            with make_adapter(hospital(), sqlite_source.url).open() as snapshot:
                for ref in snapshot.source("encounter").touched(wanted):
                    chunk.append(ref)
                    if len(chunk) == 250:
                        seen += len(snapshot.source("encounter").documents(chunk)["drug_dispense"])
                        chunk = []
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            assert seen == 100 * len(wanted)

    peak(days[:5])  # imports and caches
    assert peak(days) < 1.3 * peak(days[:10])
