"""The token service: Account Center JWT (contract 2.1) and fixed hospital tokens (2.2)."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from phr_sandbox.national.settings import Account, SandboxSettings, password_hash
from phr_sandbox.national.store import Store

_CACHE_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a valid token speaks for. ``expires`` is Unix seconds."""

    hospital_code: str
    scopes: frozenset[str]
    expires: float


class TokenService:
    """Issues and checks tokens.

    Expiring all tokens raises a generation number that stands as ``kid`` in the JWT header, so tokens
    survive a restart but not the order to expire.
    """

    def __init__(self, store: Store, settings: SandboxSettings, key_file: Path) -> None:
        self._store = store
        self._settings = settings
        self._key = _load_or_make_key(key_file)
        self._public = self._key.public_key()
        self._known: dict[str, Bearer] = {}

    def issue(self, user: str, given_hash: str, hospital_code: str) -> str:
        """The JWT, or a text that is not one: a refused login is not an HTTP error (contract 2.1)."""
        now = time.time()
        if self._store.locked_until(user) > now:
            return "Account locked, try again in 15 minutes"
        account = self._settings.accounts.get(user)
        if account is None:
            return "Invalid user or password"
        expected = password_hash(account.password, self._settings.hmac_secret)
        if not hmac.compare_digest(expected.encode(), given_hash.strip().upper().encode()):
            self._store.count_bad_login(
                user, self._settings.lockout_failures, now + self._settings.lockout_seconds
            )
            return "Invalid user or password"
        self._store.clear_bad_logins(user)
        if hospital_code not in account.hospital_codes:
            return "User has no right for this hospital_code"
        return self._sign(user, account, hospital_code, now)

    def _sign(self, user: str, account: Account, hospital_code: str, now: float) -> str:
        user_hash = hashlib.md5(user.encode(), usedforsecurity=False).hexdigest()
        claims: dict[str, Any] = {
            "sub": f"{user}@{hospital_code}",
            "iss": "MOPH Account Center",
            "aud": "MOPH API",
            "iat": int(now),
            "exp": int(now) + self._settings.token_lifetime_seconds,
            "client": {
                "user_id": 1,
                "user_hash": user_hash,
                "login": user,
                "name": "ผู้ใช้สมมติ",
                "hospital_name": "โรงพยาบาลสมมติ",
                "hospital_code": hospital_code,
                "email": "",
                "account_activated": True,
                "account_suspended": False,
                "cid_hash": f"{user_hash}:00",
                "cid_encrypt": "",
                "cid_aes": "",
                "client_ip": "127.0.0.1",
                "scope": [{"code": f"{name}:1"} for name in account.scopes],
                "role": ["moph-api"],
                "scope_list": "".join(f"[{name}:1]" for name in account.scopes),
                **{f"access_code_level{level}": "" for level in range(1, 6)},
            },
        }
        return jwt.encode(
            claims, self._key, algorithm="RS512", headers={"kid": str(self._store.token_generation)}
        )

    def check(self, authorization: str, *, fixed_allowed: bool) -> Bearer | None:
        """The bearer of an Authorization header, None when invalid or expired.

        ``fixed_allowed``: whether `HCODE:{TOKEN}` opens this path (contract 2.4: UpdatePHRv1 only).
        """
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            return None
        known = self._known.get(token)
        if known is not None and known.expires > time.time():
            return known
        bearer = self._fixed(token) if fixed_allowed else None
        return bearer or self._verify(token)

    def _fixed(self, token: str) -> Bearer | None:
        hospital_code, _, secret = token.partition(":")
        expected = self._settings.hcode_tokens.get(hospital_code)
        if expected is None or not hmac.compare_digest(expected.encode(), secret.encode()):
            return None
        return Bearer(hospital_code, frozenset({"MOPH_PHR_HIE"}), time.time() + 365 * 86400)

    def _verify(self, token: str) -> Bearer | None:
        try:
            if jwt.get_unverified_header(token).get("kid") != str(self._store.token_generation):
                return None
            claims = jwt.decode(token, self._public, algorithms=["RS512"], audience="MOPH API")
        except jwt.InvalidTokenError:
            return None
        client = claims["client"]
        scopes = frozenset(entry["code"].partition(":")[0] for entry in client["scope"])
        bearer = Bearer(client["hospital_code"], scopes, float(claims["exp"]))
        if len(self._known) >= _CACHE_LIMIT:
            self._known.clear()
        self._known[token] = bearer
        return bearer if bearer.expires > time.time() else None

    def expire_all(self) -> None:
        """Make every JWT issued so far invalid. Fixed tokens stay (they live a year, 2.2)."""
        self._store.bump_token_generation()
        self._known.clear()


def _load_or_make_key(path: Path) -> rsa.RSAPrivateKey:
    if path.exists():
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError(f"{path} does not hold an RSA key")
        return key
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(pem)
    fresh.replace(path)
    return key
