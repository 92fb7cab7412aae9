"""Bad input table: one clear message each, naming hospital, cause and next step; the others go on."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
import yaml
from province_kit import DAYS, ProvinceKit, assert_balanced
from sqlalchemy import create_engine, make_url, text

from phr.errors import PhrError
from phr.pipeline import steps

BAD, GOOD = "99002", "99003"


def _connections(kit: ProvinceKit, **changes: object) -> None:
    path = kit.home / "connections.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    for name, value in changes.items():
        if value is None:
            del raw[name]
        else:
            raw[name] = value
    path.write_text(json.dumps(raw), encoding="utf-8")


def _assert_clear(kit: ProvinceKit, message: str, code: str) -> None:
    """One line with the hospital, cause and next step, Thai and English, and nobody's identity."""
    assert message.startswith(f"{code} [hospital {BAD}] ")
    assert "\n" not in message
    assert ". Next: " in message
    assert re.search(r"วิธีแก้: .*[ก-๙]", message)
    for identity in kit.oracles[BAD].identities():
        assert identity not in message
    assert not re.search(r"\d{12,13}", message)
    assert "SELECT" not in message


def _unreachable(kit: ProvinceKit) -> None:
    (kit.home / "replicas" / f"{BAD}.sqlite").unlink()


def _missing_table(kit: ProvinceKit) -> None:
    kit.his(BAD, "DROP TABLE patient")


def _missing_column(kit: ProvinceKit) -> None:
    kit.his(BAD, "ALTER TABLE ovstdiag RENAME COLUMN icd10 TO icd_code")


def _no_database(kit: ProvinceKit) -> None:
    (kit.home / "replicas" / f"{BAD}.sqlite").write_bytes(b"this is not a database, but long enough" * 50)


def _wrong_hospital(kit: ProvinceKit) -> None:
    kit.his(BAD, "UPDATE opdconfig SET hospitalcode = '99001'")


def _no_connection(kit: ProvinceKit) -> None:
    _connections(kit, **{f"his_{BAD}": None})


def _strange_connection(kit: ProvinceKit) -> None:
    _connections(kit, **{f"his_{BAD}": {"conn_type": "ssh", "host": "somewhere"}})


def _server_away(kit: ProvinceKit) -> None:
    _connections(
        kit,
        **{f"his_{BAD}": {"conn_type": "mysql", "host": "127.0.0.1", "port": 9, "login": "u", "schema": "h"}},
    )


def _wrong_charset(kit: ProvinceKit) -> None:
    # bytes of TIS-620 in a database that says UTF-8
    kit.his(BAD, "UPDATE patient SET fname = CAST(? AS TEXT)", "สมชาย".encode("tis-620"))


def _empty_day(kit: ProvinceKit) -> None:
    kit.his(BAD, "DELETE FROM ovst WHERE vstdate = ?", str(DAYS[1]))


def _stale_replica(kit: ProvinceKit) -> None:
    kit.his(BAD, "DELETE FROM ovst")


def _no_credentials(kit: ProvinceKit) -> None:
    _connections(kit, **{f"moph_prompt_{BAD}": None})


def _credentials_of_another(kit: ProvinceKit) -> None:
    raw = json.loads((kit.home / "connections.json").read_text(encoding="utf-8"))
    _connections(kit, **{f"moph_prompt_{BAD}": raw["moph_prompt_99001"]})


def _wrong_password(kit: ProvinceKit) -> None:
    raw = json.loads((kit.home / "connections.json").read_text(encoding="utf-8"))[f"moph_prompt_{BAD}"]
    _connections(kit, **{f"moph_prompt_{BAD}": {**raw, "password": "mistyped-password"}})


