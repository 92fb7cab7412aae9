"""The conformance kit: every adapter passes it, and it notices what it is for."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import create_engine

from phr.canonical import CanonicalRow, LabResult, Patient
from phr.his import make_adapter
from phr.his.system import names, system
from phr.settings import Hospital
from phr_sandbox.conformance.__main__ import play
from phr_sandbox.conformance.databases import DATABASES
from phr_sandbox.conformance.invent import invent
from phr_sandbox.conformance.kit import check
from phr_sandbox.conformance.loaders import loader

MODEL = invent(patients=60)
MARKS = {"mysql": [pytest.mark.mariadb], "postgresql": [pytest.mark.postgres]}
PLACES = [
    pytest.param(his, kind, marks=MARKS.get(kind, []), id=f"{his}-{kind}")
    for his in names()
    for kind in system(his).dialects
    if kind in DATABASES
]


@pytest.mark.parametrize(("his", "kind"), PLACES)
def test_every_adapter_gives_the_same_rows_and_documents(his: str, kind: str) -> None:
    with DATABASES[kind]() as url:
        outcome = play(his, url, MODEL, his)
    assert outcome.differences == []
    assert outcome.compared["visit"] > 100
    assert outcome.compared["documents"] == len(outcome.documents) > 100


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("UPDATE lab_order SET lab_order_result = lab_order_result || '0'", "lab_result.value differs"),
        ("DELETE FROM opitemrece WHERE rowid = 1", "drug_dispense: 1 of"),
        ("UPDATE patient SET birthday = '1970-01-02' WHERE hn = '000000002'", "identity_evidence"),
        ("UPDATE ovst SET ovstost = NULL WHERE rowid % 5 = 0", "references"),
        ("UPDATE person_epi_vaccine SET vaccine_date = '2020-01-01'", "registers by day"),
        ("UPDATE drugusage SET shortlist = 'x'", "documents"),
    ],
)
def test_a_difference_is_named_and_no_value_is(tmp_path: Path, spoil: str, said: str) -> None:
    url = f"sqlite:///{tmp_path / 'source.sqlite'}"
    engine, module = create_engine(url), loader("hosxp")
    module.create(engine)
    module.load(engine, MODEL)
    with engine.begin() as connection:
        assert connection.exec_driver_sql(spoil).rowcount > 0
    engine.dispose()
    hospital = Hospital(hcode=MODEL.hcode, name_th="รพ.สมมติ", his="hosxp")
    differences = " / ".join(check(make_adapter(hospital, url), MODEL, module).differences)
    assert said in differences
    for patient in MODEL.patients:
        assert patient.cid is None or patient.cid not in differences


def test_a_loader_may_say_what_its_his_cannot_hold(tmp_path: Path) -> None:
    def without_units(_table: str, row: CanonicalRow) -> CanonicalRow | None:
        return row._replace(unit=None) if isinstance(row, LabResult) else row

    hosxp = loader("hosxp")
    narrow = ModuleType("narrow")
    narrow.held = without_units  # type: ignore[attr-defined]
    with DATABASES["sqlite"]() as url:
        engine = create_engine(url)
        hosxp.create(engine)
        hosxp.load(engine, MODEL)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE lab_items SET lab_items_unit = NULL")
        engine.dispose()
        adapter = make_adapter(Hospital(hcode=MODEL.hcode, name_th="รพ.สมมติ", his="hosxp"), url)
        assert check(adapter, MODEL, narrow).differences == []  # type: ignore[arg-type]
        assert check(adapter, MODEL, hosxp).differences != []


def test_the_same_seed_invents_the_same_hospital_and_nobody_real() -> None:
    assert invent(patients=20) == invent(patients=20)
    assert invent(patients=20, seed=2) != invent(patients=20)
    for patient in MODEL.patients:
        assert isinstance(patient, Patient)
        # digits 2-3 of a citizen id are the province of registration, and no province is 00 (or 90)
        assert patient.cid is None or patient.cid[1:3] in {"00", "99", "11"}
