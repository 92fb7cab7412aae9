"""Nothing of a person leaves the replicas and the national store: every byte under PHR_HOME is scanned."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from province_kit import ProvinceKit, assert_balanced

from phr.pipeline import steps
from phr.privacy import logs
from phr_sandbox.national.settings import SETTINGS_FILE, SandboxSettings, password_hash

#: hold patient data, or passwords, by nature
PLAIN = {"replicas", "national"}
SECRETS = {"connections.json", "demo-accounts.json", "demo-secrets.json"}
_JWT = rb"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"


class Scanner:
    """Looks for identities in UTF-8, TIS-620, UTF-16 and JSON escapes, and for secrets."""

    def __init__(self, kit: ProvinceKit) -> None:
        people = [p for oracle in kit.oracles.values() for p in oracle.patients]
        cids = {p.cid.strip() for p in people if p.cid and len(p.cid.strip()) >= 10}
        names = {name for p in people for name in (p.given, p.family) if len(name) >= 4}
        hns = {p.hn for p in people if len(p.hn) >= 7}
        assert len(cids) > 500
        assert len(names) > 100
        self.numbers = {re.sub(r"\D", "", cid) for cid in cids} - {""}
        self.lengths = sorted({len(number) for number in self.numbers})
        self.names = names
        self.hns = hns
        settings = SandboxSettings.load(kit.double.store_dir / SETTINGS_FILE)
        hashes = [password_hash(a.password, settings.hmac_secret) for a in settings.accounts.values()]
        passwords = [a.password for a in settings.accounts.values()] + [settings.hmac_secret]
        known = b"|".join(re.escape(secret.encode()) for secret in (*hashes, *passwords))
        self.secrets = re.compile(known + b"|" + _JWT)

    def findings(self, name: str, content: bytes) -> list[str]:
        """What was found, without quoting it."""
        runs = set(re.findall(rb"(?<![0-9A-Za-z])\d[\d -]{6,}\d|\d{10,}", content))
        digits = {re.sub(rb"\D", b"", run).decode() for run in runs}
        windows = {d[i : i + n] for d in digits for n in self.lengths for i in range(len(d) - n + 1)}
        found = [f"{name}: citizen id"] if windows & self.numbers else []
        tokens = {token.decode() for token in re.findall(rb"(?<![0-9A-Za-z])\d{7,}(?![0-9A-Za-z])", content)}
        found += [f"{name}: HN"] if tokens & self.hns else []
        texts = "\n".join(set(_thai(content)))
        found += [f"{name}: name"] if any(word in texts for word in self.names) else []
        if name not in SECRETS:
            found += [f"{name}: secret at {m.start()}" for m in self.secrets.finditer(content)]
        return found

    def scan(self, home: Path, *others: Path) -> list[str]:
        found: list[str] = []
        files = 0
        for root in (home, *others):
            for path in sorted(root.rglob("*")):
                name = str(path.relative_to(root))
                if not path.is_file() or name.split("/")[0] in PLAIN or name.startswith("airflow/passwords"):
                    continue
                files += 1
                found += self.findings(name, name.encode()) + self.findings(name, path.read_bytes())
        assert files > 5
        return found


def _thai(content: bytes) -> Iterator[str]:
    """Runs of Thai letters in UTF-8, TIS-620, UTF-16 and JSON escapes."""
    for run in re.findall(rb"(?:\xe0[\xb8\xb9][\x80-\xbf]){4,}", content):
        yield run.decode("utf-8", "ignore")
    for run in re.findall(rb"[\xa1-\xda\xdf-\xfb]{4,}", content):
        yield run.decode("tis-620", "ignore")
    for run in re.findall(rb"(?:[\x01-\x5b]\x0e){4,}", content):
        yield run.decode("utf-16-le", "ignore")
    for run in re.findall(rb"(?:\\u0e[0-9a-fA-F]{2}){4,}", content):
        yield json.loads(f'"{run.decode()}"')


def test_after_a_run_with_failures_and_warnings(
    province: ProvinceKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``phr run`` in its own process; the national side quotes persons in refusals and warnings."""
    scanner = Scanner(province)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    oracle = province.oracles["99002"]
    people = {p.hn: p for p in oracle.patients}
    quoting = []
    for number, kind in enumerate(("refuse", "warn")):
        ref = province.clean_visit("99002", number)
        person = people[oracle.visits[ref].hn or ""]
        text = f"ผู้ป่วย {person.given} {person.family} เลข {person.cid} HN {person.hn} ผิด"
        quoting.append({"kind": kind, "refs": [f"99002:{ref}"], "value": text})
    province.double.admin.order(*quoting, {"kind": "drop_after", "rate": 0.1, "seed": 4, "times": 1})
    province.his("99003", "DROP TABLE opitemrece")

    process = province.spawn(
        "run", "visits", "--from", "2025-10-07", "--to", "2025-10-09", "--run-id", "leaks"
    )
    out, err = process.communicate(timeout=120)
    assert process.returncode == 3, err.decode()
    assert b"PHR-203" in err
    assert b"99003" in err
    assert province.expected("send", "99001", "99002") - set(province.national()) == {quoting[0]["refs"][0]}
    assert_balanced(province, "leaks")

    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "stdout").write_bytes(out)
    (tmp_path / "output" / "stderr").write_bytes(err)
    assert scanner.scan(province.home, scratch, tmp_path / "output") == []
    assert list((province.home / "staging").rglob("*.phr"))
    assert list((province.home / "data_docs").rglob("*.html"))

    # the scan is worth something: it finds what is planted
    cid = next(p.cid for p in oracle.patients if p.cid and len(p.cid) == 13)
    (province.home / "canary.txt").write_text(f"x{cid}y", encoding="utf-8")
    with sqlite3.connect(province.home / "canary.sqlite") as database:
        database.execute("CREATE TABLE t (a TEXT)")
        database.execute("INSERT INTO t VALUES (?)", (people[oracle.visits[ref].hn or ""].family,))
    database.close()
    found = {line.partition(":")[0] for line in scanner.scan(province.home)}
    assert found == {"canary.txt", "canary.sqlite"}
    token = (b"eyJhbGciOiJSUzUxMiJ9", b"eyJzdWIiOiJwaHItOTkwMDEifQ", b"c2lnbmF0dXJlLW9mLXRoaXM")
    assert scanner.findings("log", b" ".join((b"Bearer", b".".join(token))))
    assert scanner.findings("log", f"hn={people[oracle.visits[ref].hn or ''].hn},".encode())


