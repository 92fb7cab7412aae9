"""``phr run CATEGORY``: one run without Airflow, with progress."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from phr.cli.support import EXIT_CODES, OutputFormat, check_days, exit_on_error, iso_day
from phr.errors import PhrError
from phr.home import Home
from phr.ledger import Ledger
from phr.pipeline import steps
from phr.pipeline.context import RunOptions
from phr.settings import CATEGORIES, Category

run_app = typer.Typer(no_args_is_help=True, help="ส่งข้อมูลหนึ่งหมวดทันที / run one category now")


def _command(category: Category) -> Any:
    @exit_on_error
    def run(
        hospital: Annotated[list[str] | None, typer.Option(help="รหัส 5 หลัก (ซ้ำได้) / hospital code")] = None,
        day_from: Annotated[
            datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="วันแรก / first service day")
        ] = None,
        day_to: Annotated[
            datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="วันสุดท้าย / last service day")
        ] = None,
        look_back: Annotated[int | None, typer.Option(help="days read again before yesterday")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="คำนวณทุกอย่าง ไม่ส่ง / send nothing")] = False,
        limit: Annotated[int | None, typer.Option(min=1, help="ส่งไม่เกินต่อแห่ง / at most per hospital")] = None,
        resend_unchanged: Annotated[
            bool, typer.Option(help="ส่งซ้ำแม้ไม่เปลี่ยน / send unchanged ones too")
        ] = False,
        ignore_maintenance: Annotated[
            bool, typer.Option(help="อ่านแม้อยู่ในช่วงบำรุงรักษา / read hospitals under maintenance too")
        ] = False,
        run_id: Annotated[str | None, typer.Option(help="ทำรอบเดิมต่อ / go on with this run")] = None,
        output: OutputFormat = "table",
    ) -> None:
        check_days(day_from, day_to)
        options = _known_options(run_id) or RunOptions(
            category=category.name,
            run_id=run_id or f"cli__{datetime.now(UTC):%Y%m%dT%H%M%S}_{secrets.token_hex(3)}",
            hospitals=hospital,
            day_from=iso_day(day_from),
            day_to=iso_day(day_to),
            look_back_days=look_back,
            dry_run=dry_run,
            limit=limit,
            resend_unchanged=resend_unchanged,
            ignore_maintenance=ignore_maintenance,
        )
        given = {
            "hospitals": hospital,
            "day_from": iso_day(day_from),
            "day_to": iso_day(day_to),
            "look_back_days": look_back,
            "dry_run": dry_run or None,
            "limit": limit,
            "resend_unchanged": resend_unchanged or None,
            "ignore_maintenance": ignore_maintenance or None,
        }
        other = [
            name for name, value in given.items() if value is not None and value != getattr(options, name)
        ]
        if other or options.category != category.name:
            raise typer.BadParameter(
                f"run {run_id} was started with other options ({', '.join(other) or 'category'})",
                param_hint="--run-id",
            )
        raise typer.Exit(execute(options, output))

    run.__doc__ = f"{category.title_th} / {category.title_en}."
    return run


def _known_options(run_id: str | None) -> RunOptions | None:
    """The options a run was started with: going on with it must not change its days or hospitals."""
    row = Ledger.open(Home.from_env().ledger_url).run_row(run_id) if run_id else None
    return RunOptions.from_dict(json.loads(row["options"])) if row else None


def execute(options: RunOptions, output: str) -> int:
    """Run all steps of all units; returns the exit code."""
    console = Console(stderr=True, highlight=False, markup=False)
    failures: list[PhrError] = []
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}"),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        for unit in steps.plan_units(options):
            for name in steps.STEPS:
                step = getattr(steps, f"{name}_unit")
                task = progress.add_task(f"{unit['label_th']} · {name}", total=None)
                try:
                    counts = step(options, unit, progress=lambda n, task=task: progress.advance(task, n))
                except PhrError as error:
                    failures.append(error)
                    console.print(error.message(), soft_wrap=True)
                    break
                finally:
                    progress.update(task, total=1, completed=1, refresh=True)
                progress.update(task, description=f"{unit['label_th']} · {name} {_short(counts)}")
    try:
        result = steps.finish_run(options)
        code = 0
    except PhrError as error:
        result = {"error": error.fault.code, "message": error.message()}
        console.print(error.message(), soft_wrap=True)
        code = EXIT_CODES.get((failures or [error])[0].action, 1)
    if output == "json":
        typer.echo(
            json.dumps({"run_id": options.run_id, "dry_run": options.dry_run, **result}, ensure_ascii=False)
        )
    elif options.dry_run:
        typer.echo(f"dry run {options.run_id}: {_short(result)}")
    else:
        from phr.reporting import delivery_report

        typer.echo(delivery_report(Home.from_env(), options.run_id))
    return code


def _short(counts: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in counts.items() if value)


for _category in CATEGORIES.values():
    run_app.command(_category.name, help=f"{_category.title_th} / {_category.title_en}")(_command(_category))


@run_app.callback()
def _group() -> None:
    """ส่งข้อมูลหนึ่งหมวดทันที / run one category now."""
