"""``phr sandbox serve`` and ``phr demo-data``: the only place where the product reaches for its sandbox."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from phr.errors import StopEndpoint
from phr.faults import PORT_IN_USE
from phr.home import Home
from phr.pipeline.days import BANGKOK


def serve(home: Home, host: str, port: int, settings: Path | None) -> None:
    """Serve the double until interrupted.

    :raises StopEndpoint: PHR-408 when the port is taken.
    """
    from phr_sandbox.national import server
    from phr_sandbox.national.settings import SandboxSettings
    from phr_sandbox.national.store import StoreInUseError

    chosen = SandboxSettings.load(settings) if settings else None
    try:
        server.serve(home.national, host, port, chosen)
    except server.PortInUseError:
        # the fault says the rest, in both languages
        raise StopEndpoint(PORT_IN_USE, detail=f"{host}:{port}") from None
    except StoreInUseError:
        raise StopEndpoint(PORT_IN_USE, detail=str(home.national)) from None


def make_demo_data(
    home: Home, console: Console, *, first: date | None, last: date | None, seed: int, scale: float
) -> None:
    """Replicas of the demo province, accounts of the double and the connections to both.

    :raises typer.BadParameter: days or scale the generator refuses.
    """
    from phr_sandbox.demo.installation import Installation, Ports
    from phr_sandbox.demo.sources import build, paths, write_config

    province = write_config(home)
    last = last or datetime.now(BANGKOK).date()
    first = first or last - timedelta(days=27)
    hcodes = [hospital.hcode for hospital in province.hospitals]
    visits = 0
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console
    ) as progress:
        task = progress.add_task("replicas", total=len(hcodes) * ((last - first).days + 1))

        def advance(_hcode: str, _day: date, count: int) -> None:
            nonlocal visits
            visits += count
            progress.advance(task)

        try:
            build(home, province, seed=seed, first_day=first, last_day=last, scale=scale, progress=advance)
        except ValueError as error:
            if visits:  # it had begun, so its arguments were good
                raise
            raise typer.BadParameter(str(error)) from None
    Installation(home).write_settings(province, Ports.national_only(), paths(home, province))
    console.print(f"{len(hcodes)} hospitals, {visits:,} visits, {first} .. {last} → {home.replicas}")
    console.print("ต่อไป / next: phr sandbox serve (another terminal), phr run visits")
