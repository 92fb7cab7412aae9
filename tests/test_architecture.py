"""Arrows point one way (DESIGN, Layout), and gates that a reader would check with grep."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from phr import faults
from phr.errors import Fault

ROOT = Path(__file__).parents[1]
INCLUDE, PLUGINS, DAGS = ROOT / "include", ROOT / "plugins", ROOT / "dags"
#: the one module of the product that reaches for the sandbox
SANDBOX_COMMAND = INCLUDE / "phr" / "cli" / "sandbox.py"


def sources(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def imports(path: Path, *, top_level: bool = False) -> Iterator[str]:
    """Every module a file imports, also inside functions unless ``top_level``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def offenders(paths: list[Path], *forbidden: str, top_level: bool = False) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {name}"
        for path in paths
        for name in imports(path, top_level=top_level)
        if any(name == bad or name.startswith(f"{bad}.") for bad in forbidden)
    ]


def test_the_check_sees_an_offender() -> None:
    assert offenders([SANDBOX_COMMAND], "phr_sandbox")
    assert offenders(sources(DAGS), "airflow", top_level=True)


def test_the_domain_knows_neither_airflow_nor_plugins_nor_the_sandbox() -> None:
    domain = [path for path in sources(INCLUDE / "phr") if path != SANDBOX_COMMAND]
    assert offenders(domain, "airflow", "moph_prompt", "phr_console", "phr_sandbox") == []
    assert offenders([SANDBOX_COMMAND], "airflow", "moph_prompt", "phr_console") == []


@pytest.mark.parametrize("package", ["his", "canonical", "quality", "mapping", "release"])
def test_the_way_to_a_document_knows_neither_ledger_nor_delivery(package: str) -> None:
    paths = sources(INCLUDE / "phr" / package)
    assert paths
    assert offenders(paths, "phr.ledger", "phr.delivery", "phr.pipeline", "phr.cli", "phr.reporting") == []


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("ledger", ("phr.delivery", "phr.pipeline", "phr.his", "phr.mapping", "phr.quality", "phr.release")),
        ("delivery", ("phr.pipeline", "phr.his", "phr.mapping", "phr.quality", "phr.release")),
        ("privacy", ("phr.ledger", "phr.delivery", "phr.pipeline", "phr.settings")),
        ("settings", ("phr.ledger", "phr.delivery", "phr.pipeline", "phr.privacy")),
        ("pipeline", ("phr.cli", "phr.reporting")),
    ],
)
def test_inner_packages_do_not_look_outward(package: str, forbidden: tuple[str, ...]) -> None:
    assert offenders(sources(INCLUDE / "phr" / package), *forbidden) == []


def test_the_national_double_shares_nothing_with_the_product() -> None:
    # shared code would share its mistakes; nothing is excepted
    assert offenders(sources(INCLUDE / "phr_sandbox" / "national"), "phr") == []


def test_the_scenario_judges_the_product_with_its_own_eyes() -> None:
    """Only what runs the product knows it; what says what must come of it does not."""
    folder = INCLUDE / "phr_sandbox" / "scenario"
    running = {"checking.py", "clock.py", "installation.py", "steps.py"}
    assert offenders([path for path in sources(folder) if path.name not in running], "phr") == []
    inner = ("phr.mapping", "phr.his.hosxp", "phr.quality.rules", "phr.release", "phr.delivery")
    # the remembered checks have to know which rules look at more than one row; they judge nothing
    assert offenders([path for path in sources(folder) if path.name != "checking.py"], *inner) == []


def test_dags_open_nothing_when_parsed() -> None:
    libraries = (
        "sqlalchemy",
        "requests",
        "httpx",
        "pymysql",
        "psycopg",
        "sqlite3",
        "great_expectations",
        "pandas",
    )
    assert sources(DAGS)
    assert offenders(sources(DAGS), *libraries, top_level=True) == []


def test_tls_verification_is_never_switched_off() -> None:
    gate = re.compile(r"verify\s*=\s*False|CERT_NONE|_create_unverified_context|disable_warnings")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(INCLUDE, PLUGINS, DAGS)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        # an error text may quote what somebody asked for
        if gate.search(re.sub(r'"[^"]*"', "", line))
    ]
    assert found == []


def test_destructive_calls_of_the_api_are_nowhere_in_the_product() -> None:
    # PasteJSON is never used (CF5)
    product = sources(INCLUDE / "phr", PLUGINS, DAGS)
    assert [p.name for p in product if "PasteJSON" in p.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("folder", [INCLUDE, PLUGINS, DAGS], ids=lambda folder: folder.name)
def test_modules_stay_readable(folder: Path) -> None:
    long = {
        p.name: n for p in sources(folder) if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_every_fault_has_its_own_code_and_both_languages() -> None:
    defined = [value for value in vars(faults).values() if isinstance(value, Fault)]
    codes = [fault.code for fault in defined]
    assert len(set(codes)) == len(codes) == len(faults.FAULTS)
    for fault in defined:
        assert re.fullmatch(r"PHR-[1-9]\d\d", fault.code)
        for thai in (fault.title_th, fault.next_th):
            assert re.search(r"[\u0e00-\u0e7f]", thai), fault.code
        for english in (fault.title_en, fault.next_en):
            assert re.search(r"[a-z]{3}", english), fault.code
            assert not re.search(r"[\u0e00-\u0e7f]", english), fault.code


def test_every_fault_is_raised_somewhere() -> None:
    names = [name for name, value in vars(faults).items() if isinstance(value, Fault)]
    paths = [p for p in sources(INCLUDE, PLUGINS, DAGS) if p.name != "faults.py"]
    text = "\n".join(p.read_text(encoding="utf-8") for p in paths)
    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []


def test_test_files_have_names_of_their_own() -> None:
    """Two test files of one name cannot be collected in one process."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert {name for name in names if names.count(name) > 1} == set()
