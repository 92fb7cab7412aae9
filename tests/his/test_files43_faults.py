"""A 43-file export that is missing, cut short, in a wrong charset or another's: never an empty result."""

from __future__ import annotations

import traceback
import zipfile
from pathlib import Path

import pytest
from files43_source import CID, HCODE, Folder, hospital43

from phr import faults
from phr.errors import Fault, StopHospital
from phr.his import make_adapter
from phr.his.files43 import archive


def refused(folder: Folder, fault: Fault, detail: str) -> StopHospital:
    adapter = folder.adapter()
    found = []
    for attempt in (lambda: adapter.open().__enter__(), adapter.probe):
        with pytest.raises(StopHospital) as caught:
            attempt()
        found.append(caught.value)
    error = found[0]
    assert error.fault is fault, error.message()
    assert detail in error.detail
    assert error.hospital == HCODE
    shown = "".join(traceback.format_exception(error))
    assert CID not in shown
    assert "สมศรี" not in shown
    return error


@pytest.fixture
def filled(folder43: Folder) -> Folder:
    """A good export, not written yet."""
    for number in range(6):
        folder43.person(str(number), CID="" if number else CID)
    folder43.visit()
    return folder43


def test_a_folder_that_is_not_there_or_holds_nothing(folder43: Folder, tmp_path: Path) -> None:
    refused(folder43, faults.EXPORT_ABSENT, "export")
    refused(Folder(tmp_path / "elsewhere"), faults.EXPORT_ABSENT, "elsewhere")
    (folder43.root / "holiday.jpg").write_bytes(b"x")
    refused(folder43, faults.EXPORT_ABSENT, "export")


@pytest.mark.parametrize("kind", ["PERSON", "SERVICE", "DIAGNOSIS_OPD", "DRUG_OPD", "LABFU", "APPOINTMENT"])
def test_a_missing_file(filled: Folder, kind: str) -> None:
    filled.write("a", **{kind: None})
    error = refused(filled, faults.EXPORT_FILE_MISSING, f"{kind}.txt")
    assert f"{kind}.txt" in error.message()


def test_the_file_of_one_export_does_not_stand_in_for_another(filled: Folder) -> None:
    filled.write("a")
    filled.write("b.zip", LABFU=None)
    refused(filled, faults.EXPORT_FILE_MISSING, "LABFU.txt (b.zip/)")


def test_an_export_without_visits_may_lack_what_belongs_to_visits(filled: Folder) -> None:
    filled.write("a")
    without = dict.fromkeys(("SERVICE", *archive.WITH_SERVICE))
    filled.write("b", **without)
    assert filled.adapter().probe().problems == []


@pytest.mark.parametrize("keep", [0.99, 0.6, 0.1, 0.0])
def test_a_zip_that_is_cut_short(filled: Folder, keep: float) -> None:
    path = filled.write("a.zip")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    refused(filled, faults.EXPORT_DAMAGED, "a.zip")


def test_a_zip_with_a_wrong_checksum_or_a_password(filled: Folder) -> None:
    path = filled.write("a.zip")
    whole = path.read_bytes()
    place = whole.index("ทดสอบ".encode())
    path.write_bytes(whole[:place] + b"???" + whole[place + 3 :])
    refused(filled, faults.EXPORT_DAMAGED, "a.zip/PERSON.txt")
    locked = bytearray(whole)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := whole.find(mark, start + 1)) >= 0:
            locked[start + offset] |= 1
    path.write_bytes(bytes(locked))
    refused(filled, faults.EXPORT_DAMAGED, "locked with a password")


@pytest.mark.parametrize("kind", ["PERSON", "SERVICE", "LABFU", "EPI", "PROVIDER"])
@pytest.mark.parametrize("zipped", ["a", "a.zip"])
def test_a_file_of_no_bytes(filled: Folder, kind: str, zipped: str) -> None:
    filled.write(zipped, **{kind: b""})
    refused(filled, faults.EXPORT_EMPTY, f"{kind}.txt")


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"\r\n\r\n\x1a"], ids=["mark", "line ends"])
def test_a_file_without_any_line(filled: Folder, content: bytes) -> None:
    filled.write(LABFU=content)
    refused(filled, faults.EXPORT_EMPTY, "LABFU.txt")


@pytest.mark.parametrize("kind", ["PERSON", "SERVICE"])
def test_a_header_alone_is_no_export_of_visits(filled: Folder, kind: str) -> None:
    filled.rows[kind] = []
    filled.write()
    refused(filled, faults.EXPORT_EMPTY, f"{kind}.txt")


@pytest.mark.parametrize(
    "content",
    ["HOSPCODE|ชื่อ\r\n".encode("utf-16"), b"HOSPCODE|PID\r\n99001|\x81\xff\xfe\xdb\xfc\r\n" * 3],
    ids=["utf-16", "no charset"],
)
def test_a_charset_nobody_writes(filled: Folder, content: bytes) -> None:
    filled.write(PROVIDER=content)
    refused(filled, faults.EXPORT_CHARSET, "PROVIDER.txt")