TROUBLES = [
    pytest.param(_unreachable, "PHR-201", id="replica_file_gone"),
    pytest.param(_server_away, "PHR-201", id="server_unreachable"),
    pytest.param(_no_database, "PHR-208", id="not_a_database"),
    pytest.param(_missing_table, "PHR-203", id="missing_table"),
    pytest.param(_missing_column, "PHR-204", id="missing_column"),
    pytest.param(_wrong_charset, "PHR-205", id="wrong_charset"),
    pytest.param(_empty_day, "PHR-206", id="empty_day"),
    pytest.param(_stale_replica, "PHR-206", id="empty_replica"),
    pytest.param(_wrong_hospital, "PHR-210", id="database_of_another_hospital"),
    pytest.param(_no_connection, "PHR-103", id="no_connection"),
    pytest.param(_strange_connection, "PHR-103", id="not_a_database_connection"),
    pytest.param(_no_credentials, "PHR-103", id="no_credentials"),
    pytest.param(_credentials_of_another, "PHR-104", id="credentials_of_another_hospital"),
    pytest.param(_wrong_password, "PHR-402", id="national_password_refused"),
]
AT_DELIVERY = {"PHR-104", "PHR-402"}


@pytest.mark.parametrize(("break_it", "code"), TROUBLES)
def test_each_trouble_gives_one_clear_message_and_the_others_go_on(
    mapped: ProvinceKit, break_it: Callable[[ProvinceKit], None], code: str
) -> None:
    """Extract and deliver of a group of two; the checks between add nothing here."""
    break_it(mapped)
    at_delivery = code in AT_DELIVERY or break_it is _no_credentials
    if at_delivery:
        options = mapped.first
        assert options is not None
        assert mapped.deliver(options, BAD, GOOD) == []
        assert set(mapped.national()) == mapped.expected("send", GOOD)
        assert {s for r, s in mapped.states().items() if r[:5] == BAD} == {"pending", "held", "quarantined"}
        assert_balanced(mapped, options.run_id)
    else:
        options = mapped.options(hospitals=[BAD, GOOD])
        (unit,) = steps.plan_units(options)
        assert mapped.steps(options, unit, ("extract",)) == []
        assert mapped.hospital_rows(options.run_id)[GOOD]["status"] == "extracted"
    row = mapped.hospital_rows(options.run_id)[BAD]
    assert row["status"] == "failed"
    _assert_clear(mapped, row["error_text"], code)
    with pytest.raises(PhrError, match=f"PHR-505.*{BAD} {code}"):
        steps.finish_run(options)
    if code == "PHR-402":
        attempts = mapped.double.admin.requests(path="token")
        assert mapped.deliver(options, BAD) != []
        assert mapped.double.admin.requests(path="token") == attempts, "a refused password is tried once"


def test_a_closed_weekday_is_a_valid_empty_day(mapped: ProvinceKit) -> None:
    mapped.configure(hospitals={GOOD: {"closed_weekdays": [DAYS[1].weekday()]}})
    mapped.his(GOOD, "DELETE FROM ovst WHERE vstdate = ?", str(DAYS[1]))
    result = mapped.run(hospitals=[GOOD])
    assert result.error is None
    assert_balanced(mapped, result.options.run_id)
    gone = [r for r in mapped.documents().values() if r["absent_since"]]
    assert {row["service_day"] for row in gone} == {DAYS[1]}
    assert {row["delivered_version"] for row in gone} == {None}, "what the HIS no longer holds is not sent"


