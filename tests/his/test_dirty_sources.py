"""What stands in real databases and exports, through every adapter: seen, counted, put aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Protocol

import pytest
from files43_source import Folder
from hosxp_source import Source, on_sqlite
from hosxp_source import hospital as hosxp
from jhcis_source import CID, DAY, HCODE, Jhcis, centre, jhcis_on_mariadb, jhcis_on_sqlite

from phr.canonical import CanonicalRow
from phr.his import Adapter, make_adapter
from phr.quality import Checker

#: valid check digits, invented
OTHER, FIRST_ZERO, FOREIGN = "1101700230716", "0009900000013", "6009900000012"
Rows = dict[str, list[CanonicalRow]]


class Dirty(Protocol):
    """A source in the words of both: days as YYYY-MM-DD, one column each for what is asked here."""

    def person(self, pid: str, **values: Any) -> None: ...

    def visit(self, number: str, **values: Any) -> None: ...

    def drug(self, number: str, quantity: int) -> None: ...

    def adapter(self) -> Adapter: ...


class DirtyJhcis:
    def __init__(self, source: Jhcis) -> None:
        self.source = source
        source.insert("office", offid=HCODE)
        source.insert("cdrug", drugcode="D1", drugname="PARACETAMOL", drugtype="01")

    def person(self, pid: str, **values: Any) -> None:
        names = {"cid": "idcard", "given": "fname"}
        self.source.person(int(pid), **{names.get(name, name): value for name, value in values.items()})

    def visit(self, number: str, pid: str = "1", day: str = "2026-01-12", text: str = "ไอ") -> None:
        self.source.visited(int(number), pid=int(pid), visitdate=day, symptoms=text)

    def drug(self, number: str, quantity: int) -> None:
        self.source.child("visitdrug", int(number), drugcode="D1", unit=quantity)

    def adapter(self) -> Adapter:
        return make_adapter(centre(), self.source.url)


class DirtyHosxp:
    def __init__(self, source: Source) -> None:
        self.source = source
        source.insert("opdconfig", hospitalcode=HCODE)
        source.insert("drugitems", icode="D1", name="PARACETAMOL")
        for code in ("099", "048"):
            source.insert("nationality", nationality=code, nhso_code=code)

    def person(self, pid: str, **values: Any) -> None:
        names = {"given": "fname", "birth": "birthday", "nation": "nationality"}
        row = {"nationality": "099"} | {names.get(name, name): value for name, value in values.items()}
        self.source.patient(pid, **row)

    def visit(self, number: str, pid: str = "1", day: str = "2026-01-12", text: str = "ไอ") -> None:
        self.source.visit(number, hn=pid, vstdate=day)
        self.source.insert("opdscreen", hos_guid=f"{{S{number}}}", vn=number, cc=text)

    def drug(self, number: str, quantity: int) -> None:
        row = {"hos_guid": f"{{D{number}}}", "icode": "D1", "qty": quantity, "vstdate": DAY.isoformat()}
        self.source.insert("opitemrece", vn=number, **row)

    def adapter(self) -> Adapter:
        return make_adapter(hosxp(), self.source.url)


class DirtyFolder:
    def __init__(self, folder: Folder, charset: str) -> None:
        self.folder, self.charset = folder, charset

    def person(self, pid: str, **values: Any) -> None:
        names = {"cid": "CID", "given": "NAME", "birth": "BIRTH", "nation": "NATION", "sex": "SEX"}
        row = {names[name]: _plain(value) if name == "birth" else value for name, value in values.items()}
        self.folder.person(pid, HN=pid, **row)

    def visit(self, number: str, pid: str = "1", day: str = "2026-01-12", text: str = "ไอ") -> None:
        self.folder.visit(number, PID=pid, DATE_SERV=_plain(day), CHIEFCOMP=text)

    def drug(self, number: str, quantity: int) -> None:
        self.folder.add("DRUG_OPD", SEQ=number, DIDSTD="D1", DNAME="PARACETAMOL", AMOUNT=quantity)

    def adapter(self) -> Adapter:
        self.folder.write(charset=self.charset)
        return self.folder.adapter()


def _plain(day: str | None) -> str:
    return (day or "").replace("-", "")


@pytest.fixture(
    params=[
        pytest.param("tis620", marks=pytest.mark.mariadb, id="jhcis-mariadb-tis620"),
        pytest.param("utf8mb4", marks=pytest.mark.mariadb, id="jhcis-mariadb-utf8mb4"),
        pytest.param("sqlite", id="jhcis-sqlite"),
        pytest.param("hosxp", id="hosxp-sqlite"),
        pytest.param("utf-8", id="files43-utf8"),
        pytest.param("cp874", id="files43-tis620"),
    ]
)
def dirty(request: pytest.FixtureRequest) -> Dirty:
    """An empty source of hospital 99001 in each shape and charset."""
    ask: Callable[[str], Any] = request.getfixturevalue
    if request.param in ("tis620", "utf8mb4"):
        return DirtyJhcis(jhcis_on_mariadb(ask("mariadb_url"), request.param))
    if request.param == "hosxp":
        return DirtyHosxp(on_sqlite(ask("tmp_path") / "hosxp.sqlite"))
    if request.param == "sqlite":
        return DirtyJhcis(jhcis_on_sqlite(ask("tmp_path") / "jhcis.sqlite"))
    return DirtyFolder(ask("folder43"), request.param)


def read(dirty: Dirty, *days: date) -> Rows:
    """Every document of these days; counts and references agree."""
    with dirty.adapter().open() as snapshot:
        source = snapshot.source("encounter")
        refs = list(source.touched(list(days) or [DAY]))
        counted = source.count(list(days) or [DAY])
        assert sum(count.eligible for count in counted.values()) == len(refs)
        rows = source.documents(refs)
        assert {t: n for t, n in source.count_rows(list(days) or [DAY]).items() if n != len(rows[t])} == {}
    return rows


def reasons(rows: Rows, today: date = DAY) -> dict[str, set[str]]:
    """Reference of a visit, or HN of a patient -> rules it fails."""
    found: dict[str, set[str]] = {}
    for bad in Checker(today=today, facility_codes=frozenset({HCODE})).check({HCODE: rows}):
        found.setdefault(bad.ref or bad.hn or "", set()).add(bad.rule)
    return found


def test_thai_arrives_whatever_the_charset(dirty: Dirty) -> None:
    dirty.person("1", given="น้ำผึ้ง")
    dirty.visit("10", text="ปวดศีรษะ ฿")
    rows = read(dirty)
    assert rows["patient"][0].given == "น้ำผึ้ง"  # type: ignore[union-attr]
    assert rows["visit"][0].chief_complaint == "ปวดศีรษะ ฿"  # type: ignore[union-attr]
    assert reasons(rows) == {}


def test_zero_and_buddhist_and_two_digit_years(dirty: Dirty) -> None:
    dirty.person("1", birth="2523-05-17")
    dirty.person("2", cid=OTHER, birth="0000-00-00")
    dirty.visit("10", day="2569-01-12")
    dirty.visit("11", pid="2")
    dirty.visit("12", day="0000-00-00")
    dirty.visit("13", day="69-01-12" if isinstance(dirty, DirtyFolder) else "0069-01-12")
    rows = read(dirty)
    assert [(row.visit_ref, row.service_day) for row in rows["visit"]] == [  # type: ignore[union-attr]
        ("10", "2026-01-12"),
        ("11", "2026-01-12"),
    ]
    assert rows["patient"][0].birth_date == "1980-05-17"  # type: ignore[union-attr]
    assert reasons(rows) == {"2": {"patient.birth_missing"}}
    assert dirty.adapter().probe().undated_visits == 2


def test_visits_of_the_future_stand_under_their_day_and_are_put_aside(dirty: Dirty) -> None:
    dirty.person("1")
    dirty.visit("10", day="2026-01-13")
    rows = read(dirty, date(2026, 1, 13))
    # the day has not settled for whom reads earlier; read later, it is in the future of the checks
    assert reasons(rows) == {"10": {"visit.day_future"}}
    with dirty.adapter().open() as snapshot:
        assert list(snapshot.source("encounter").touched([DAY])) == []


CIDS = [
    ("", "099", "patient.cid_blank"),
    ("   ", "099", "patient.cid_blank"),
    ("1111111111119", "099", "patient.cid_placeholder"),
    ("9999999999994", "099", "patient.cid_placeholder"),
    ("1101700230709", "099", "patient.cid_checksum"),
    ("110170023070", "099", "patient.cid_format"),
    ("0990010000018", "099", "patient.cid_temporary"),
    ("", "048", "patient.cid_foreigner"),
    (FIRST_ZERO, "099", None),
    (FOREIGN, "048", None),
]


def test_citizen_ids(dirty: Dirty) -> None:
    for number, (cid, nation, _rule) in enumerate(CIDS, 1):
        dirty.person(str(number), cid=cid, nation=nation)
        dirty.visit(f"1{number}", pid=str(number))
    rows = read(dirty)
    found = {row.hn: row.cid or "" for row in rows["patient"]}  # type: ignore[union-attr]
    assert found == {str(number): cid.strip() for number, (cid, _nation, _rule) in enumerate(CIDS, 1)}
    assert reasons(rows) == {str(number): {rule} for number, (_, _, rule) in enumerate(CIDS, 1) if rule}


def test_one_citizen_id_on_two_records(dirty: Dirty) -> None:
    dirty.person("1")
    dirty.person("2")
    dirty.person("3", cid=OTHER)
    dirty.person("4", cid=OTHER, birth="1990-01-02")
    for pid in ("1", "2", "3"):
        dirty.visit(f"1{pid}", pid=pid)
    rows = read(dirty)
    # the same person twice is no contradiction; two birth dates are, also when only one of them came
    assert reasons(rows) == {"3": {"patient.identity_birth_date"}}
    assert len(rows["identity_evidence"]) == 4


def test_one_person_under_two_citizen_ids_is_two_people(dirty: Dirty) -> None:
    dirty.person("1")
    dirty.person("2", cid=OTHER)
    dirty.visit("11", pid="1")
    dirty.visit("12", pid="2")
    rows = read(dirty)
    assert sorted(row.cid for row in rows["patient"]) == [CID, OTHER]  # type: ignore[union-attr]
    assert reasons(rows) == {}


def test_negative_and_zero_quantities(dirty: Dirty) -> None:
    dirty.person("1")
    for number, quantity in (("10", -5), ("11", 0), ("12", 5)):
        dirty.visit(number)
        dirty.drug(number, quantity)
    rows = read(dirty)
    assert [row.quantity for row in rows["drug_dispense"]] == [-5, 0, 5]  # type: ignore[union-attr]
    assert reasons(rows) == {
        "10": {"drug_dispense.quantity_not_positive"},
        "11": {"drug_dispense.quantity_not_positive"},
    }


def test_nul_bytes_and_oversized_text(dirty: Dirty) -> None:
    dirty.person("1", given="สม\x00ศรี")
    long = "ไอมาก " * 3000
    dirty.visit("10", text=f"{long}\x00")
    rows = read(dirty)
    assert rows["patient"][0].given == "สมศรี"  # type: ignore[union-attr]
    assert rows["visit"][0].chief_complaint == long.strip()  # type: ignore[union-attr]
    assert reasons(rows) == {}


@pytest.mark.parametrize(
    "dirty",
    [pytest.param("utf8mb4", marks=pytest.mark.mariadb), "sqlite", "hosxp", "utf-8"],
    indirect=True,  # TIS-620 has none
)
def test_characters_of_four_bytes(dirty: Dirty) -> None:
    dirty.person("1")
    dirty.visit("10", text="ไอ 😷 𝟑𝟖°")
    rows = read(dirty)
    assert rows["visit"][0].chief_complaint == "ไอ 😷 𝟑𝟖°"  # type: ignore[union-attr]


def test_a_visit_of_nobody_and_of_somebody_unknown(dirty: Dirty) -> None:
    dirty.person("1")
    dirty.visit("10", pid="9")
    rows = read(dirty)
    assert reasons(rows) == {"10": {"visit.patient_unknown"}}
