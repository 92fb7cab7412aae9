"""A small folder of the 43 files, written line by line, and ways to spoil it."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from phr.his import Adapter, make_adapter
from phr.settings import Hospital
from phr_sandbox.conformance.loaders.files43 import FILES

DAY = date(2026, 1, 12)
HCODE = "99001"
CID = "1101700230708"
UPDATED = "20260113080000"


#: an ordinary row of a file of people
_OF_REGISTER = {
    "DRUGALLERGY": {
        "DATERECORD": "20260112",
        "DRUGALLERGY": "101450000003082121781506",
        "DNAME": "AMOXICILLIN",
        "TYPEDX": "1",
        "ALEVEL": "4",
        "INFORMANT": "4",
    },
    "CHRONIC": {"DATE_DIAG": "20260112", "CHRONIC": "E119", "TYPEDISCH": "03"},
}


def hospital43(**values: Any) -> Hospital:
    return Hospital(**({"hcode": HCODE, "name_th": "รพ.สมมติ", "his": "files43"} | values))


class Folder:
    """Rows by file; ``write`` makes an export of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in FILES}

    @property
    def url(self) -> str:
        return f"files43://{self.root}"

    def adapter(self, **values: Any) -> Adapter:
        return make_adapter(hospital43(**values), self.url)

    def add(self, kind: str, **values: Any) -> None:
        row = {"HOSPCODE": HCODE, "PID": "1", "D_UPDATE": UPDATED}
        if kind in ("SERVICE", "DIAGNOSIS_OPD", "DRUG_OPD", "LABFU", "APPOINTMENT", "EPI"):
            row |= {"SEQ": "700", "DATE_SERV": "20260112"}
        row |= _OF_REGISTER.get(kind, {})
        self.rows[kind].append(row | values)

    def person(self, pid: str = "1", **values: Any) -> None:
        row = {"HN": f"HN{pid}", "CID": CID, "PRENAME": "005", "NAME": "สมศรี", "LNAME": "ทดสอบ", "SEX": "2"}
        self.add(
            "PERSON", **({"PID": pid, "BIRTH": "19800517", "NATION": "099", "DISCHARGE": "9"} | row | values)
        )

    def visit(self, seq: str | None = "700", **values: Any) -> None:
        row = {"SEQ": seq, "TIME_SERV": "083015", "TYPEIN": "1", "TYPEOUT": "1", "INSTYPE": "0100"}
        self.add("SERVICE", **(row | {"CHIEFCOMP": "ไอ 2 วัน"} | values))

    def clear(self) -> None:
        self.rows = {kind: [] for kind in FILES}

    def text(self, kind: str) -> str:
        columns = FILES[kind].split()
        lines = [
            "|".join("" if row.get(c) is None else str(row[c]) for c in columns) for row in self.rows[kind]
        ]
        return "\r\n".join(["|".join(columns), *lines]) + "\r\n"

    def write(self, name: str = "", charset: str = "utf-8", **instead: str | bytes | None) -> Path:
        """One export: a folder of its own, or a zip when its name says so.

        :param instead: content of a file instead of its rows; None leaves it out.
        """
        contents: dict[str, bytes] = {}
        for kind in FILES:
            content = instead.get(kind, self.text(kind))
            if content is not None:
                contents[f"{kind}.txt"] = content if isinstance(content, bytes) else content.encode(charset)
        path = self.root / name
        if name.endswith(".zip"):
            with zipfile.ZipFile(path, "w") as archive:
                for file, data in contents.items():
                    archive.writestr(file, data)
        else:
            path.mkdir(exist_ok=True)
            for file, data in contents.items():
                (path / file).write_bytes(data)
        return path


@pytest.fixture
def folder43(tmp_path: Path) -> Folder:
    """An empty folder of hospital 99001."""
    root = tmp_path / "export"
    root.mkdir()
    return Folder(root)
