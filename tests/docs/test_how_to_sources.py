"""The how-to pages of JHCIS and the 43 files: their blocks of code hold, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from phr.connections import parse_connection
from phr.faults import FAULTS
from phr.his import make_adapter
from phr.his.grants import read_only_account
from phr.settings import Hospital

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("connect-jhcis", "connect-43-files")


def text_of(language: str, page: str) -> str:
    return (DOCS / language / "how-to" / f"{page}.md").read_text(encoding="utf-8")


def blocks(page: str, language: str = "en") -> list[tuple[str, str]]:
    """(language of the block, text)."""
    return re.findall(r"^```(\w+)\n(.*?)^```", text_of(language, page), re.M | re.S)


def block(page: str, kind: str) -> str:
    return next(text for found, text in blocks(page) if found == kind)


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_have_the_same_blocks_and_codes(page: str) -> None:
    assert blocks(page, "en") == blocks(page, "th") != []
    for language in ("en", "th"):
        assert set(re.findall(r"PHR-\d{3}", text_of(language, page))) <= set(FAULTS)
        assert f"how-to/{page}.md" in (DOCS / language / "README.md").read_text(encoding="utf-8")
    thai, english = (set(re.findall(r"`[^`]+`", text_of(language, page))) for language in ("th", "en"))
    assert {name for name in english if name.strip("`").isupper()} <= thai


@pytest.mark.parametrize("page", PAGES)
def test_entry_and_connection_make_an_adapter(page: str) -> None:
    entry = yaml.safe_load(block(page, "yaml"))[0]
    more = [yaml.safe_load(text) for kind, text in blocks(page) if kind == "yaml"][1:]
    hospital = Hospital(**{**entry, **{k: v for part in more for k, v in part.items()}})
    connections = json.loads(block(page, "json"))
    connection = parse_connection(hospital.source_connection, connections[hospital.source_connection])
    url = connection.source_url(hospital=hospital.hcode).render_as_string(hide_password=False)
    assert make_adapter(hospital, url)
    for line in block(page, "sh").splitlines():
        assert line.startswith("phr ")


def test_the_statements_of_the_account_are_those_that_are_printed() -> None:
    names = {"database": "jhcisdb", "login": "phr_reader", "from_host": "10.0.0.5"}
    printed = read_only_account("jhcis", "mysql", **names)  # type: ignore[arg-type]
    assert set(block("connect-jhcis", "sql").splitlines()) <= set(printed)
