"""The key ring: secret keys with ids, so that two can live side by side while one is rotated (R14).

Every use gets its own sub-key (HKDF), so a pseudonym never shares a key with a staging file.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from phr import faults
from phr.errors import StopEndpoint


@dataclass
class Keyring:
    """Named 32-byte keys.

    ``active`` is used for every new pseudonym and staging file; ``content`` for content hashes, which must
    stay comparable over years and so keep their key when pseudonyms are rotated.
    """

    active: str
    content: str
    secrets_by_id: dict[str, bytes] = field(repr=False)
    _cache: dict[tuple[str, str], bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, folder: Path, *, may_create: bool = True) -> Keyring:
        """Read ``keyring.json`` in ``folder``, making it with a fresh key the first time.

        :param may_create: False once hashes of an earlier key exist: with a new one everything would look
            changed, and be sent again.
        :raises StopEndpoint: PHR-506 when the ring is gone and may not be made anew.
        :raises StopEndpoint: PHR-502 when the file is not a key ring; nothing of it is shown.
        """
        path = folder / "keyring.json"
        if not path.exists():
            if not may_create:
                raise StopEndpoint(faults.KEYRING_MISSING, detail=str(path))
            fresh = {
                "active": "k1",
                "content": "k1",
                "keys": {"k1": base64.b64encode(secrets.token_bytes(32)).decode()},
            }
            _create_once(path, json.dumps(fresh))
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            keys = {key_id: base64.b64decode(text, validate=True) for key_id, text in raw["keys"].items()}
            whole = all(len(key) == 32 for key in keys.values()) and {raw["active"], raw["content"]} <= set(
                keys
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            whole = False
        if not whole:
            raise StopEndpoint(faults.STAGING_UNREADABLE, detail=f"{path.name} is not a key ring")
        return cls(active=raw["active"], content=raw["content"], secrets_by_id=keys)

    def subkey(self, purpose: str, key_id: str | None = None) -> bytes:
        """32 bytes for one purpose; raises ``StopEndpoint`` (PHR-502) when the key id is gone."""
        key_id = key_id or self.active
        cached = self._cache.get((purpose, key_id))
        if cached is None:
            master = self.secrets_by_id.get(key_id)
            if master is None:
                raise StopEndpoint(faults.STAGING_UNREADABLE, detail=f"key {key_id} is not in the ring")
            cached = HKDF(SHA256(), 32, salt=None, info=f"moph-prompt/{purpose}".encode()).derive(master)
            self._cache[(purpose, key_id)] = cached
        return cached

    def pseudonym(self, value: str, *, purpose: str = "person", key_id: str | None = None) -> str:
        """Keyed pseudonym ``<key id>:<32 hex>`` (control CF7: HMAC, never a bare hash)."""
        key_id = key_id or self.active
        digest = hmac.new(self.subkey(purpose, key_id), value.encode(), hashlib.sha256).hexdigest()
        return f"{key_id}:{digest[:32]}"


def _create_once(path: Path, text: str) -> None:
    """Write a private file unless another process was first (link is atomic, rename would overwrite)."""
    temp = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        with contextlib.suppress(FileExistsError):  # another process's key is then the key
            os.link(temp, path)
    finally:
        temp.unlink(missing_ok=True)