class _Echo(BaseHTTPRequestHandler):
    """A gateway in trouble that quotes the whole request, headers and body, in its HTTP 500."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = b"500 " + str(self.headers).encode() + body
        self.send_response(500)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments: object) -> None:
        pass


def test_a_server_that_echoes_the_request_teaches_us_nothing(
    mapped: ProvinceKit, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    mapped.configure(endpoint={"attempts": 1})
    echo = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    threading.Thread(target=echo.serve_forever, daemon=True).start()
    path = mapped.home / "connections.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["moph_prompt"]["host"] = f"http://127.0.0.1:{echo.server_port}"
    path.write_text(json.dumps(raw), encoding="utf-8")
    logs.install()
    caplog.set_level("DEBUG")
    assert mapped.first is not None
    try:
        (error,) = mapped.deliver(mapped.first, "99003")
    finally:
        echo.shutdown()
        echo.server_close()
    scanner = Scanner(mapped)
    said = str(error) + "".join(capfd.readouterr()) + caplog.text
    assert scanner.findings("said", said.encode()) == []
    assert scanner.scan(mapped.home) == []
    states = mapped.states()
    assert {states[ref] for ref in mapped.expected("send", "99003")} == {"unknown"}


def test_a_failing_statement_teaches_nobody_its_parameters(
    mapped: ProvinceKit, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """It fails while rows are fetched, with visit numbers in its parameters and names in its rows."""
    hcode = "99003"
    columns = [row[1] for row in mapped.his(hcode, "PRAGMA table_info(patient)")]
    shown = ", ".join(
        f"CASE WHEN abs(length(fname)) > 0 THEN abs(-9223372036854775807 - 1) END AS {name}"
        if name == "birthday"
        else name
        for name in columns
    )
    mapped.his(hcode, "ALTER TABLE patient RENAME TO patient_rows")
    mapped.his(hcode, f"CREATE VIEW patient AS SELECT {shown} FROM patient_rows")
    options = mapped.options(hospitals=[hcode])
    (unit,) = steps.plan_units(options)
    caplog.set_level("DEBUG")
    (error,) = mapped.steps(options, unit, ("extract",))
    assert error.fault.code == "PHR-208"
    row = mapped.hospital_rows(options.run_id)[hcode]
    said = str(error) + row["error_text"] + "".join(capfd.readouterr()) + caplog.text
    assert Scanner(mapped).findings("said", said.encode()) == []
    assert not any(ref in said for ref in mapped.oracles[hcode].visits)
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_a_bug_of_ours_shows_its_class_and_not_its_text(
    mapped: ProvinceKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = mapped.oracles["99003"].patients[0]

    def broken(*_arguments: object) -> None:
        raise KeyError(f"{person.cid} {person.family}")

    monkeypatch.setattr("phr.pipeline.check._write_verdicts", broken)
    monkeypatch.setattr("phr.pipeline.encounters.content_hash", broken)
    for names in (("map",), ("check",)):
        assert mapped.first is not None
        mapped.ledger.set_hospital(mapped.first.run_id, "99003", status="checked")
        unit = {"unit_id": "u", "label_th": "u", "hcodes": ["99003"]}
        (error,) = mapped.steps(mapped.first, unit, names)
        assert error.fault.code == "PHR-901"
        assert "KeyError" in str(error)
        text = mapped.hospital_rows(mapped.first.run_id)["99003"]["error_text"]
        assert person.family not in str(error) + text
        assert str(person.cid) not in str(error) + text