def test_a_confirmed_closed_day_is_a_valid_empty_day(mapped: ProvinceKit) -> None:
    mapped.his(GOOD, "DELETE FROM ovst WHERE vstdate = ?", str(DAYS[1]))
    options = mapped.options(hospitals=[GOOD], overrides={GOOD: {"closed_days": [str(DAYS[1])]}})
    steps.plan_units(options)
    assert mapped.steps(options, {"unit_id": "u", "label_th": "u", "hcodes": [GOOD]}, ("extract",)) == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param({"hospitals": ["12345"]}, "PHR-102.*12345", id="unknown_hospital"),
        pytest.param({"overrides": {"12345": {}}}, "PHR-102.*12345", id="override_of_unknown"),
        pytest.param(
            {"overrides": {BAD: {"settle_minutes": -5}}}, f"PHR-101.*{BAD}.*settle_minutes", id="bad_value"
        ),
        pytest.param({"overrides": {BAD: {"setle": 5}}}, f"PHR-101.*{BAD}.*setle", id="mistyped_name"),
        pytest.param({"overrides": {BAD: {"hcode": "99001"}}}, f"PHR-101.*{BAD}", id="another_hospital"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_runs(
    mapped: ProvinceKit, values: dict[str, object], message: str
) -> None:
    with pytest.raises(PhrError, match=message):
        steps.plan_units(mapped.options(run_id="wrong", **values))
    assert mapped.ledger.run_row("wrong") is None


def test_a_disabled_hospital_asked_for_by_name_is_refused(mapped: ProvinceKit) -> None:
    mapped.configure(hospitals={BAD: {"enabled": False}})
    with pytest.raises(PhrError, match=f"PHR-101.*{BAD}.*not enabled"):
        steps.plan_units(mapped.options(hospitals=[BAD, GOOD]))


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        pytest.param("hospitals: [", "line", id="not_yaml"),
        pytest.param("just a text", "hospitals.yaml", id="not_a_mapping"),
        pytest.param(None, "FileNotFoundError", id="file_missing"),
        pytest.param({"hcode": "99001"}, "hospital 99001 is listed twice", id="listed_twice"),
        pytest.param({"hcode": "9900"}, "hospital number 2 in the file, hcode", id="code_too_short"),
    ],
)
def test_malformed_configuration_names_the_place(mapped: ProvinceKit, content: object, detail: str) -> None:
    path = Path(mapped.config, "hospitals.yaml")
    if content is None:
        path.unlink()
    elif isinstance(content, dict):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        raw["hospitals"][1].update(content)
        path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    else:
        path.write_text(str(content), encoding="utf-8")
    with pytest.raises(PhrError, match=f"PHR-101.*{re.escape(detail)}.*วิธีแก้"):
        steps.plan_units(mapped.options())


def _break_entry(kit: ProvinceKit, hcode: str = BAD) -> None:
    kit.configure(hospitals={hcode: {"look_bak_days": 3}})


def test_a_malformed_entry_fails_its_hospital_alone(mapped: ProvinceKit) -> None:
    _break_entry(mapped)
    options = mapped.options()
    units = steps.plan_units(options)
    assert [unit["hcodes"] for unit in units] == [["99001"], [GOOD]]
    row = mapped.hospital_rows(options.run_id)[BAD]
    assert row["status"] == "failed"
    _assert_clear(mapped, row["error_text"], "PHR-101")
    assert "look_bak_days" in row["error_text"]
    assert mapped.steps(options, units[1]) == []
    assert set(mapped.national()) == mapped.expected("send", GOOD)
    with pytest.raises(PhrError, match=f"PHR-505.*{BAD} PHR-101"):
        steps.finish_run(options)

    mapped.configure(hospitals={BAD: {"look_back_days": 3}})
    path = Path(mapped.config, "hospitals.yaml")
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    del raw["hospitals"][1]["look_bak_days"]
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    units = steps.plan_units(options)
    assert mapped.steps(options, units[1], ("extract",)) == []
    assert mapped.hospital_rows(options.run_id)[BAD]["status"] == "extracted"


def test_a_run_asks_for_whom_it_was_told_of_the_malformed_entries(mapped: ProvinceKit) -> None:
    _break_entry(mapped)
    others = mapped.options(run_id="others", hospitals=[GOOD])
    assert [unit["hcodes"] for unit in steps.plan_units(others)] == [[GOOD]]
    assert set(mapped.hospital_rows("others")) == {GOOD}
    alone = mapped.options(run_id="alone", hospitals=[BAD], overrides={BAD: {"settle_minutes": 0}})
    assert steps.plan_units(alone) == []
    with pytest.raises(PhrError, match=f"PHR-505.*{BAD} PHR-101"):
        steps.finish_run(alone)
    mapped.configure(hospitals={BAD: {"enabled": False}})
    steps.plan_units(mapped.options(run_id="disabled"))
    assert set(mapped.hospital_rows("disabled")) == {"99001", GOOD}


