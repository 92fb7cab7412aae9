"""Parts of a hospital's entry that have fields of their own: people, brake, maintenance windows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

_BANGKOK = ZoneInfo("Asia/Bangkok")
# [0-9], not \d: Thai digits are digits too
Weekday = Annotated[int, Field(ge=0, le=6)]
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
    """How many removals a run may make by itself; above either number a person approves (control IN3)."""

    removals: int = Field(default=20, ge=0, description="documents or children at most")
    share: float = Field(default=0.05, ge=0, le=1, description="part of what the hospital has delivered")


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
