"""The how-to pages: their blocks of code, as somebody who follows them would copy them."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGES = {language: ROOT / "docs" / language / "how-to" / "add-a-hospital.md" for language in ("en", "th")}


@dataclass(frozen=True)
class Block:
    language: str
    text: str

    @property
    def commands(self) -> list[list[str]]:
        """Words of each line of a shell block."""
        return [shlex.split(line) for line in self.text.splitlines() if line.strip()]


def blocks(language: str, kind: str | None = None, page: str = "add-a-hospital.md") -> list[Block]:
    """Fenced blocks of a page in this language, in order; ``kind`` chooses one."""
    text = PAGES[language].with_name(page).read_text(encoding="utf-8")
    found = [Block(*match) for match in re.findall(r"^```(\w+)\n(.*?)^```", text, re.M | re.S)]
    return [block for block in found if kind in (None, block.language)]


def connections(language: str = "en") -> dict[str, dict[str, Any]]:
    """The two connections of the page."""
    (block,) = blocks(language, "json")
    found: dict[str, dict[str, Any]] = json.loads(block.text)
    return found
