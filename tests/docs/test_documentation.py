"""What can be named cannot be undocumented: reference pages match the code, commands and links exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_reference_pages_match_the_code() -> None:
    result = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_inside_the_repository_exist(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("readme", ["README.md", "README.th.md"])
def test_readme_commands_exist(readme: str) -> None:
    from typer.main import get_command

    from phr.cli import app

    root = get_command(app)
    for line in re.findall(
        r"^phr ([a-z-]+)(?: ([a-z-]+))?", (ROOT / readme).read_text(encoding="utf-8"), re.M
    ):
        command = root.commands[line[0]]  # type: ignore[attr-defined]
        if hasattr(command, "commands") and line[1]:
            assert line[1] in command.commands
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for target in re.findall(r"make ([a-z-]+)", (ROOT / readme).read_text(encoding="utf-8")):
        assert target in targets


def test_compose_file_is_whole() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert {
        "postgres",
        "redis",
        "init",
        "api-server",
        "scheduler",
        "dag-processor",
        "triggerer",
        "worker",
    } <= set(services)
    for name, service in services.items():
        for other in service.get("depends_on", {}):
            assert other in services, f"{name} depends on {other}"
    text = (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    for variable in set(re.findall(r"\$\{([A-Z_]+):\?", text)):
        assert f"{variable}=" in example, f"{variable} is missing in .env.example"
