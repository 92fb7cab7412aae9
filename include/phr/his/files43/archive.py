"""Finds the files of the 43-file set in a folder, a zip or a folder of zips, and reads their bytes.

Nothing is unpacked to disk. What cannot be read whole is a fault with the file's name, never a shorter
result.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from phr import faults
from phr.errors import Fault, StopHospital

#: files that are read; the others of the set hold nothing of a document, so they are not even opened
READ = (
    "PERSON",
    "ADDRESS",
    "PROVIDER",
    "SERVICE",
    "DIAGNOSIS_OPD",
    "DRUG_OPD",
    "LABFU",
    "APPOINTMENT",
    "EPI",
    "DRUGALLERGY",
    "CHRONIC",
)
#: an export of visits is whole only with these beside SERVICE; one without lines has its header
WITH_SERVICE = ("DIAGNOSIS_OPD", "DRUG_OPD", "LABFU", "APPOINTMENT")
#: larger than any hospital's file: a zip that claims more is not read
MAX_BYTES = 1 << 31

# exporters put the code, a date or both around the name: F43_99001_SERVICE_20260112.txt
_NAME = re.compile(rf"(?:F?43[_-])?(?:\d+[_-])*({'|'.join(READ)})((?:[_\-. (]*\d+\)?)*)\.(?:TXT|CSV)")


@dataclass
class Export:
    """One export: the files that were written together. ``label`` names it in messages and holds no data."""

    label: str
    #: kind of file -> (name as it stands, its bytes)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)


def read_exports(root: Path, hcode: str) -> list[Export]:
    """Every export under ``root``, by label.

    Files of one folder (or one folder of a zip) are one export, unless their names end in different numbers.

    :raises StopHospital: PHR-221 nothing there, PHR-222 a file that is missing, PHR-223 a file that is
        damaged or changes while it is read, PHR-224 an empty one.
    """
    if not root.exists():
        raise _stop(faults.EXPORT_ABSENT, hcode, root.name)
    before = _stamps(root)
    exports: dict[str, Export] = {}
    for folder, name, content in _contents(root, hcode):
        match = _NAME.fullmatch(name.upper())
        if match is None:
            continue
        if not content:
            raise _stop(faults.EXPORT_EMPTY, hcode, f"{folder}{name}")
        label = f"{folder}*{match[2]}" if match[2] else folder
        export = exports.setdefault(label, Export(label or root.name))
        if match[1] in export.files:
            raise _stop(faults.EXPORT_DAMAGED, hcode, f"{folder}{name}: {match[1]} stands there twice")
        export.files[match[1]] = (f"{folder}{name}", content)
    if _stamps(root) != before:
        raise _stop(faults.EXPORT_DAMAGED, hcode, "the files change while they are read")
    found = [exports[label] for label in sorted(exports)]
    _refuse_missing(found, root, hcode)
    return found


def _refuse_missing(exports: list[Export], root: Path, hcode: str) -> None:
    if not exports:
        raise _stop(faults.EXPORT_ABSENT, hcode, root.name)
    for kind in ("SERVICE", "PERSON"):
        if not any(kind in export.files for export in exports):
            raise _stop(faults.EXPORT_FILE_MISSING, hcode, f"{kind}.txt")
    for export in exports:
        for kind in WITH_SERVICE:
            if "SERVICE" in export.files and kind not in export.files:
                raise _stop(faults.EXPORT_FILE_MISSING, hcode, f"{kind}.txt ({export.label})")


def _contents(root: Path, hcode: str) -> Iterator[tuple[str, str, bytes]]:
    """(folder, name, bytes); of files that are not of the set the bytes stay empty and unread."""
    for path in [root] if root.is_file() else sorted(root.rglob("*")):
        within = path.relative_to(root).parent if path != root else Path()
        folder = "" if within == Path() else f"{within.as_posix()}/"
        if path.suffix.lower() == ".zip":
            yield from _zipped(path, f"{folder}{path.name}/", hcode)
        elif path.is_file() and _NAME.fullmatch(path.name.upper()):
            with _reading(hcode, f"{folder}{path.name}"):
                content = path.read_bytes()
            yield folder, path.name, content


def _zipped(path: Path, label: str, hcode: str) -> Iterator[tuple[str, str, bytes]]:
    with _reading(hcode, label.rstrip("/")), zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    for member in members:
        inside = PurePosixPath(member.filename.replace("\\", "/"))
        if member.is_dir() or not _NAME.fullmatch(inside.name.upper()):
            continue
        folder = label if inside.parent == PurePosixPath(".") else f"{label}{inside.parent}/"
        if member.flag_bits & 1:
            raise _stop(faults.EXPORT_DAMAGED, hcode, f"{folder}{inside.name}: locked with a password")
        if member.file_size > MAX_BYTES:
            raise _stop(faults.EXPORT_DAMAGED, hcode, f"{folder}{inside.name}: larger than 2 GB")
        with _reading(hcode, f"{folder}{inside.name}"), zipfile.ZipFile(path) as archive:
            content = archive.read(member)  # checks length and CRC
        yield folder, inside.name, content


@contextmanager
def _reading(hcode: str, name: str) -> Iterator[None]:
    try:
        yield
    except PermissionError:
        raise _stop(faults.EXPORT_ABSENT, hcode, f"{name}: not allowed to read") from None
    except (OSError, EOFError, ValueError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise _stop(faults.EXPORT_DAMAGED, hcode, f"{name}: {type(error).__name__}") from None


def _stamps(root: Path) -> dict[str, tuple[int, int]]:
    paths = [root] if root.is_file() else [path for path in root.rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def _stop(fault: Fault, hcode: str, detail: str) -> StopHospital:
    return StopHospital(fault, hospital=hcode, detail=detail)
