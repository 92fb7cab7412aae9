"""The demo province: the same rows every time, the dirt that was promised, and an oracle true to the rows."""

from __future__ import annotations

import csv
import hashlib
import re
import sqlite3
from collections import Counter
from datetime import date
from pathlib import Path

import orjson
import pytest
import yaml
from sqlalchemy import create_engine, event

from phr_sandbox.province import dirt
from phr_sandbox.province.build import build_hospital, build_province
from phr_sandbox.province.dirt import KINDS, OTHER_TAGS
from phr_sandbox.province.oracle import HospitalOracle
from phr_sandbox.province.profiles import PROFILES
from phr_sandbox.province.schema import table_columns

ROOT = Path(__file__).parents[2]
FIRST, LAST = date(2025, 10, 1), date(2025, 10, 3)  # Wednesday to Friday
PLACEHOLDERS = {"1111111111119", "9999999999994", "0000000000001"}


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, HospitalOracle]]:
    replicas = tmp_path_factory.mktemp("replicas")
    return replicas, build_province(replicas, seed=7, first_day=FIRST, last_day=LAST)


def _rows(replicas: Path, hcode: str, sql: str) -> list[tuple]:
    with sqlite3.connect(replicas / f"{hcode}.sqlite") as connection:
        return connection.execute(sql).fetchall()


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with sqlite3.connect(path) as connection:
        for table in table_columns():
            for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid"):
                digest.update(repr(row).encode())
    return digest.hexdigest()


# -- the same arguments, the same rows ---------------------------------------------------------------
def test_same_arguments_give_the_same_rows_and_another_seed_does_not(tmp_path: Path) -> None:
    digests = []
    oracles = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        built = build_province(
            tmp_path / name, seed=seed, first_day=FIRST, last_day=LAST, scale=0.3, hospitals=["99002"]
        )
        oracles.append(built["99002"])
        digests.append(_digest(tmp_path / name / "99002.sqlite"))
    assert digests[0] == digests[1] != digests[2]
    assert oracles[0] == oracles[1]


def test_counts_alone_can_be_kept(tmp_path: Path) -> None:
    arguments = {"seed": 3, "first_day": FIRST, "last_day": LAST, "scale": 0.1, "hospitals": ["99001"]}
    full = build_province(tmp_path / "a", **arguments)["99001"]
    lean = build_province(tmp_path / "b", **arguments, keep_details=False)["99001"]
    assert not lean.visits
    assert not lean.patients
    assert not lean.rows
    assert (lean.days, lean.tags, lean.row_counts) == (full.days, full.tags, full.row_counts)


def test_visits_deleted_at_the_same_minute_of_different_hours_stay_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dirt, "KINDS", {"orphan_diagnosis": KINDS["orphan_diagnosis"]})
    day = date(2026, 11, 18)
    oracle = build_province(tmp_path, seed=1, first_day=day, last_day=day, scale=4, hospitals=["99001"])[
        "99001"
    ]
    deleted = [row for row in oracle.rows if row.tag == "orphan_diagnosis"]
    hours = Counter(str(row.visit_ref)[8:] for row in deleted)
    assert max(hours.values()) > 2  # two rows a visit: some share minute and second
    assert set(Counter(row.visit_ref for row in deleted).values()) == {2}
    known = {vn for (vn,) in _rows(tmp_path, "99001", "SELECT vn FROM ovst")}
    assert not known & {row.visit_ref for row in deleted}


@pytest.mark.parametrize("seed", range(10))
def test_no_visit_has_a_code_twice(tmp_path: Path, seed: int) -> None:
    day = date(2026, 11, 18)
    build_province(tmp_path, seed=seed, first_day=day, last_day=day, scale=3, hospitals=["99002"])
    # as a MySQL key compares: neither case nor trailing blanks
    codes = _rows(tmp_path, "99002", "SELECT vn, rtrim(upper(icd10)) FROM ovstdiag")
    assert len(codes) > 300
    assert len(codes) == len(set(codes))


def test_a_day_of_a_large_hospital_can_be_built(tmp_path: Path) -> None:
    day = date(2026, 11, 18)
    built = build_province(
        tmp_path, seed=1, first_day=day, last_day=day, scale=20, hospitals=["99001"], keep_details=False
    )
    assert _rows(tmp_path, "99001", "SELECT COUNT(*) > 5000 FROM ovst") == [(1,)]
    assert built["99001"].row_counts["ovst"] > 5000


