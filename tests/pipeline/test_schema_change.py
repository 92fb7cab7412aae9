"""A HIS is upgraded between two runs: its hospital stops and says what would have been spoiled."""

from __future__ import annotations

import json

import pytest
from province_kit import DAYS, ProvinceKit
from sqlalchemy import NullPool, create_engine, make_url, text

from phr_sandbox.province.build import build_hospital
from phr_sandbox.province.profiles import PROFILES

CHANGED, OTHERS = "99002", ("99001", "99003")


@pytest.mark.mariadb
def test_a_renamed_column_stops_that_hospital_alone(province: ProvinceKit, mariadb_url: str) -> None:
    engine = create_engine(mariadb_url, poolclass=NullPool)
    oracle = build_hospital(
        engine, PROFILES[CHANGED], seed=5, first_day=DAYS[0], last_day=DAYS[-1], scale=0.12
    )
    url, file = make_url(mariadb_url), province.home / "connections.json"
    known = json.loads(file.read_text(encoding="utf-8"))
    place = {"host": url.host, "port": url.port, "login": url.username, "schema": url.database}
    known[f"his_{CHANGED}"] = {"conn_type": "mysql", "password": url.password or "", **place}
    file.write_text(json.dumps(known), encoding="utf-8")
    first = province.run(day_to=DAYS[0])
    assert first.error is None
    delivered = set(province.national())
    assert {ref for ref in delivered if ref.startswith(CHANGED)} <= {
        f"{CHANGED}:{ref}" for ref in oracle.refs("send")
    }

    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE ovstdiag CHANGE icd10 icd_code VARCHAR(9)"))
        connection.execute(text("ALTER TABLE drugitems CHANGE units unit_name VARCHAR(50)"))
    second = province.run()

    assert second.code == "PHR-505"
    rows = province.hospital_rows(second.options.run_id)
    assert rows[CHANGED]["status"] == "failed"
    message = rows[CHANGED]["error_text"]
    assert message.startswith(f"PHR-204 [hospital {CHANGED}]")
    assert "drugitems.units (spoils / กระทบ: drug_dispense)" in message
    assert "ovstdiag.icd10 (spoils / กระทบ: diagnosis)" in message
    assert {ref for ref in province.national() if ref.startswith(CHANGED)} == {
        ref for ref in delivered if ref.startswith(CHANGED)
    }
    for hcode in OTHERS:
        assert rows[hcode]["status"] not in ("failed", None)
    assert {ref for ref in province.national() if not ref.startswith(CHANGED)} == province.expected(
        "send", *OTHERS
    )
