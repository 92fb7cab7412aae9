"""What one instance of the double accepts and how it behaves."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

#: name of the settings file beside the store; it holds the double's accounts, hence 0600
SETTINGS_FILE = "sandbox.json"


class Account(BaseModel):
    """One Account Center login (contract 2.1)."""

    model_config = ConfigDict(extra="forbid")

    password: str
    hospital_codes: tuple[str, ...]
    #: rights: MOPH_PHR_HIE for uploads and reads, MOPH_IDP_API for check_ekyc
    scopes: tuple[str, ...] = ("MOPH_PHR_HIE", "MOPH_IDP_API")


class SandboxSettings(BaseModel):
    """Settings of the double; facts the contract leaves open are switches here."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    accounts: dict[str, Account] = Field(default_factory=dict)
    #: the shared constant of contract 2.1 that keys the password hash
    hmac_secret: str = "sandbox-shared-constant"  # noqa: S105 (the double's own, not the real one)
    #: fixed tokens of contract 2.2: hospital code -> token with its braces
    hcode_tokens: dict[str, str] = Field(default_factory=dict)
    token_lifetime_seconds: int = Field(default=18000, ge=1)
    lockout_failures: int = Field(default=5, ge=1)
    lockout_seconds: float = Field(default=900, gt=0)
    #: calls a window over all hospitals together (contract 5: limit exists, number unpublished)
    rate_limit_per_minute: int | None = Field(default=None, ge=1)
    #: length of that window; shorter only to keep tests short
    rate_limit_window_seconds: float = Field(default=60, gt=0)
    heartbeat_seconds: float = Field(default=5, ge=0)
    #: what a re-send does to children no longer in the body (contract 3.4, open): ``replace`` drops them,
    #: ``merge`` keeps them. Vital signs are children, one for each measurement, and so are Coverage rows;
    #: every other field of the visit is that of the newest body in both
    resend: Literal["replace", "merge"] = "replace"
    #: what an empty list does to an immunization register (contract 4.5, open): ``wipe`` deletes every dose,
    #: ``ignore`` acknowledges and keeps them, ``refuse`` says no
    empty_register: Literal["wipe", "ignore", "refuse"] = "wipe"
    #: when an acknowledged removal shows in read-back (contract 10.5, open); ``later`` is a queued deletion
    #: that strikes when it is due, whatever was sent under that reference meanwhile
    remove_effect: Literal["now", "later", "never"] = "now"
    remove_delay_seconds: float = Field(default=5, ge=0)
    #: shape of the month summary (contract 10.5, open): [{"date", "encounter_count"}], {day: n},
    #: {"days": [...]}, or something nobody can read
    month_shape: Literal["list", "map", "wrapped", "unknown"] = "list"
    #: a day's references as [{"encounter_ref_code": ref}] instead of [ref] (contract 5, wrapping not shown)
    day_refs_wrapped: bool = False
    #: most days in one OrgEncounterSummary ("at most about a month", contract 4.10)
    summary_days_limit: int = Field(default=31, ge=1)
    #: whether a masked visit is hidden from OrganizationSummary too ("hidden from all reads", contract 5)
    mask_hides_from_summary: bool = True
    #: whether a visit that is removed and sent again is still masked (open); a plain re-send never unmasks
    mask_survives_removal: bool = False
    #: completed eKYC per citizen id (contract 8); anybody else has `ekyc_default`
    ekyc: dict[str, int] = Field(default_factory=dict)
    ekyc_default: int = Field(default=1, ge=0)

    @classmethod
    def load(cls, path: Path) -> SandboxSettings:
        """Read a JSON file. Raises pydantic.ValidationError on unknown keys, OSError when unreadable."""
        return cls.model_validate_json(path.read_bytes())

    def save(self, path: Path) -> None:
        """Write as JSON, readable by the owner only (it holds passwords)."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(self.model_dump_json(indent=1), encoding="utf-8")


def password_hash(password: str, secret: str) -> str:
    """Upper-case hex HMAC-SHA256 of the password, keyed with the shared constant (contract 2.1)."""
    return hmac.new(secret.encode(), password.encode(), hashlib.sha256).hexdigest().upper()