# -- files -------------------------------------------------------------------------------------------
def test_replicas_are_private_whole_files_and_nothing_is_left_behind(
    province: tuple[Path, dict[str, HospitalOracle]],
) -> None:
    replicas, _ = province
    assert sorted(p.name for p in replicas.iterdir()) == ["99001.sqlite", "99002.sqlite", "99003.sqlite"]
    assert {p.stat().st_mode & 0o777 for p in replicas.iterdir()} == {0o600}


def test_a_failed_build_leaves_the_older_replica(tmp_path: Path) -> None:
    arguments = {"seed": 1, "first_day": FIRST, "last_day": LAST, "scale": 0.1, "hospitals": ["99003"]}
    build_province(tmp_path, **arguments)
    before = _digest(tmp_path / "99003.sqlite")

    def stop(_hcode: str, _day: date, _visits: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_province(tmp_path, **{**arguments, "seed": 2}, progress=stop)
    assert [p.name for p in tmp_path.iterdir()] == ["99003.sqlite"]
    assert _digest(tmp_path / "99003.sqlite") == before


def test_an_unknown_hospital_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        build_province(tmp_path / "r", seed=1, first_day=FIRST, last_day=LAST, hospitals=["99001", "12345"])
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    "wrong", [{"scale": 0.0}, {"scale": 101}, {"last_day": date(2025, 9, 1)}], ids=["none", "huge", "days"]
)
def test_wrong_arguments_are_refused(tmp_path: Path, wrong: dict) -> None:
    with pytest.raises(ValueError):
        build_province(tmp_path, **{"seed": 1, "first_day": FIRST, "last_day": LAST, **wrong})


