"""After a whole demo with Airflow, nothing of a person stands outside the replicas and the national side."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from browser.conftest import RunningDemo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

#: hold patient data in plain by nature
PLAIN_BY_NATURE = ("replicas", "national")
_TOKEN = re.compile(rb"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")


def identities(home: Path) -> tuple[set[str], set[str]]:
    """Every citizen id, and every given and family name, of the invented hospitals."""
    cids: set[str] = set()
    names: set[str] = set()
    with sqlite3.connect(f"file:{home}/replicas/99001.sqlite?mode=ro", uri=True) as connection:
        people = connection.execute("SELECT cid, fname, lname FROM patient").fetchall()
        people += connection.execute("SELECT cid, fname, lname FROM person").fetchall()
    with sqlite3.connect(f"file:{home}/replicas/99003.sqlite?mode=ro", uri=True) as connection:
        people += connection.execute("SELECT idcard, fname, lname FROM person").fetchall()
    for export in (home / "replicas" / "99002").rglob("PERSON.txt"):
        header, *lines = export.read_text("cp874").splitlines()
        columns = [header.split("|").index(name) for name in ("CID", "NAME", "LNAME")]
        people += [tuple(line.split("|")[n] for n in columns) for line in lines]
    for cid, given, family in people:
        digits = re.sub(r"\D", "", cid or "")
        if len(digits) == 13:
            cids.add(digits)
        names.update(name for name in (given, family) if name and len(name) >= 5)
    return cids, names


def written(home: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.relative_to(home).parts[0] not in PLAIN_BY_NATURE:
            yield path, path.read_bytes()
            yield path, path.name.encode()


def findings(home: Path, cids: set[str], names: set[str], secrets: Iterable[str]) -> list[str]:
    """Places with an identity or a token; what was found is not repeated."""
    found = []
    forms = {form for name in names for form in (name, json.dumps(name)[1:-1])}
    wanted = [(text.encode(), "name") for text in forms] + [(text.encode(), "secret") for text in secrets]
    for path, content in written(home):
        place = path.relative_to(home)
        numbers = {m.group().decode() for m in re.finditer(rb"(?<!\d)\d{13}(?!\d)", content)}
        if numbers & cids:
            found.append(f"{place}: citizen id")
        secret_store = place.parts[0] in ("connections.json", "demo-secrets.json", "demo-accounts.json")
        found += [f"{place}: {kind}" for text, kind in wanted if text in content and not secret_store]
        if _TOKEN.search(content):
            found.append(f"{place}: token")
    return found


def national_secrets(home: Path) -> list[str]:
    """Passwords and password hashes of the hospitals' accounts (password-equivalent, contract 2.1)."""
    connections = json.loads((home / "connections.json").read_text())
    shared = connections["moph_prompt"]["extra"]["hmac_secret"].encode()
    passwords = [c["password"] for name, c in connections.items() if name.startswith("moph_prompt_")]
    digests = [hmac.new(shared, p.encode(), hashlib.sha256).hexdigest() for p in passwords]
    return [*passwords, *digests, *(d.upper() for d in digests)]


def test_no_identity_and_no_token_anywhere(demo: RunningDemo) -> None:
    cids, names = identities(demo.home)
    assert len(cids) > 1000
    assert len(names) > 50
    assert (demo.home / "airflow" / "airflow.db").exists()
    assert list((demo.home / "airflow" / "logs").rglob("*.log"))
    assert list((demo.home / "staging").rglob("*.phr"))
    assert findings(demo.home, cids, names, national_secrets(demo.home)) == []
    output = demo.output.read_text()
    assert not {m for m in re.findall(r"(?<!\d)\d{13}(?!\d)", output) if m in cids}
    assert not [name for name in names if name in output]


def test_metadata_rows_hold_counts_and_references_only(demo: RunningDemo) -> None:
    with sqlite3.connect(f"file:{demo.home}/airflow/airflow.db?mode=ro", uri=True) as connection:
        xcoms = [row[0] for row in connection.execute("SELECT value FROM xcom")]
        rendered = connection.execute("SELECT rendered_fields FROM rendered_task_instance_fields").fetchall()
    assert xcoms
    assert rendered
    for text in [*map(str, xcoms), *(str(row[0]) for row in rendered)]:
        assert len(text) < 2_000, "nothing as big as a document travels here"
        assert "resourceType" not in text
        assert "Encounter" not in text


@pytest.mark.parametrize("place", ["log", "database"])
def test_the_scan_finds_a_canary_planted_on_purpose(demo: RunningDemo, tmp_path: Path, place: str) -> None:
    cids, names = identities(demo.home)
    copy = tmp_path / "home"
    (copy / "airflow" / "logs").mkdir(parents=True)
    shutil.copy(demo.home / "ledger.sqlite", copy / "ledger.sqlite")
    cid, name = min(cids), min(names)
    if place == "log":
        (copy / "airflow" / "logs" / "canary.log").write_text(f"the patient {cid} is {json.dumps(name)}")
    else:
        with sqlite3.connect(copy / "ledger.sqlite") as connection:
            connection.execute("CREATE TABLE canary (a TEXT)")
            connection.execute(
                "INSERT INTO canary VALUES (?)",
                (f"{cid} {name} eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiJ4In0abc.c2lnbmF0dXJlMTIz",),
            )
    found = " ".join(findings(copy, cids, names, []))
    assert "citizen id" in found
    assert "name" in found