def test_an_entry_broken_after_planning_fails_its_hospital_alone(mapped: ProvinceKit) -> None:
    options = mapped.options(hospitals=[BAD, GOOD])
    (unit,) = steps.plan_units(options)
    assert mapped.steps(options, unit, ("extract",)) == []
    _break_entry(mapped)
    assert mapped.steps(options, unit, ("check",)) == []
    rows = mapped.hospital_rows(options.run_id)
    assert (rows[BAD]["error_code"], rows[GOOD]["status"]) == ("PHR-101", "checked")


def test_config_check_lists_every_problem_of_every_entry(mapped: ProvinceKit) -> None:
    mapped.configure(
        hospitals={
            BAD: {"look_bak_days": 3, "chunk_visits": 1, "his": "s3cret!", "settle_minutes": -1},
            GOOD: {"closed_weekdays": [7]},
        }
    )
    done = mapped.spawn("config", "check")
    text_, _ = done.communicate(timeout=60)
    shown = text_.decode()
    assert done.returncode == 1
    for hcode, field in (
        (BAD, "look_bak_days"),
        (BAD, "chunk_visits"),
        (BAD, "his"),
        (BAD, "settle_minutes"),
        (GOOD, "closed_weekdays"),
    ):
        assert re.search(rf"✗ PHR-101 \[hospital {hcode}\][^✗]*{field}", shown), (field, shown)
    assert "✓ 99001" in shown
    assert "s3cret" not in shown


def _unfinish(kit: ProvinceKit, hcode: str, day: object, *, keep: int = 0) -> int:
    """Take the outcome off all visits of a day but ``keep``; returns how many the day has."""
    visits = kit.his(hcode, "SELECT vn FROM ovst WHERE vstdate = ? ORDER BY vn", str(day))
    for (vn,) in visits[keep:]:
        kit.his(hcode, "UPDATE ovst SET ovstost = NULL WHERE vn = ?", vn)
    return len(visits)


def _extract(kit: ProvinceKit, **values: object) -> dict[str, object]:
    options = kit.options(hospitals=[BAD], **values)
    (unit,) = steps.plan_units(options)
    kit.steps(options, unit, ("extract",))
    return kit.hospital_rows(options.run_id)[BAD]


def test_a_past_day_without_outcomes_is_suspect(mapped: ProvinceKit) -> None:
    total = _unfinish(mapped, BAD, DAYS[1])
    assert total >= 5
    row = _extract(mapped, run_id="nothing")
    assert row["error_code"] == "PHR-206"
    assert re.search(rf"{DAYS[1]}: \d+ of {total} visits have no outcome", str(row["error_text"]))
    never = {BAD: {"max_unfinished_share": 1.0}}
    assert _extract(mapped, run_id="share", overrides=never)["error_code"] == "PHR-206", (
        "nothing was finished"
    )
    closed = {BAD: {"closed_days": [str(DAYS[1])]}}
    assert _extract(mapped, run_id="confirmed", overrides=closed)["status"] == "extracted"
    weekday = {BAD: {"closed_weekdays": [DAYS[1].weekday()]}}
    assert _extract(mapped, run_id="closed", overrides=weekday)["status"] == "extracted"


def test_a_larger_share_without_outcome_than_the_hospital_allows_is_suspect(mapped: ProvinceKit) -> None:
    _unfinish(mapped, BAD, DAYS[1], keep=2)
    assert _extract(mapped, run_id="default")["error_code"] == "PHR-206"
    allowed = {BAD: {"max_unfinished_share": 1.0}}
    assert _extract(mapped, run_id="allowed", overrides=allowed)["status"] == "extracted"


