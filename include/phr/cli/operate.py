"""Backfill and its plan, redrive, sweep, reconcile and the differences it found, takeover."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from phr.cli.support import EXIT_CODES, OutputFormat, check_days, exit_on_error, iso_day
from phr.errors import PhrError
from phr.home import Home
from phr.ledger import Ledger
from phr.pipeline import parts, steps
from phr.pipeline.context import Context, Purpose, RunOptions
from phr.settings import CATEGORIES, KIND_CATEGORIES

Hospitals = Annotated[list[str] | None, typer.Option("--hospital", help="รหัส 5 หลัก (ซ้ำได้) / hospital code")]
Categories = Annotated[
    list[str] | None,
    typer.Option("--category", help=f"หมวด (ซ้ำได้) / {', '.join(CATEGORIES)}; default: all"),
]
Day = typer.Option(formats=["%Y-%m-%d"], help="วันรับบริการ ค.ศ. / service day, Christian era")
From = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="วันแรก / first service day")]
To = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="วันสุดท้าย / last service day")]
OptionalFrom = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="วันแรก / first day")
]
OptionalTo = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="วันสุดท้าย / last day")]
Chunk = Annotated[int, typer.Option(min=1, max=366, help="วันต่อชุด / days in one part")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="คำนวณทุกอย่าง ไม่ส่ง / send nothing")]
RunId = Annotated[str | None, typer.Option(help="ทำรอบเดิมต่อหลังถูกหยุด / go on with this run after a stop")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("backfill")(backfill)
    app.command("plan-backfill")(plan_backfill)
    app.command("redrive")(redrive)
    app.command("sweep")(sweep)
    app.command("reconcile")(reconcile)
    app.command("differences")(differences)
    app.command("takeover")(takeover)


@exit_on_error
def backfill(
    day_from: From,
    day_to: To,
    hospital: Hospitals = None,
    category: Categories = None,
    chunk: Chunk = 7,
    run_id: RunId = None,
    output: OutputFormat = "table",
) -> None:
    """ส่งย้อนหลังเป็นชุด ทำต่อได้หลังหยุด ไม่แย่งคิวงานประจำวัน / send older days in parts; yields to today's work."""
    check_days(day_from, day_to)
    options = _options("backfill", run_id, hospital, iso_day(day_from), iso_day(day_to))
    made = parts.plan_parts(options, purpose="backfill", categories=_categories(category), chunk_days=chunk)
    raise typer.Exit(_run(made, options, output))


@exit_on_error
def plan_backfill(
    day_from: From,
    day_to: To,
    hospital: Hospitals = None,
    category: Categories = None,
    chunk: Chunk = 31,
    output: OutputFormat = "table",
) -> None:
    """บอกล่วงหน้าว่าการส่งย้อนหลังจะมีเท่าใดและเสร็จเมื่อใด / what a backfill would do, and when it would end."""
    check_days(day_from, day_to)
    options = _options("plan", None, hospital, iso_day(day_from), iso_day(day_to), dry_run=True)
    made = parts.plan_parts(options, purpose="backfill", categories=_categories(category), chunk_days=chunk)
    raise typer.Exit(_run(made, options, output))


@exit_on_error
def redrive(
    hospital: Hospitals = None, dry_run: DryRun = False, run_id: RunId = None, output: OutputFormat = "table"
) -> None:
    """ส่งที่ค้างต่อ และปล่อยที่พักหรือกักไว้เมื่อเหตุหมดแล้ว / what waits goes on; what was mended is released."""
    _by_kind("redrive", hospital, dry_run, run_id, output)


@exit_on_error
def sweep(
    hospital: Hospitals = None, dry_run: DryRun = False, run_id: RunId = None, output: OutputFormat = "table"
) -> None:
    """อ่านวันเก่าซ้ำตามรอบ เพื่อพบการแก้ไขที่ไม่มีวันที่ / read older days again, for edits without a date."""
    _by_kind("sweep", hospital, dry_run, run_id, output)


def _by_kind(
    purpose: Purpose, hospital: list[str] | None, dry_run: bool, run_id: str | None, output: str
) -> None:
    options = _options(purpose, run_id, hospital, None, None, dry_run=dry_run)
    made = parts.plan_parts(options, purpose=purpose, categories=KIND_CATEGORIES)
    raise typer.Exit(_run(made, options, output))


