"""Parts of a hospital's entry that have fields of their own: people, brake, codes, maintenance windows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

_BANGKOK = ZoneInfo("Asia/Bangkok")
# [0-9], not \d: Thai digits are digits too
Weekday = Annotated[int, Field(ge=0, le=6)]
#: so few documents may always be a share of their own
_FEW = 3
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Contact(_Part):
    """Somebody to call: the hospital's IT staff, or its data protection officer."""

    name: str = Field(min_length=1, max_length=120, description="name or office")
    phone: str | None = Field(
        default=None, pattern=r"^[0-9+][0-9 ()+,#-]{2,39}$", description="telephone number, in quotes"
    )
    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", description="e-mail")
    line: str | None = Field(default=None, min_length=1, max_length=64, description="LINE id")

    def in_words(self) -> str:
        """Name and the ways to reach it, on one line."""
        ways = [self.phone, self.email, f"LINE {self.line}" if self.line else None]
        return " · ".join([self.name, *(way for way in ways if way)])


class Brake(_Part):
    """How much may be taken away nationally before a person has looked at it (IN3, R5, R7).

    A version that takes something away (a child, a dose, the person it stands under) and a retraction count
    alike. A hospital's mistake, a half-copied table or a wrong statement shows as many of them at once.
    """

    removals: int = Field(default=50, ge=0, description="documents in 24 hours at most")
    share: float = Field(default=0.05, ge=0, le=1, description="part of the documents looked at, at most")

    def allows(self, wanted: int, *, out_of: int, lately: int = 0) -> bool:
        """Whether ``wanted`` more may go by themselves, after ``lately`` in the last 24 hours.

        One more than either number waits for approval, all of them. A share says nothing of three documents.
        """
        if wanted == 0:
            return True
        return wanted + lately <= self.removals and wanted <= max(_FEW, self.share * out_of)


#: send_local_text: the row goes in the hospital's own words; quarantine: it is left out and listed
UnmappedPolicy = Literal["send_local_text", "quarantine"]


class UnmappedCodes(_Part):
    """What becomes of a row whose own code has no national one, by code map (the file names in ``codes/``).

    A hospital's entry goes before the one of the province, map by map. Without both, what the contract lets
    go in the hospital's own words goes.
    """

    drugs: UnmappedPolicy = Field(default="send_local_text", description="a drug without TMT code")
    labs: UnmappedPolicy = Field(default="send_local_text", description="a result without LOINC and TMLT")
    coverages: UnmappedPolicy = Field(
        default="send_local_text", description="a coverage without main group, its own or of its INSTYPE"
    )
    vaccines: Literal["quarantine"] = Field(
        default="quarantine",
        description="a dose without 43-file code: the register takes nothing else (contract 4.5), so nothing "
        "but quarantine is accepted",
    )
    clinics: Literal["send_local_text"] = Field(
        default="send_local_text",
        description="a visit whose department has no CLINIC code: only a label of the visit, so nothing but "
        "send_local_text is accepted",
    )
    nationalities: Literal["send_local_text"] = Field(
        default="send_local_text",
        description="a patient without NATION code: goes as 999 (unknown) with the hospital's own words; "
        "nothing else is accepted",
    )

    @field_validator("vaccines", mode="before")
    @classmethod
    def _never_loosened(cls, value: Any) -> Any:
        if value != "quarantine":
            raise ValueError("a dose without a 43-file code cannot be sent: only quarantine is accepted")
        return value

    @field_validator("clinics", "nationalities", mode="before")
    @classmethod
    def _never_a_reason(cls, value: Any) -> Any:
        if value != "send_local_text":
            raise ValueError("it would keep whole visits back for a label: only send_local_text is accepted")
        return value

    @property
    def stricter(self) -> tuple[str, ...]:
        """Maps for which the hospital keeps back what could go."""
        fields = type(self).model_fields
        return tuple(name for name, field in fields.items() if getattr(self, name) != field.default)


class MaintenanceWindow(_Part):
    """When the hospital's database is not to be read: Bangkok time, up to but without its end.

    A window that ends before its beginning goes over midnight and belongs to the day it begins on.
    """

    weekdays: tuple[Weekday, ...] = Field(
        default=tuple(range(7)),
        min_length=1,
        description="days it begins on, 0 Monday .. 6 Sunday; every day without it",
    )
    start: Clock = Field(alias="from", description="first minute, HH:MM")
    end: Clock = Field(alias="to", description="minute it is over, HH:MM")

    @field_validator("end")
    @classmethod
    def _not_empty(cls, end: str, info: ValidationInfo) -> str:
        if end == info.data.get("start"):
            raise ValueError("must differ from the beginning")
        return end

    def covers(self, moment: datetime) -> bool:
        """Whether this moment lies in the window.

        :raises ValueError: a time without zone.
        """
        if moment.tzinfo is None:
            raise ValueError("moment must be timezone-aware")
        local = moment.astimezone(_BANGKOK)
        clock, today = f"{local:%H:%M}", local.weekday()
        if self.start < self.end:
            return today in self.weekdays and self.start <= clock < self.end
        began_today = today in self.weekdays and clock >= self.start
        began_yesterday = (today - 1) % 7 in self.weekdays and clock < self.end
        return began_today or began_yesterday

    def in_words(self) -> str:
        """``22:00-02:00``, with the weekdays when it is not every day."""
        days = "" if len(set(self.weekdays)) == 7 else f" ({','.join(map(str, self.weekdays))})"
        return f"{self.start}-{self.end}{days}"
