"""Encrypted staging: one run's cache of rows and documents between tasks (control CF6, R14).

File layout: ``PHRS1``, one byte length of the key id, key id, 12-byte nonce, AES-256-GCM of zlib(JSON).
The place of the file is authenticated too, so a file moved to another run or hospital does not open.
Names carry a digest of the run id and the hospital code, never anything of a person.
"""

from __future__ import annotations

import hashlib
import os
import time
import zlib
from dataclasses import dataclass
from typing import Any

import fsspec
import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from phr import faults
from phr.errors import StopHospital
from phr.privacy.keys import Keyring

_MAGIC = b"PHRS1"


@dataclass
class Staging:
    """Staging root at an fsspec URL."""

    url: str
    keyring: Keyring

    def area(self, run_id: str, hcode: str) -> StagingArea:
        """The files of one run and hospital."""
        return StagingArea(self, f"{_slug(run_id)}/{hcode}", hcode)

    def purge(self, *, older_than_days: float) -> int:
        """Delete runs' staging last written before the limit; returns how many files went."""
        fs, root = fsspec.core.url_to_fs(self.url)
        if not fs.exists(root):
            return 0
        limit, gone = time.time() - older_than_days * 86_400, 0
        for path, info in fs.find(root, detail=True).items():
            modified = info.get("mtime") or info.get("LastModified") or 0
            stamp = modified.timestamp() if hasattr(modified, "timestamp") else float(modified)
            if stamp and stamp < limit:
                fs.rm_file(path)
                gone += 1
        return gone


@dataclass
class StagingArea:
    """Numbered, encrypted files of one (run, hospital)."""

    staging: Staging
    prefix: str
    hcode: str

    def __post_init__(self) -> None:
        self._fs, root = fsspec.core.url_to_fs(self.staging.url)
        self._root = f"{root.rstrip('/')}/{self.prefix}"

    def write(self, name: str, content: Any) -> None:
        """Encrypt and store JSON-like content; a reader never sees half a file."""
        keyring = self.staging.keyring
        key_id = keyring.active.encode()
        nonce = os.urandom(12)
        plain = zlib.compress(orjson.dumps(content, default=tuple), 1)
        sealed = AESGCM(keyring.subkey("staging")).encrypt(nonce, plain, self._place(name))
        self._fs.makedirs(self._root, exist_ok=True)
        temp = f"{self._root}/.{name}.{os.getpid()}.tmp"
        with self._fs.open(temp, "wb") as handle:
            handle.write(_MAGIC + bytes([len(key_id)]) + key_id + nonce + sealed)
        self._fs.mv(temp, f"{self._root}/{name}.phr")

    def read(self, name: str) -> Any:
        """Decrypt one file.

        :raises StopHospital: PHR-501 when it is missing, PHR-502 when it does not open.
        """
        try:
            with self._fs.open(f"{self._root}/{name}.phr", "rb") as handle:
                raw = handle.read()
        except FileNotFoundError:
            raise StopHospital(faults.STAGING_MISSING, hospital=self.hcode, detail=name) from None
        size = raw[len(_MAGIC)] if raw[: len(_MAGIC)] == _MAGIC and len(raw) > 20 else -1
        if size < 0:
            raise StopHospital(faults.STAGING_UNREADABLE, hospital=self.hcode, detail=name)
        start = len(_MAGIC) + 1
        key_id = raw[start : start + size].decode("ascii", "replace")
        nonce, sealed = raw[start + size : start + size + 12], raw[start + size + 12 :]
        if key_id not in self.staging.keyring.secrets_by_id:
            # one damaged file, or one of an old key: this hospital's trouble, not everybody's
            raise StopHospital(faults.STAGING_UNREADABLE, hospital=self.hcode, detail=name)
        key = self.staging.keyring.subkey("staging", key_id)
        try:
            return orjson.loads(zlib.decompress(AESGCM(key).decrypt(nonce, sealed, self._place(name))))
        except InvalidTag:
            raise StopHospital(faults.STAGING_UNREADABLE, hospital=self.hcode, detail=name) from None

    def names(self, start: str) -> list[str]:
        """Names of the files that begin with ``start``, sorted."""
        if not self._fs.exists(self._root):
            return []
        found = (path.rsplit("/", 1)[-1] for path in self._fs.ls(self._root, detail=False))
        return sorted(n[:-4] for n in found if n.startswith(start) and n.endswith(".phr"))

    def clear(self, start: str = "") -> None:
        """Delete this area's files that begin with ``start``."""
        for name in self.names(start):
            self._fs.rm_file(f"{self._root}/{name}.phr")

    def _place(self, name: str) -> bytes:
        return f"{self.prefix}/{name}".encode()


def _slug(run_id: str) -> str:
    """A run id may hold characters no file name likes; a digest is stable and says nothing."""
    return hashlib.sha256(run_id.encode()).hexdigest()[:20]