@exit_on_error
def reconcile(
    hospital: Hospitals = None,
    day_from: OptionalFrom = None,
    day_to: OptionalTo = None,
    believe: Annotated[
        bool,
        typer.Option("--believe", help="เชื่อว่าส่วนกลางไม่มีจริงแม้ขาดมาก / believe a list that lacks a lot"),
    ] = False,
    dry_run: DryRun = False,
    output: OutputFormat = "table",
) -> None:
    """เทียบ HIS บัญชี และส่วนกลาง ซ่อมที่ปลอดภัย เสนอส่วนที่เหลือ / compare three ways, repair, propose the rest."""
    check_days(day_from, day_to)
    options = _options("reconcile", None, hospital, iso_day(day_from), iso_day(day_to), dry_run=dry_run)
    options.purpose, options.believe_missing = "reconcile", believe
    console = _console()
    totals: dict[str, Counter[str]] = {}
    errors: list[PhrError] = []
    for unit in steps.plan_units(options):
        try:
            steps.reconcile_unit(options, unit)
        except PhrError as error:
            errors.append(error)
            console.print(error.message(), soft_wrap=True)
    for row in Ledger.open(Home.from_env().ledger_url).run_hospitals(options.run_id):
        totals[row["hospital"]] = Counter(json.loads(row["preview"] or "{}"))
    code = 0
    try:
        steps.finish_run(options)
    except PhrError as error:
        code = EXIT_CODES.get((errors or [error])[0].action, 1)
    if output == "json":
        typer.echo(json.dumps({"run_id": options.run_id, "hospitals": totals}, ensure_ascii=False))
    else:
        for hcode, counts in totals.items():
            typer.echo(f"{hcode} {_short(counts)}")
    raise typer.Exit(code)


@exit_on_error
def differences(hospital: Hospitals = None, output: OutputFormat = "table") -> None:
    """ที่ HIS บัญชี และส่วนกลางยังไม่ตรงกัน / what phr reconcile found on one side only, and still does."""
    from phr.reporting.differences import differences_lines, differences_table, open_differences

    found = open_differences(Ledger.open(Home.from_env().ledger_url), hospital)
    if output == "json":
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
    elif found:
        for line in differences_lines(found):
            typer.echo(line)
        Console(highlight=False, markup=False, width=140).print(differences_table(found))
    else:
        typer.echo("ไม่พบความต่าง / no difference is known")


@exit_on_error
def takeover(
    hcode: Annotated[str, typer.Argument(help="รหัส 5 หลัก / hospital code")], day_from: From, day_to: To
) -> None:
    """รับช่วงจากโปรแกรมส่งเดิม หรือสร้างบัญชีที่หายใหม่ / take over from another sender; rebuild a lost ledger."""
    from phr.pipeline.takeover import take_over

    check_days(day_from, day_to)
    first, last = iso_day(day_from), iso_day(day_to)
    assert first is not None
    assert last is not None
    options = _options("takeover", None, [hcode], first, last)
    context = Context.open(options)
    hospital = context.hospital(hcode)
    with _progress() as progress:
        task = progress.add_task(f"{hcode} {hospital.name_th}", total=(last - first).days + 1)
        counts = take_over(context, hospital, first, last, progress=lambda n: progress.advance(task, n))
    typer.echo(f"{hcode} {_short(counts)}")
    typer.echo(
        "ต่อไป / next: phr backfill อ่านวันเหล่านี้กับ HIS / reads these days against the HIS; "
        f"takeover_per_run = {hospital.takeover_per_run}"
    )


def _categories(asked: Sequence[str] | None) -> list[str]:
    unknown = sorted(set(asked or ()).difference(CATEGORIES))
    if unknown:
        raise typer.BadParameter(
            f"ไม่รู้จักหมวด / unknown category: {', '.join(unknown)} (of {', '.join(CATEGORIES)})",
            param_hint="--category",
        )
    return [name for name in CATEGORIES if not asked or name in asked]


def _options(
    purpose: str,
    run_id: str | None,
    hospitals: list[str] | None,
    first: date | None,
    last: date | None,
    **more: Any,
) -> RunOptions:
    name = run_id or f"{purpose}__{datetime.now(UTC):%Y%m%dT%H%M%S}_{secrets.token_hex(3)}"
    return RunOptions(
        category="visits", run_id=name, hospitals=hospitals, day_from=first, day_to=last, **more
    )


def _run(made: list[parts.Part], options: RunOptions, output: str) -> int:
    """Run the parts one after the other with progress; returns the exit code."""
    console, failures = _console(), list[PhrError]()
    with _progress() as progress:
        whole = progress.add_task(f"run {options.run_id}", total=len(made))
        for part in made:
            try:
                _one(part, lambda label: progress.update(whole, description=label))
            except PhrError as error:
                failures.append(error)
                console.print(f"{part['label_th']}: {error.message()}", soft_wrap=True)
            progress.advance(whole)
    code, result = 0, dict[str, Any]()
    try:
        result = parts.finish_parts(made)
    except PhrError as error:
        console.print(error.message(), soft_wrap=True)
        result = {"error": error.fault.code}
        code = EXIT_CODES.get((failures or [error])[0].action, 1)
    if options.dry_run and not code:
        result |= parts.cost(Context.open(options), result)
    if output == "json":
        typer.echo(json.dumps({"run_id": options.run_id, **result}, ensure_ascii=False, default=str))
    else:
        typer.echo(f"{options.run_id}: {_short(result)}")
        if code:
            typer.echo(f"ทำต่อ / to go on: --run-id {options.run_id}")
    return code


def _one(part: parts.Part, say: Callable[[str], None]) -> None:
    say(part["label_th"])
    parts.prepare(part)
    options = parts.options_of(part)
    if not options.dry_run and not parts.is_delivered(part):
        steps.deliver_unit(options, part["unit"])
    parts.finish_part(part)


def _console() -> Console:
    return Console(stderr=True, highlight=False, markup=False)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=_console(),
    )


def _short(counts: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in counts.items() if value) or "–"