def test_a_database_with_a_hospital_is_never_filled_again(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    arguments = {"seed": 1, "first_day": FIRST, "last_day": FIRST, "scale": 0.1}
    build_hospital(engine, PROFILES["99003"], **arguments)
    with pytest.raises(ValueError, match="already holds"):
        build_hospital(engine, PROFILES["99003"], **arguments)


def test_names_are_those_of_the_configuration(province: tuple[Path, dict[str, HospitalOracle]]) -> None:
    configured = yaml.safe_load((ROOT / "include/config/hospitals.yaml").read_text(encoding="utf-8"))
    for hospital in configured["hospitals"]:
        found = _rows(province[0], hospital["hcode"], "SELECT hospitalcode, hospitalname FROM opdconfig")
        assert found == [(hospital["hcode"], hospital["name_th"])]
        closed = tuple(hospital.get("closed_weekdays", ()))
        assert (5 in closed and 6 in closed) == (PROFILES[hospital["hcode"]].weekend_share == 0)


# -- the dirt ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("hcode", ["99001", "99002"])
def test_every_kind_of_dirt_is_there_in_three_days(
    province: tuple[Path, dict[str, HospitalOracle]], hcode: str
) -> None:
    assert set(province[1][hcode].tags) == {*KINDS, *OTHER_TAGS}


def test_dirt_stays_the_exception(province: tuple[Path, dict[str, HospitalOracle]]) -> None:
    outcomes = Counter(v.outcome for o in province[1].values() for v in o.visits.values())
    total = sum(outcomes.values())
    assert 0.75 < outcomes["send"] / total < 0.92
    assert outcomes["quarantine"] / total < 0.10
    assert outcomes["hold"] / total < 0.06


def test_oracle_counts_are_the_rows(province: tuple[Path, dict[str, HospitalOracle]]) -> None:
    replicas, oracles = province
    for hcode, oracle in oracles.items():
        assert {vn for (vn,) in _rows(replicas, hcode, "SELECT vn FROM ovst")} == set(oracle.visits)
        by_day = dict(_rows(replicas, hcode, "SELECT vstdate, COUNT(*) FROM ovst GROUP BY 1"))
        assert by_day == {day: sum(counts.values()) for day, counts in oracle.days.items()}
        for table, count in oracle.row_counts.items():
            assert _rows(replicas, hcode, f"SELECT COUNT(*) FROM {table}") == [(count,)]


def _identity_is_sound(patient: dict | None, others: list[dict], register: list[dict], day: str) -> bool:
    """Written from "Decisions on doubtful data", over the rows as they lie in the replica."""
    if patient is None:
        return False
    cid = re.sub(r"[ -]", "", patient["cid"] or "")
    if not re.fullmatch(r"\d{13}", cid) or cid in PLACEHOLDERS or len(set(cid)) == 1:
        return False
    if (11 - sum(int(d) * w for d, w in zip(cid, range(13, 1, -1), strict=False)) % 11) % 10 != int(cid[12]):
        return False
    birth = patient["birthday"]
    if birth is None or birth.startswith(("0000", "1899")):
        return False
    if int(birth[:4]) > 2400:
        birth = f"{int(birth[:4]) - 543}{birth[4:]}"
    if birth > day or any(death < day for death in patient["deaths"]):
        return False
    for row in [*others, *register]:
        if (row["birthday"], row["sex"]) not in (
            (birth, patient["sex"]),
            (patient["birthday"], patient["sex"]),
        ):
            return False
    return True


@pytest.mark.parametrize("hcode", ["99001", "99002", "99003"])
def test_the_oracle_quarantines_exactly_the_visits_whose_identity_is_unsound(
    province: tuple[Path, dict[str, HospitalOracle]], hcode: str
) -> None:
    replicas, oracles = province
    patients: dict[str, dict] = {}
    by_cid: dict[str, list[dict]] = {}
    for hn, cid, birthday, sex, deathday in _rows(
        replicas, hcode, "SELECT hn, cid, birthday, sex, deathday FROM patient"
    ):
        row = {
            "hn": hn,
            "cid": cid,
            "birthday": birthday,
            "sex": sex,
            "deaths": [deathday] if deathday else [],
        }
        patients[hn] = row
        by_cid.setdefault(cid, []).append(row)
    for hn, day in _rows(replicas, hcode, "SELECT hn, death_date FROM death"):
        patients[hn]["deaths"].append(day)
    register: dict[str, list[dict]] = {}
    for person_id, cid, birthdate, sex in _rows(
        replicas, hcode, "SELECT person_id, cid, birthdate, sex FROM person"
    ):
        register.setdefault(cid, []).append({"birthday": birthdate, "sex": sex, "id": person_id})
    died = dict(_rows(replicas, hcode, "SELECT person_id, death_date FROM person_death"))
    for vn, hn, day, an, outcome, anonymous in _rows(
        replicas, hcode, "SELECT vn, hn, vstdate, an, ovstost, anonymous_visit FROM ovst"
    ):
        expected = oracles[hcode].visits[vn]
        assert (expected.service_day, expected.hn) == (day, hn)
        if an or outcome is None or anonymous:
            assert expected.outcome == "out_of_scope", expected.tag
            continue
        patient = patients.get(hn)
        cid = patient["cid"] if patient else ""
        rows = register.get(cid, [])
        sound = _identity_is_sound(patient, by_cid.get(cid, []), rows, day) and not any(
            died[row["id"]] < day for row in rows if row["id"] in died
        )
        assert (expected.outcome != "quarantine") == sound, expected.tag


@pytest.mark.parametrize("hcode", ["99001", "99002", "99003"])
def test_the_oracle_holds_exactly_the_visits_with_a_restricted_or_unparseable_code(
    province: tuple[Path, dict[str, HospitalOracle]], hcode: str
) -> None:
    with (ROOT / "include/config/sensitivity_icd10.csv").open(encoding="utf-8", newline="") as file:
        listed = [(r["icd10_prefix"], r["suggested_confidentiality"]) for r in csv.DictReader(file)]
    topical = ("Z32", "Z33", "Z34", "Z35", "O", "A5", "A6")

    def must_hold(code: str, under_20: bool) -> bool:
        if code[0].isdigit():
            return False  # a procedure
        code = code.replace(".", "").upper()
        if not re.fullmatch(r"[A-Z]\d\d[0-9A-Z]{0,3}", code):
            return True
        if under_20 and code.startswith(topical):
            return True
        matches = [entry for entry in listed if code.startswith(entry[0])]
        longest = max((len(prefix) for prefix, _ in matches), default=0)
        classes = {label for prefix, label in matches if len(prefix) == longest}
        classes |= {label for prefix, label in listed if prefix.startswith(code)}
        return bool(classes & {"R", "V"})

    replicas, oracles = province
    codes: dict[str, list[str]] = {}
    for vn, code in _rows(replicas, hcode, "SELECT vn, icd10 FROM ovstdiag"):
        codes.setdefault(vn, []).append(code)
    texts = dict(_rows(replicas, hcode, "SELECT vn, hpi FROM opdscreen"))
    for vn, text in _rows(replicas, hcode, "SELECT vn, diag_text FROM ovst"):
        texts[vn] = f"{texts.get(vn)} {text}"
    births = {p.hn: p.birth_date for p in oracles[hcode].patients}
    for vn, expected in oracles[hcode].visits.items():
        if expected.outcome in ("send", "hold"):
            birth = str(births[str(expected.hn)])
            year = int(birth[:4]) - (543 if int(birth[:4]) > 2400 else 0)
            under_20 = f"{year + 20}{birth[4:]}" > expected.service_day
            held = any(must_hold(code, under_20) for code in codes.get(vn, []))
            told = bool(re.search(r"\bARV\b|\bHIV\b", texts[vn])) and not held
            assert told == (expected.tag in ("hpi_sensitive", "diag_text_sensitive")), expected.tag
            held = held or told
            assert held == (expected.outcome == "hold"), (expected.tag, codes.get(vn))


REPORTED = "(SELECT report_date FROM lab_head h WHERE h.lab_order_number = t.lab_order_number)"
OF_DRUG = "(SELECT SUM(qty) FROM opitemrece o WHERE o.vn = t.vn AND o.icode = t.icode)"
#: what must be true of a child row the oracle calls dirty, as a SQL condition on its own table
DIRTY_ROW = {
    "temperature_low": "temperature < 10",
    "temperature_high": "temperature > 45",
    "weight_zero": "bw = 0",
    "height_negative": "height < 0",
    "bp_reversed": "bps < bpd",
    "lab_date_zero": f"{REPORTED} LIKE '0000%'",
    "lab_date_buddhist": f"{REPORTED} > '2500'",
    "lab_date_future": f"{REPORTED} LIKE '2099%'",
    "lab_blank": "TRIM(COALESCE(lab_order_result, '')) = ''",
    "lab_unconfirmed": "confirm = 'N'",
    "lab_anonymous": "(SELECT anonymous FROM lab_head h WHERE h.lab_order_number = t.lab_order_number) = 'Y'",
    "lab_same_name": "(SELECT COUNT(*) FROM lab_order o WHERE o.lab_order_number = t.lab_order_number"
    " AND o.lab_items_name_ref = t.lab_items_name_ref) = 2",
    "qty_zero": "qty = 0",
    "qty_negative": f"qty < 0 AND {OF_DRUG} < 0",
    "drug_returned": f"qty <> 0 AND {OF_DRUG} = 0",
    "drug_part_returned": f"qty < 0 AND {OF_DRUG} > 0",
    "screening_unmapped": "smoking_type_id = 7",
    "appointment_date_zero": "nextdate = '0000-00-00'",
    "appointment_date_buddhist": "nextdate > '2500'",
    "orphan_diagnosis": "vn NOT IN (SELECT vn FROM ovst)",
}
KEY = {
    "opdscreen": "hos_guid",
    "lab_order": "lab_order_number || ':' || lab_items_code",
    "opitemrece": "hos_guid",
    "oapp": "CAST(oapp_id AS TEXT)",
    "ovstdiag": "CAST(ovst_diag_id AS TEXT)",
}


def test_every_dirty_child_row_is_dirty_in_the_way_the_oracle_says_and_no_other_is(
    province: tuple[Path, dict[str, HospitalOracle]],
) -> None:
    replicas, oracles = province
    assert set(DIRTY_ROW) == {t for t, k in KINDS.items() if k.level in ("child", "orphan")}
    told: dict[tuple[str, str], set[str]] = {}
    tables: dict[str, str] = {}
    for row in oracles["99001"].rows:
        told.setdefault((row.table, row.tag), set()).add(row.key)
        tables[row.tag] = row.table
    for tag, condition in DIRTY_ROW.items():
        table = tables[tag]
        found = _rows(replicas, "99001", f"SELECT {KEY[table]} FROM {table} t WHERE {condition}")
        keys = {key for (key,) in found}
        if tag == "lab_same_name":  # the oracle names the second of the two
            assert told[table, tag] < keys
            assert len(keys) == 2 * len(told[table, tag])
        else:
            assert keys == told[table, tag], tag


@pytest.mark.parametrize(
    ("tag", "sign"),
    [
        ("text_nul", "\x00"),
        ("text_emoji", "\N{FACE WITH THERMOMETER}"),
        ("time_null", None),
        ("no_screen", None),
    ],
)
def test_visit_level_dirt_is_in_the_rows(
    province: tuple[Path, dict[str, HospitalOracle]], tag: str, sign: str | None
) -> None:
    replicas, oracles = province
    refs = {vn for vn, v in oracles["99001"].visits.items() if v.tag == tag}
    screens = dict(_rows(replicas, "99001", "SELECT vn, cc FROM opdscreen"))
    times = dict(_rows(replicas, "99001", "SELECT vn, vsttime FROM ovst"))
    assert refs
    for ref in refs:
        if sign:
            assert sign in screens[ref]
        elif tag == "time_null":
            assert times[ref] is None
        else:
            assert ref not in screens
    lengths = [len(screens[vn]) for vn, v in oracles["99001"].visits.items() if v.tag == "text_oversized"]
    assert min(lengths) == 20_000


# -- realistic ---------------------------------------------------------------------------------------
def test_a_week_has_busy_days_and_closed_weekends(tmp_path: Path) -> None:
    oracles = build_province(
        tmp_path, seed=2, first_day=date(2025, 10, 6), last_day=date(2025, 10, 12), scale=0.5
    )
    for hcode, oracle in oracles.items():
        visits = [sum(oracle.days.get(f"2025-10-{day:02d}", Counter()).values()) for day in range(6, 13)]
        weekday = PROFILES[hcode].weekday_visits * 0.5
        assert all(0.8 * weekday < count < 1.3 * weekday for count in visits[:5])
        assert all(count <= 0.45 * weekday for count in visits[5:])
        assert (visits[5:] == [0, 0]) == (hcode == "99003")


def test_visits_look_like_those_of_a_hospital(province: tuple[Path, dict[str, HospitalOracle]]) -> None:
    replicas, oracles = province

    def one(sql: str) -> float:
        return float(_rows(replicas, "99001", sql)[0][0])

    visits = len(oracles["99001"].visits)
    morning = one("SELECT AVG(vsttime BETWEEN '07:00' AND '11:59:59') FROM ovst WHERE vsttime > ''")
    assert 0.45 < morning < 0.7
    drugs = one("SELECT COUNT(*) FROM opitemrece JOIN drugitems USING (icode) WHERE vn > ''")
    assert 1.6 < drugs / visits < 3.2
    assert 2 < one("SELECT COUNT(*) FROM lab_order") / visits < 5
    assert 0.15 < one("SELECT COUNT(DISTINCT vn) FROM lab_head WHERE department = 'OPD'") / visits < 0.45
    assert one("SELECT MAX(n) FROM (SELECT COUNT(*) n FROM ovstdiag GROUP BY vn)") <= 6
    assert one("SELECT COUNT(*) FROM ovstdiag WHERE icd10 GLOB '[0-9]*'") > 10
    assert one("SELECT COUNT(DISTINCT hipdata_code) FROM visit_pttype JOIN pttype USING (pttype)") >= 5
    adult = "JOIN patient p USING (hn) WHERE p.birthday BETWEEN '1945' AND '1990' AND bw > 0 AND o.height > 0"
    assert 50 < one(f"SELECT AVG(bw) FROM opdscreen o {adult}") < 70
    assert 150 < one(f"SELECT AVG(o.height) FROM opdscreen o {adult}") < 170
    texts = {value for (value,) in _rows(replicas, "99001", "SELECT lab_order_result FROM lab_order")}
    assert {"Negative", "<0.5", "12-15/HPF"} <= texts
    ranges = _rows(replicas, "99001", "SELECT DISTINCT lab_items_normal_value_ref FROM lab_order")
    assert {"M 13-17 / F 12-15", ">= 60", "< 200", "135-145 mmol/L"} <= {text for (text,) in ranges}
    assert 0.3 < one("SELECT AVG(hpi IS NOT NULL) FROM opdscreen") < 0.7
    assert 0.15 < one("SELECT AVG(diag_text IS NOT NULL) FROM ovst") < 0.5
    assert 0.3 < one("SELECT AVG(COALESCE(smoking_type_id, 0) > 0) FROM opdscreen") < 0.8
    assert one("SELECT COUNT(*) FROM visit_pttype WHERE auth_code LIKE 'PP%'") > 100
    assert one("SELECT COUNT(DISTINCT diagtype) FROM ovstdiag") >= 5
    bare = "SELECT COUNT(*) FROM visit_pttype JOIN pttype USING (pttype) WHERE hipdata_code IS NULL"
    assert one(f"{bare} AND pttype_std_code = '1200'") > 0
    assert any(re.fullmatch(r"\d,\d{3}", text or "") for text in texts)
    assert any(re.fullmatch(r"[\d.,]+ [HL]", text or "") for text in texts)


def test_visit_numbers_carry_the_buddhist_year_and_stay_unique_when_crowded(tmp_path: Path) -> None:
    oracle = build_province(tmp_path, seed=1, first_day=FIRST, last_day=FIRST, scale=8, hospitals=["99002"])[
        "99002"
    ]
    assert len(oracle.visits) > 800
    for ref in oracle.visits:
        assert re.fullmatch(r"681001([01]\d|2[0-3])[0-5]\d[0-5]\d", ref)
    times = _rows(tmp_path, "99002", "SELECT vn, vsttime FROM ovst WHERE vsttime > ''")
    bumped = [vn for vn, time in times if vn[6:] != time.replace(":", "")]
    assert 0 < len(bumped) < len(times) / 4


def test_identities_can_be_searched_for_and_are_written_only_on_request(
    province: tuple[Path, dict[str, HospitalOracle]], tmp_path: Path
) -> None:
    oracle = province[1]["99003"]
    whole = (province[0] / "99003.sqlite").read_bytes()
    sample = [text for text in oracle.identities() if " " not in text and "-" not in text][:200]
    assert all(text.encode() in whole for text in sample)
    path = oracle.write_json(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    told = orjson.loads(path.read_bytes())
    assert set(told["visits"]) == set(oracle.visits)
    assert told["days"] == oracle.days


# -- MariaDB -----------------------------------------------------------------------------------------
@pytest.mark.mariadb
def test_mariadb_with_tis620_holds_the_same_visits(tmp_path: Path, mariadb_url: str) -> None:
    arguments = {"seed": 7, "first_day": FIRST, "last_day": LAST, "scale": 1.0}
    sqlite = build_province(tmp_path, hospitals=["99002"], **arguments)["99002"]
    engine = create_engine(mariadb_url)
    maria = build_hospital(engine, PROFILES["99002"], **arguments)
    assert set(maria.visits) == set(sqlite.visits)
    assert maria.row_counts == sqlite.row_counts
    differing = {sqlite.visits[vn].tag for vn in sqlite.visits if sqlite.visits[vn] != maria.visits[vn]}
    assert differing <= {tag for tag, kind in KINDS.items() if kind.sqlite_only}
    with engine.connect() as connection:

        def ask(sql: str) -> list[tuple]:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

        names = "SELECT hn, fname, lname FROM patient ORDER BY hn"
        assert ask(names) == _rows(tmp_path, "99002", names)
        results = "SELECT lab_order_number, lab_items_code, lab_order_result FROM lab_order ORDER BY 1, 2"
        assert ask(results) == _rows(tmp_path, "99002", results)
        zero = "SELECT COUNT(*) FROM patient WHERE CAST(birthday AS CHAR) = '0000-00-00'"
        assert ask(zero)[0][0] > 0
        assert ask("SELECT COUNT(*) FROM opdscreen WHERE INSTR(cc, CHAR(0)) > 0")[0][0] > 0
        assert ask("SELECT MAX(CHAR_LENGTH(cc)) FROM opdscreen") == [(20_000,)]
        assert ask("SELECT SUM(CAST(birthday AS CHAR) > '2400') FROM patient")[0][0] > 0
        # the pooled connection is left with the server's own rules
        assert ask("SELECT @@SESSION.sql_mode = @@GLOBAL.sql_mode") == [(1,)]
    engine.dispose()


def test_only_text_tis620_can_hold_is_offered_to_mariadb(tmp_path: Path) -> None:
    """Every text but the SQLite-only kinds can be written in TIS-620."""
    seen: list[list] = []
    engine = create_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")

    @event.listens_for(engine, "before_cursor_execute")
    def note(_c: object, _cur: object, _sql: str, parameters: list, _ctx: object, many: bool) -> None:
        seen.append(list(parameters) if many else [])

    oracle = build_hospital(engine, PROFILES["99002"], seed=7, first_day=FIRST, last_day=LAST)
    strange = set()
    for batch in seen:
        for row in batch:
            for value in row:
                if isinstance(value, str):
                    strange |= set(value) - set(value.encode("tis-620", "ignore").decode("tis-620"))
    assert oracle.tags["text_emoji"]
    assert strange == {"\N{FACE WITH THERMOMETER}"}