def test_today_and_a_handful_of_visits_may_be_unfinished(mapped: ProvinceKit) -> None:
    _unfinish(mapped, BAD, DAYS[2])
    noon = datetime.combine(DAYS[2], time(5), tzinfo=UTC)
    assert _extract(mapped, run_id="today", planned_at=noon)["status"] == "extracted"
    next_day = noon + timedelta(hours=13)  # 01:00 in Bangkok
    assert _extract(mapped, run_id="tomorrow", planned_at=next_day)["error_code"] == "PHR-206"
    vns = [vn for (vn,) in mapped.his(BAD, "SELECT vn FROM ovst WHERE vstdate = ?", str(DAYS[2]))]
    for vn in vns[4:]:
        mapped.his(BAD, "DELETE FROM ovst WHERE vn = ?", vn)
    assert _extract(mapped, run_id="four")["status"] == "extracted"


def test_without_the_policy_nothing_is_mapped_or_sent(mapped: ProvinceKit) -> None:
    (mapped.config / "data_class_policy.yaml").unlink()
    options = mapped.first
    assert options is not None
    before = mapped.states()
    (error,) = mapped.steps(options, {"unit_id": "u", "label_th": "u", "hcodes": [GOOD]}, ("map", "deliver"))
    assert error.fault.code == "PHR-106"
    assert mapped.states() == before
    assert mapped.national() == {}


@pytest.mark.mariadb
@pytest.mark.parametrize("trouble", ["password", "no_such_database", "may_not_read"])
def test_a_refused_login_at_a_real_server(mapped: ProvinceKit, mariadb_url: str, trouble: str) -> None:
    url = make_url(mariadb_url)
    server = create_engine(url)
    user = f"{url.database}"[:30]
    with server.begin() as connection:
        connection.execute(text(f"CREATE USER '{user}'@'%' IDENTIFIED BY 'right-password'"))
        connection.execute(text(f"CREATE USER '{user}'@'localhost' IDENTIFIED BY 'right-password'"))
        if trouble != "may_not_read":
            connection.execute(text(f"GRANT SELECT ON {url.database}.* TO '{user}'@'%'"))
            connection.execute(text(f"GRANT SELECT ON {url.database}.* TO '{user}'@'localhost'"))
    try:
        connection_ = {
            "conn_type": "mysql",
            "host": url.host,
            "port": url.port,
            "login": user,
            "password": "wrong-password" if trouble == "password" else "right-password",
            "schema": "nobody_has_this" if trouble == "no_such_database" else url.database,
        }
        _connections(mapped, **{f"his_{BAD}": connection_})
        options = mapped.options(hospitals=[BAD, GOOD])
        (unit,) = steps.plan_units(options)
        assert mapped.steps(options, unit, ("extract",)) == []
        rows = mapped.hospital_rows(options.run_id)
        assert rows[GOOD]["status"] == "extracted"
        _assert_clear(mapped, rows[BAD]["error_text"], "PHR-202")
        assert "password" not in rows[BAD]["error_text"].replace("check login, password and", "")
    finally:
        with server.begin() as connection:
            connection.execute(text(f"DROP USER '{user}'@'%', '{user}'@'localhost'"))
        server.dispose()


def test_a_statement_that_fails_in_the_middle_leaks_nothing(mapped: ProvinceKit) -> None:
    """The driver's own text stays inside."""
    path = mapped.home / "replicas" / f"{BAD}.sqlite"
    with sqlite3.connect(path) as connection:
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with path.open("r+b") as handle:  # damage everything behind the schema
        handle.seek(size * 40)
        handle.write(b"\xff" * size * 30)
    options = mapped.options(hospitals=[BAD, GOOD])
    (unit,) = steps.plan_units(options)
    assert mapped.steps(options, unit, ("extract",)) == []
    row = mapped.hospital_rows(options.run_id)[BAD]
    assert row["status"] == "failed"
    _assert_clear(mapped, row["error_text"], row["error_code"])
