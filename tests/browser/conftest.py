"""A demo that stays up, and a real Chromium looking at it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = os.environ.get("PHR_TEST_CHROMIUM", "/usr/bin/chromium")
#: where pictures go, so that a person can look at them afterwards
PICTURES = Path(os.environ.get("PHR_TEST_PICTURES", Path(__file__).parents[2] / ".screenshots"))

# the five seconds of the library are too few for a page beside a test suite on two cores
expect.set_options(timeout=60_000)


@dataclass(frozen=True)
class RunningDemo:
    """A demo process that has finished its two days and shows its UI."""

    home: Path
    url: str
    password: str
    output: Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """``make demo`` as a user runs it, without ``--ci``, in a home of its own; ended by Ctrl-C."""
    if not Path(CHROMIUM).exists():
        message = f"{CHROMIUM} does not exist"
        pytest.fail(message) if os.environ.get("PHR_TEST_REQUIRE_SERVICES") == "1" else pytest.skip(message)
    home = tmp_path_factory.mktemp("demo") / "phr"
    output = home.parent / "demo.log"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PHR_", "AIRFLOW"))}
    env |= {
        "PHR_HOME": str(home),
        "PHR_AIRFLOW_PORT": str(_free_port()),
        "PHR_NATIONAL_PORT": str(_free_port()),
        "PHR_DEMO_SCALE": "0.3",
    }
    with output.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "phr_sandbox.demo"], stdout=log, stderr=subprocess.STDOUT, env=env
        )
        _running.append(process)
        try:
            yield _wait(process, home, output)
        finally:
            _end_demo()


_running: list[subprocess.Popen[bytes]] = []


def _end_demo() -> None:
    while _running:
        process = _running.pop()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """The session goes on for long after the last of these tests; a whole Airflow would slow it down."""
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        _end_demo()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the demo said stands beside a failure: one of its components may have ended."""
    report = yield
    demo = getattr(item, "funcargs", {}).get("demo")
    if report.failed and demo is not None:
        logs = [demo.output, *sorted((demo.home / "logs").glob("*.log"))]
        said = [f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs]
        report.sections.append((f"demo, during {call.when}", "\n".join(said)))
    return report


def _wait(process: subprocess.Popen[bytes], home: Path, output: Path) -> RunningDemo:
    deadline = time.monotonic() + 400
    while time.monotonic() < deadline:
        text = output.read_text()
        found = re.search(r"ready\s+(http://\S+?)/dags/phr_visits\s+login admin / (\S+)", text)
        if found:
            return RunningDemo(home, found[1], found[2], output)
        if process.poll() is not None:
            break
        time.sleep(0.5)
    pytest.fail(f"the demo did not come up:\n{output.read_text()[-3000:]}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium that asks nobody outside.

    Ends with its module: its event loop would otherwise keep running under the tests that follow.
    """
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    arguments += ["--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture
def page(demo: RunningDemo, browser: Browser) -> Iterator[Page]:
    """A page logged in as admin, in Thailand's time zone."""
    context = browser.new_context(viewport={"width": 1500, "height": 1300}, timezone_id="Asia/Bangkok")
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.goto(f"{demo.url}/dags/phr_visits")
    opened.locator('input[name="username"]').fill("admin")
    opened.locator('input[name="password"]').fill(demo.password)
    opened.get_by_role("button", name="Sign in").click()
    opened.get_by_role("button", name="Trigger").first.wait_for()
    yield opened
    context.close()


def picture(page: Page, name: str) -> None:
    """Keep what a person would have seen."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
