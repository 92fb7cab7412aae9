"""``python -m phr_sandbox.demo [--ci] [--fresh]``, what ``make demo`` and ``make demo-ci`` run."""

from __future__ import annotations

import argparse
import os
import signal
import sys

import requests
from rich.console import Console
from rich.markup import escape

from phr.errors import PhrError
from phr.home import Home
from phr_sandbox.demo.installation import DemoError, Ports
from phr_sandbox.demo.runner import Demo


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Run the demo; exit code 0 when both runs went as they should."""
    parser = argparse.ArgumentParser(prog="phr_sandbox.demo", description=__doc__)
    parser.add_argument("--ci", action="store_true", help="stop after the second run instead of staying up")
    parser.add_argument("--fresh", action="store_true", help="start over with an empty ledger")
    parser.add_argument("--scale", type=float, default=float(os.environ.get("PHR_DEMO_SCALE") or 1.0))
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    # the terminal was closed; under nohup it is ignored, and stays so
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _interrupt)
    console = Console(highlight=False, soft_wrap=True)
    demo = None
    try:
        demo = Demo(Home.from_env(), Ports.from_env, console=console, scale=given.scale, fresh=given.fresh)
        demo.run()
        if not given.ci:
            demo.stay()
        return 0
    except KeyboardInterrupt:
        return 130
    except (DemoError, PhrError) as error:
        console.print(f"[red]✗[/red] {escape(str(error))}")
        return 1
    except requests.RequestException as error:
        console.print(f"[red]✗[/red] Airflow's API did not answer as expected: {type(error).__name__}")
        return 1
    finally:
        # a second Ctrl-C must not leave half of it running
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if demo is not None and (left := demo.close()):
            console.print(f"[red]✗[/red] still running: {left}")


if __name__ == "__main__":
    sys.exit(main())
