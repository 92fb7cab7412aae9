"""What the double understands is named on its page."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from phr_sandbox.national.admin import CHANGEABLE
from phr_sandbox.national.app import ROUTES, create_app
from phr_sandbox.national.fault_rules import Kind
from phr_sandbox.national.settings import SandboxSettings

PAGE = (Path(__file__).parents[2] / "docs/en/reference/national-double.md").read_text(encoding="utf-8")


def test_every_setting_is_named_and_those_that_may_change_are_marked():
    names = set(SandboxSettings.model_fields)
    assert {name for name in names if f"`{name}`" not in PAGE} == set()
    assert {name for name in names if f"`{name}`*" in PAGE} == set(CHANGEABLE)


def test_every_fault_and_every_path_is_named(tmp_path, sandbox_settings):
    assert {kind for kind in get_args(Kind) if f"`{kind}`" not in PAGE} == set()
    assert {path for _, path in ROUTES if path not in PAGE} == set()
    app = create_app(tmp_path, sandbox_settings)
    admin = {
        route.path.removeprefix("/_sandbox/").partition("/{")[0]
        for route in app.routes
        if route.path.startswith("/_sandbox/")
    }
    assert "deletions" in admin
    assert {path for path in admin if f"`{path}" not in PAGE} == set()
