"""Two health centres in one JHCIS database, end to end: each delivers its own documents and no other's."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from province_kit import ProvinceKit, assert_balanced
from sqlalchemy import create_engine

from phr.pipeline.context import RunOptions
from phr_sandbox.conformance.invent import invent
from phr_sandbox.conformance.loaders import jhcis

MODELS = {
    hcode: invent(hcode=hcode, patients=30, days=4, last_day=date(2025, 10, 9), seed=seed)
    for hcode, seed in (("99002", 1), ("99003", 2))
}


def test_each_delivers_its_own(province: ProvinceKit, tmp_path: Path) -> None:
    for model in MODELS.values():
        model.doses = [dose._replace(given_date="2025-10-07") for dose in model.doses]
    engine = create_engine(f"sqlite:///{tmp_path / 'jhcis.sqlite'}")
    jhcis.create(engine)
    jhcis.load_all(engine, MODELS.values())
    engine.dispose()
    categories = {"visits": "2025-10-01", "immunizations": "2000-01-01"}
    entry = {"his": "jhcis", "connection": "his_amphoe", "categories": categories, "closed_weekdays": []}
    province.configure(hospitals={hcode: {**entry, "screening_codes": {}} for hcode in MODELS})
    path = province.home / "connections.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["his_amphoe"] = {"conn_type": "sqlite", "host": str(tmp_path / "jhcis.sqlite")}
    path.write_text(json.dumps(raw), encoding="utf-8")

    days = {"day_from": date(2025, 10, 6), "day_to": date(2025, 10, 9)}
    result = province.run(hospitals=list(MODELS), **days)
    assert (result.error, result.step_errors) == (None, [])
    assert_balanced(province, result.options.run_id)
    documents = province.documents()
    for hcode, model in MODELS.items():
        mine = {row["reference"]: row for row in documents.values() if row["hospital"] == hcode}
        assert set(mine) == {v.visit.visit_ref for v in model.visits if v.state == "eligible"}
        sent = [row for row in mine.values() if row["desired_state"] == "delivered"]
        assert len(sent) * 2 > len(mine)
    delivered = {key for key, row in documents.items() if row["delivered_version"] is not None}
    assert set(province.national()) == delivered

    doses = RunOptions(
        category="immunizations",
        run_id="imm",
        hospitals=list(MODELS),
        **days,
    )
    result = province.run(doses)
    assert (result.error, result.step_errors) == (None, [])
    assert_balanced(province, "imm")
    for hcode, model in MODELS.items():
        there = {row["cid"] for row in province.double.admin.registers(hcode, "Immunization")}
        cids = {patient.hn: patient.cid for patient in model.patients}
        assert there
        assert there <= {cids[dose.hn or ""] for dose in model.doses}
