"""``phr new-adapter``: the test it makes says what is missing, and passes when everything is written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from phr.cli import app
from phr.his.statements import statements
from phr.his.system import System, system

ROOT = Path(__file__).parents[2]
RUN = CliRunner()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the repository's code; nothing of this one is touched."""
    shutil.copytree(ROOT / "include", tmp_path / "include", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests" / "his").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def make(checkout: Path, name: str = "klinik") -> Path:
    shown = RUN.invoke(app, ["new-adapter", name, "--root", str(checkout), "--dialect", "sqlite"])
    assert shown.exit_code == 0, shown.output
    assert f"test_{name}_adapter.py" in shown.stdout
    return checkout / "include" / "phr" / "his" / name


def outcome(checkout: Path) -> tuple[dict[str, int], str]:
    """Number of tests by outcome, and what was said."""
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/his/test_klinik_adapter.py"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout / "include")},
        capture_output=True,
        text=True,
    )
    counts = re.findall(r"(\d+) (passed|failed|skipped|error)", result.stdout.splitlines()[-1])
    return {kind: int(number) for number, kind in counts}, result.stdout


def test_nothing_passes_before_it_is_written_and_everything_missing_is_named(checkout: Path) -> None:
    folder = make(checkout)
    kind = System.load(folder)
    counts, said = outcome(checkout)
    assert counts == {"failed": len(statements(kind)) + 2}
    for statement in statements(kind):
        assert f"klinik/{statement.name}.sql is not written yet" in said
    assert "it has to return visit_ref, hn, service_day" in said
    for missing in (
        "adapter.yaml: your_visit_table stands for a table of the HIS",
        "scopes.jinja: macro finished is not written yet",
        "loader klinik: load is not written yet",
    ):
        assert missing in said


def test_it_passes_when_it_is_written_and_not_before_the_last_select(checkout: Path) -> None:
    """Written as somebody would whose HIS has the tables of HOSxP."""
    folder = make(checkout)
    hosxp = system("hosxp").folder
    for file in (*hosxp.glob("*.sql"), *hosxp.glob("*.jinja")):
        shutil.copy(file, folder)
    declared = (hosxp / "adapter.yaml").read_text(encoding="utf-8")
    declared = declared.replace("dialects: [mysql, postgresql, sqlite]", "dialects: [sqlite]")
    (folder / "adapter.yaml").write_text(declared, encoding="utf-8")
    loader = checkout / "include/phr_sandbox/conformance/loaders/klinik.py"
    loader.write_text(
        "from phr_sandbox.conformance.loaders.hosxp import create, held, load\n", encoding="utf-8"
    )
    counts, said = outcome(checkout)
    assert counts == {"passed": len(statements(System.load(folder))) + 2}, said

    (folder / "lab_result.sql").write_text("{# later #}\n", encoding="utf-8")
    counts, said = outcome(checkout)
    assert counts["failed"] == 3  # the SELECT, the list of everything, and the kit, which is not even asked
    assert "klinik/lab_result.sql is not written yet" in said

    # a SELECT that reads nothing is written, but the kit is not content with it
    (folder / "lab_result.sql").write_text(
        (hosxp / "lab_result.sql").read_text(encoding="utf-8") + "AND 1 = 0\n", encoding="utf-8"
    )
    counts, said = outcome(checkout)
    assert counts["failed"] == 1
    assert "lab_result:" in said


def test_what_is_made_is_tidy(checkout: Path) -> None:
    folder = make(checkout)
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8")
        assert max(map(len, text.splitlines())) <= 120, file.name
        assert "NAME" not in text.replace("NULL AS", ""), file.name
    for words in (["check"], ["format", "--check"]):
        made = [folder, checkout / "include/phr_sandbox/conformance/loaders/klinik.py"]
        made.append(checkout / "tests/his/test_klinik_adapter.py")
        result = subprocess.run(
            [Path(sys.executable).parent / "ruff", *words, *made],
            cwd=checkout,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [("Klinik", "a-z"), ("../up", "a-z"), ("hosxp", "exists already"), ("sql", "exists already")],
)
def test_wrong_names_write_nothing(checkout: Path, name: str, said: str) -> None:
    before = sorted(checkout.rglob("*"))
    shown = RUN.invoke(app, ["new-adapter", name, "--root", str(checkout)])
    assert shown.exit_code == 2
    assert said in shown.output
    assert sorted(checkout.rglob("*")) == before


def test_elsewhere_it_is_refused(tmp_path: Path) -> None:
    shown = RUN.invoke(app, ["new-adapter", "klinik", "--root", str(tmp_path)])
    assert shown.exit_code == 2
    assert "no checkout" in shown.output
    assert list(tmp_path.iterdir()) == []


def test_the_commands_of_the_how_to(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs/en/how-to/write-an-adapter.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S)
    command, test = block.splitlines()
    monkeypatch.chdir(checkout)
    assert RUN.invoke(app, command.split()[1:]).exit_code == 0
    assert (checkout / test.split()[1]).exists()
