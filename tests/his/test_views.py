"""The view contract: what its states mean, what may be missing, and hospitals that share a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from phr import faults
from phr.canonical import TABLES, Patient, Visit, VitalSign
from phr.errors import StopHospital
from phr.his import make_adapter
from phr.his.base import DayCount
from phr.his.system import system
from phr.his.view_contract import PREFIX, view_contract
from phr.settings import Hospital
from phr_sandbox.conformance.__main__ import play
from phr_sandbox.conformance.databases import DATABASES
from phr_sandbox.conformance.invent import invent
from phr_sandbox.conformance.kit import check, days_of
from phr_sandbox.conformance.loaders import loader

MODEL = invent(patients=40, days=10)
HOSPITAL = Hospital(hcode=MODEL.hcode, name_th="รพ.สมมติ", his="views")
VIEWS = system("views")
#: made by the adapter
NEVER_ASKED = {"notes", "person_ref"}
#: made of other columns, of hospitals.yaml, or known to no HIS
NOT_ASKED = {
    "lab_result": {"row_key"},
    "screening": {"code"},
    "immunization": {"manufacturer"},
    # no view tells of admissions that are over
    "visit": {"admission_ref", "discharge_date", "discharge_time"},
    "diagnosis": {"of_admission"},
    "drug_dispense": {"of_admission"},
}
#: registers of which the contract has no view
NO_VIEW = {"allergy", "chronic_register"}


@pytest.fixture(params=["sqlite", pytest.param("mysql", marks=pytest.mark.mariadb)])
def offered(request: pytest.FixtureRequest) -> object:
    """URL and engine of a database with the views of MODEL."""
    with DATABASES[request.param]() as url:
        engine = create_engine(url, poolclass=NullPool)
        module = loader("views")
        module.create(engine)
        module.load(engine, MODEL)
        yield url, engine
        engine.dispose()


Offered = tuple[str, Engine]


def change(engine: Engine, view: str, select: Callable[[str], str]) -> None:
    """Make a view anew; ``select`` gets what stood behind FROM."""
    with engine.begin() as connection:
        connection.execute(text(f"DROP VIEW {view}"))
        if made := select(f"FROM t_{view.removeprefix(PREFIX)}"):
            connection.execute(text(f"CREATE VIEW {view} AS {made}"))


def columns_of(view: str, *, without: set[str] = frozenset()) -> str:  # type: ignore[assignment]
    names = [
        c.name for c in view_contract()[view] if c.name not in {"hcode", "finished", "admitted", *without}
    ]
    return f"SELECT '{MODEL.hcode}' AS hcode, " + ", ".join(f"c_{name} AS {name}" for name in names)


def test_the_contract_and_the_adapter_name_the_same_columns() -> None:
    listed = {view: {column.name for column in columns} for view, columns in view_contract().items()}
    assert listed == {
        view: {*VIEWS.required.get(view, ()), *VIEWS.joined.get(view, ()), *VIEWS.optional.get(view, ())}
        for view in VIEWS.tables
    }
    for view, columns in view_contract().items():
        assert len({column.name for column in columns}) == len(columns)
        assert all(column.meaning for column in columns), view


def test_every_canonical_column_can_be_offered() -> None:
    contract = view_contract()
    for table, kind in TABLES.items():
        if table in ("identity_evidence", "register_person") or table in NO_VIEW:
            continue  # the first two follow from phr_patient and phr_immunization
        offered = {column.name for column in contract[f"{PREFIX}{table}"]}
        assert set(kind._fields) - offered == NOT_ASKED.get(table, set()) | NEVER_ASKED & set(kind._fields), (
            table
        )


def test_states_of_visits_as_columns_of_their_own(offered: Offered) -> None:
    url, engine = offered
    flag = "CASE WHEN c_outcome_type = '{}' THEN 'Y' ELSE 'N' END AS {}"
    change(
        engine,
        "phr_visit",
        lambda source: (
            f"{columns_of('phr_visit')}, {flag.format('3', 'admitted')},"
            f" CASE WHEN c_outcome_type = '9' THEN 'N' ELSE 'Y' END AS finished {source}"
        ),
    )
    expected: dict[object, Counter[str]] = {day: Counter() for day in days_of(MODEL)}
    for found in MODEL.visits:
        outcome = found.visit.outcome_type
        state = "eligible"
        if outcome in ("2", "3"):
            state = "admitted"
        elif outcome == "9":
            state = "unfinished"
        elif found.state == "anonymous":
            state = "anonymous"
        expected[found.day][state] += 1
    with make_adapter(HOSPITAL, url).open() as snapshot:
        counted = snapshot.source("encounter").count(days_of(MODEL))
    assert counted == {day: DayCount(**kinds) for day, kinds in expected.items()}
    assert {count.unfinished for count in counted.values()} != {0}


def test_a_visit_without_a_number_counts_as_unfinished(offered: Offered) -> None:
    url, engine = offered
    one = next(found for found in MODEL.visits if found.state == "eligible")
    with engine.begin() as connection:
        sql = "UPDATE t_visit SET c_visit_ref = ' ' WHERE c_visit_ref = :ref"
        connection.execute(text(sql), {"ref": one.visit.visit_ref})
    with make_adapter(HOSPITAL, url).open() as snapshot:
        source = snapshot.source("encounter")
        before = sum(found.state == "unfinished" for found in MODEL.visits if found.day == one.day)
        assert source.count([one.day])[one.day].unfinished == before + 1
        assert one.visit.visit_ref not in set(source.touched([one.day]))


def test_optional_views_and_columns_are_read_as_null_and_named(offered: Offered) -> None:
    url, engine = offered
    optional = [view for view in view_contract() if view not in VIEWS.required]
    for view in optional:
        change(engine, view, lambda _source: "")
    change(engine, "phr_visit", lambda s: f"{columns_of('phr_visit', without={'doctor_name'})} {s}")
    change(
        engine,
        "phr_patient",
        lambda s: f"{columns_of('phr_patient', without={'district', 'mobile_phone', 'deceased'})} {s}",
    )
    adapter = make_adapter(HOSPITAL, url)
    report = adapter.probe()
    assert report.problems == []
    assert {"phr_visit.doctor_name", "phr_patient.district", *optional} <= set(report.missing_optional)
    refs = [found.visit.visit_ref for found in MODEL.visits if found.state == "eligible"]
    with adapter.open() as snapshot:
        source = snapshot.source("encounter")
        rows = source.documents(refs)
        counts = source.count_rows(days_of(MODEL))
        registers = snapshot.source("immunization")
        assert list(registers.touched(days_of(MODEL))) == []
        assert set(registers.count(days_of(MODEL)).values()) == {DayCount()}
    assert {row.doctor_name for row in rows["visit"] if isinstance(row, Visit)} == {None}
    assert {row.district for row in rows["patient"] if isinstance(row, Patient)} == {None}
    assert {row.province for row in rows["patient"] if isinstance(row, Patient)} == {"สมมติบุรี"}
    assert {row.pulse for row in rows["vital_sign"] if isinstance(row, VitalSign)} == {None}
    assert rows["coverage"] == rows["appointment"] == rows["screening"] == []
    assert counts == {table: len(rows[table]) for table in counts}
    assert rows["diagnosis"]
    assert rows["lab_result"]


def test_missing_required_ones_stop_the_hospital_with_all_their_names(offered: Offered) -> None:
    url, engine = offered
    change(engine, "phr_lab_result", lambda _source: "")
    change(engine, "phr_diagnosis", lambda _source: "")
    with pytest.raises(StopHospital) as caught, make_adapter(HOSPITAL, url).open():
        pass
    assert caught.value.fault is faults.SOURCE_TABLE_MISSING
    assert "phr_diagnosis (spoils / กระทบ: diagnosis)" in caught.value.detail
    assert "phr_lab_result (spoils / กระทบ: lab_result)" in caught.value.detail


def test_missing_required_columns_stop_it_too(offered: Offered) -> None:
    url, engine = offered
    lost = {"phr_visit": {"hn", "start_time"}, "phr_drug_dispense": {"quantity"}}
    for view, names in lost.items():
        change(engine, view, lambda s, view=view, names=names: f"{columns_of(view, without=names)} {s}")
    with pytest.raises(StopHospital) as caught, make_adapter(HOSPITAL, url).open():
        pass
    assert caught.value.fault is faults.SOURCE_COLUMN_MISSING
    for name in ("phr_visit.hn", "phr_visit.start_time", "phr_drug_dispense.quantity (spoils"):
        assert name in caught.value.detail


@pytest.mark.mariadb
def test_a_view_that_broke_under_an_upgrade_is_named() -> None:
    with DATABASES["mysql"]() as url:
        engine = create_engine(url, poolclass=NullPool)
        module = loader("views")
        module.create(engine)
        module.load(engine, MODEL)
        assert make_adapter(HOSPITAL, url).probe().problems == []
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE t_lab_result CHANGE c_value c_result VARCHAR(250)"))
        with pytest.raises(StopHospital) as caught, make_adapter(HOSPITAL, url).open():
            pass
        engine.dispose()
    assert caught.value.fault is faults.SOURCE_TABLE_MISSING
    assert "phr_lab_result (spoils / กระทบ: lab_result)" in caught.value.detail


def test_an_empty_required_view_is_enough(offered: Offered) -> None:
    url, engine = offered
    change(engine, "phr_lab_result", lambda s: f"{columns_of('phr_lab_result')} {s} WHERE 1 = 0")
    with make_adapter(HOSPITAL, url).open() as snapshot:
        source = snapshot.source("encounter")
        assert source.count_rows(days_of(MODEL))["lab_result"] == 0
        assert source.feed_days("labs", days_of(MODEL)) == []


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_hospitals_that_share_a_database_see_their_own_rows_alone(kind: str) -> None:
    """Two hospitals with the same visit numbers and hospital numbers."""
    models = {
        hcode: invent(hcode=hcode, patients=25, days=10, seed=seed)
        for seed, hcode in ((1, "99001"), (2, "99002"))
    }
    module = loader("views")
    with DATABASES[kind]() as url:
        engine = create_engine(url, poolclass=NullPool)
        for hcode, model in models.items():
            module.create(engine)
            module.load(engine, model)
            with engine.begin() as connection:
                for view in view_contract():
                    table = f"t_{view.removeprefix(PREFIX)}"
                    connection.execute(text(f"CREATE TABLE k{hcode}_{view} AS SELECT * FROM {view}"))
                    connection.execute(text(f"DROP VIEW {view}"))
                    connection.execute(text(f"DROP TABLE {table}"))
        with engine.begin() as connection:
            for view in view_contract():
                both = " UNION ALL ".join(f"SELECT * FROM k{hcode}_{view}" for hcode in models)
                connection.execute(text(f"CREATE VIEW {view} AS {both}"))
        engine.dispose()
        for hcode, model in models.items():
            hospital = Hospital(hcode=hcode, name_th="รพ.สมมติ", his="views")
            outcome = check(make_adapter(hospital, url), model, module)
            assert outcome.differences == []
            assert outcome.compared["visit"] > 20
        stranger = Hospital(hcode="99003", name_th="รพ.สมมติ", his="views")
        (problem,) = make_adapter(stranger, url).probe().problems
    assert problem.fault is faults.SOURCE_WRONG_HOSPITAL
    assert "99001,99002" in problem.detail


def test_the_documents_are_those_of_hosxp(tmp_path: Path) -> None:
    found = {
        his: play(his, f"sqlite:///{tmp_path / his}.sqlite", MODEL, his).documents
        for his in ("views", "hosxp")
    }
    shared = {
        name: body for name, body in found["hosxp"].items() if not name.startswith(("allergy", "chronic"))
    }
    assert found["views"] == shared
    assert len(found["views"]) > 50
