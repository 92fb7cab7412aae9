"""Keys, pseudonyms and encrypted staging (CF6, CF7, R14)."""

from __future__ import annotations

import base64
import hashlib
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from phr import faults
from phr.errors import PhrError, StopEndpoint, StopHospital
from phr.privacy import Keyring, Staging

CID, NAME = "1101700203451", "นางสาวสมมติ ใจดี"
ROWS = {"rows": [[CID, NAME, 36.5, None]]}


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    (tmp_path / "keys").mkdir()
    return Keyring.open(tmp_path / "keys")


def two_keys(folder: Path, *, active: str) -> Keyring:
    path = folder / "keyring.json"
    raw = json.loads(path.read_text())
    raw["keys"].setdefault("k2", base64.b64encode(bytes(range(32))).decode())
    path.write_text(json.dumps(raw | {"active": active}))
    return Keyring.open(folder)


def staging(tmp_path: Path, ring: Keyring) -> Staging:
    return Staging((tmp_path / "staging").as_uri(), ring)


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "staging").rglob("*.phr"))


def test_what_is_staged_comes_back_and_is_not_readable_on_disk(tmp_path: Path, ring: Keyring) -> None:
    area = staging(tmp_path, ring).area("manual__2026-01-01T00:00:00+07:00", "99001")
    area.write("rows-00001", ROWS)
    assert area.read("rows-00001") == ROWS
    (file,) = files(tmp_path)
    raw = file.read_bytes()
    for secret in (CID.encode(), NAME.encode(), "สมมติ".encode("tis620"), b"rows"):
        assert secret not in raw
    assert CID not in str(file)


def test_the_same_content_never_looks_the_same(tmp_path: Path, ring: Keyring) -> None:
    area = staging(tmp_path, ring).area("r1", "99001")
    seen = set()
    for _ in range(3):
        area.write("rows-00001", ROWS)
        seen.add(files(tmp_path)[0].read_bytes())
    assert len(seen) == 3


def test_a_missing_file_names_the_step_to_clear(tmp_path: Path, ring: Keyring) -> None:
    with pytest.raises(StopHospital, match="PHR-501") as caught:
        staging(tmp_path, ring).area("r1", "99001").read("manifest")
    assert caught.value.hospital == "99001"


@pytest.mark.parametrize("target", [("r2", "99001"), ("r1", "99002")], ids=["other run", "other hospital"])
def test_a_moved_file_does_not_open(tmp_path: Path, ring: Keyring, target: tuple[str, str]) -> None:
    root = staging(tmp_path, ring)
    root.area("r1", "99001").write("a", ROWS)
    (source,) = files(tmp_path)
    root.area(*target).write("a", {})
    (other,) = [f for f in files(tmp_path) if f != source]
    other.write_bytes(source.read_bytes())
    with pytest.raises(StopHospital, match="PHR-502"):
        root.area(*target).read("a")


def test_a_renamed_file_does_not_open(tmp_path: Path, ring: Keyring) -> None:
    area = staging(tmp_path, ring).area("r1", "99001")
    area.write("a", ROWS)
    (file,) = files(tmp_path)
    file.rename(file.with_name("b.phr"))
    with pytest.raises(StopHospital, match="PHR-502"):
        area.read("b")


def test_no_damaged_file_opens(tmp_path: Path, ring: Keyring) -> None:
    area = staging(tmp_path, ring).area("r1", "99001")
    area.write("a", ROWS)
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    damaged = [whole[:n] for n in range(len(whole))]
    damaged += [whole[:n] + bytes([whole[n] ^ 1]) + whole[n + 1 :] for n in range(len(whole))]
    for raw in damaged:
        file.write_bytes(raw)
        with pytest.raises(StopHospital, match="PHR-502"):  # this hospital stops, not everybody
            area.read("a")


def test_two_keys_live_side_by_side(tmp_path: Path, ring: Keyring) -> None:
    staging(tmp_path, ring).area("r1", "99001").write("old", ROWS)
    rotated = two_keys(tmp_path / "keys", active="k2")
    area = staging(tmp_path, rotated).area("r1", "99001")
    area.write("new", ROWS)
    assert area.read("old") == area.read("new") == ROWS
    assert rotated.pseudonym(CID).startswith("k2:")
    assert rotated.pseudonym(CID, key_id="k1") == ring.pseudonym(CID)
    assert rotated.pseudonym(CID) != ring.pseudonym(CID)
    assert rotated.content == "k1"  # content hashes stay comparable over a rotation
    with pytest.raises(StopHospital, match="PHR-502"):
        staging(tmp_path, ring).area("r1", "99001").read("new")


def test_another_installation_cannot_read_it(tmp_path: Path, ring: Keyring) -> None:
    staging(tmp_path, ring).area("r1", "99001").write("a", ROWS)
    (tmp_path / "other").mkdir()
    with pytest.raises(StopHospital, match="PHR-502"):
        staging(tmp_path, Keyring.open(tmp_path / "other")).area("r1", "99001").read("a")


def test_clearing_one_area_leaves_the_others(tmp_path: Path, ring: Keyring) -> None:
    root = staging(tmp_path, ring)
    for hcode in ("99001", "99002"):
        root.area("r1", hcode).write("docs-1", ROWS)
        root.area("r1", hcode).write("rows-1", ROWS)
    root.area("r1", "99001").clear("docs-")
    assert root.area("r1", "99001").names("") == ["rows-1"]
    assert root.area("r1", "99002").names("") == ["docs-1", "rows-1"]
    assert root.purge(older_than_days=1) == 0
    assert root.purge(older_than_days=-1) == 3


def test_a_pseudonym_is_no_bare_hash(ring: Keyring) -> None:
    pseudonym = ring.pseudonym(CID)
    for bare in (hashlib.sha256, hashlib.md5, hashlib.sha1):
        assert bare(CID.encode()).hexdigest()[:32] not in pseudonym
    assert pseudonym == ring.pseudonym(CID)
    assert pseudonym != ring.pseudonym(CID, purpose="row")
    assert CID not in pseudonym


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from phr.privacy import Keyring;"
        "print(Keyring.open(Path(sys.argv[1])).pseudonym('x'))"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({child.communicate(timeout=60)[0] for child in children}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keyring.json"]
    assert (tmp_path / "keyring.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"active": "k1", "content": "k1"}',
        '{"active": "k2", "content": "k1", "keys": {"k1": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="}}',
        '{"active": "k1", "content": "k1", "keys": {"k1": "c2hvcnQ="}}',
        '{"active": "k1", "content": "k1", "keys": {"k1": "***"}}',
    ],
)
def test_a_broken_key_ring_stops_everything_and_shows_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "keyring.json").write_text(text)
    with pytest.raises(StopEndpoint, match="PHR-502") as caught:
        Keyring.open(tmp_path)
    assert "c2hvcnQ" not in str(caught.value)


def test_a_key_ring_shows_no_key(ring: Keyring) -> None:
    assert repr(ring.secrets_by_id["k1"])[2:-1] not in repr(ring)


@pytest.mark.parametrize("fault", faults.FAULTS.values(), ids=lambda fault: fault.code)
def test_errors_survive_pickling(fault: faults.Fault) -> None:
    error = StopHospital(fault, hospital="99001", detail="ovst.vn")
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.hospital, copy.fault) == (
        StopHospital,
        str(error),
        "99001",
        fault,
    )
    assert isinstance(copy, PhrError)
    assert "99001" in str(error)