def test_thai_that_was_converted_twice(filled: Folder) -> None:
    filled.write(PERSON=filled.text("PERSON").encode().decode("cp874", "replace").encode())
    with pytest.raises(StopHospital) as caught, filled.adapter().open():
        pass
    assert caught.value.fault is faults.SOURCE_CHARSET


def test_a_character_cut_in_the_middle_makes_no_other_charset(filled: Folder) -> None:
    filled.visit("701", CHIEFCOMP="#CUT#")
    text = filled.text("SERVICE").encode().replace(b"#CUT#", "ไข้ ไอ".encode()[:-1])
    filled.write(SERVICE=text)
    adapter = filled.adapter()
    assert adapter.probe().remarks == (("SERVICE.txt", "unreadable characters", 1),)
    with adapter.open() as snapshot:
        rows = snapshot.source("encounter").documents(["700", "701"])["visit"]
    assert [row.chief_complaint for row in rows] == ["ไอ 2 วัน", "ไข้ ไ\ufffd"]  # type: ignore[union-attr]


def test_files_in_different_charsets_of_one_export(filled: Folder) -> None:
    filled.write(charset="cp874", SERVICE=filled.text("SERVICE").encode("utf-8-sig"))
    with filled.adapter().open() as snapshot:
        rows = snapshot.source("encounter").documents(["700"])
    assert rows["visit"][0].chief_complaint == "ไอ 2 วัน"  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["PERSON", "SERVICE", "LABFU", "EPI"])
def test_another_hospital_in_any_file(filled: Folder, kind: str) -> None:
    filled.add(kind, HOSPCODE="99002", PID="1", SEQ="8", CID="")
    filled.write()
    with pytest.raises(StopHospital) as caught, filled.adapter().open():
        pass
    assert caught.value.fault is faults.SOURCE_WRONG_HOSPITAL
    assert "99002" in caught.value.detail
    other = make_adapter(hospital43(hcode="99003"), filled.url)
    assert [problem.fault for problem in other.probe().problems] == [faults.SOURCE_WRONG_HOSPITAL]


@pytest.mark.parametrize(
    ("kind", "column"), [("SERVICE", "TYPEOUT"), ("PERSON", "HN"), ("LABFU", "D_UPDATE"), ("SERVICE", "SEQ")]
)
def test_a_missing_column_is_named(filled: Folder, kind: str, column: str) -> None:
    filled.write("a", **{kind: filled.text(kind).replace(f"|{column}|", "|RENAMED|", 1)})
    with pytest.raises(StopHospital) as caught, filled.adapter().open():
        pass
    assert caught.value.fault is faults.SOURCE_COLUMN_MISSING
    assert caught.value.detail == f"{kind}.{column}".lower()
    assert f"{kind}.{column}".lower() in filled.adapter().probe().missing_required


@pytest.mark.parametrize("text", ["PID,SEQ,X\r\n1,2,3\r\n", "99001|1|2\r\n", "<html></html>"])
def test_a_file_whose_columns_cannot_be_told(filled: Folder, text: str) -> None:
    filled.write(LABFU=text)
    refused(filled, faults.EXPORT_LINES, "LABFU.txt: no header")


def test_one_file_twice(filled: Folder) -> None:
    filled.write()
    (filled.root / "person.TXT").write_bytes((filled.root / "PERSON.txt").read_bytes())
    refused(filled, faults.EXPORT_DAMAGED, "PERSON stands there twice")


def test_files_that_change_while_they_are_read(filled: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled.write() / "EPI.txt"
    read = Path.read_bytes

    def slowly(file: Path) -> bytes:
        content = read(file)
        with path.open("ab") as still_open:
            still_open.write(b"\r\n")
        return content

    monkeypatch.setattr(Path, "read_bytes", slowly)
    refused(filled, faults.EXPORT_DAMAGED, "change while they are read")


def test_what_a_zip_claims_is_not_believed_without_limit(
    filled: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.write("a.zip")
    monkeypatch.setattr(archive, "MAX_BYTES", 100)
    refused(filled, faults.EXPORT_DAMAGED, "larger than")


def test_a_zip_inside_a_folder_and_folders_inside_a_zip(filled: Folder) -> None:
    filled.write("plain")
    with zipfile.ZipFile(filled.root / "all.zip", "w") as outer:
        for path in (filled.root / "plain").iterdir():
            outer.write(path, f"F43\\{path.name}")
            path.unlink()
    assert filled.adapter().probe().problems == []
    alone = make_adapter(hospital43(), f"files43://{filled.root / 'all.zip'}")
    assert alone.probe().problems == []


@pytest.mark.parametrize(
    "url", ["files43://", "files43://server/share", "files43+x:///a", "sqlite:///a.sqlite"]
)
def test_urls_that_name_no_folder(url: str) -> None:
    with pytest.raises(StopHospital) as caught:
        make_adapter(hospital43(), url)
    assert caught.value.fault is faults.CONNECTION_MISSING
