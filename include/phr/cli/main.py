"""``phr``: the same code as the DAGs, without Airflow. ``phr --help`` lists everything."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from phr.cli.support import OutputFormat, check_days, exit_on_error, iso_day, known_dialect
from phr.home import Home
from phr.ledger import Ledger, schema
from phr.privacy import logs

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="ส่งข้อมูลสุขภาพของโรงพยาบาลในจังหวัดเข้าหมอพร้อม และพิสูจน์ว่าถึงครบ / "
    "Send a province's health records to the national PHR, and prove what arrived.",
)
config_app = typer.Typer(no_args_is_help=True, help="ตรวจไฟล์ตั้งค่า / check the configuration")
hospital_app = typer.Typer(
    no_args_is_help=True, help="รายชื่อ สิทธิ และการตรวจโรงพยาบาล / list, grants and looks at hospitals"
)
ledger_app = typer.Typer(no_args_is_help=True, help="บัญชีเอกสาร / the ledger database")
sandbox_app = typer.Typer(no_args_is_help=True, help="ระบบกลางจำลอง / the national API double")
app.add_typer(config_app, name="config")
app.add_typer(hospital_app, name="hospital")
app.add_typer(ledger_app, name="ledger")
app.add_typer(sandbox_app, name="sandbox")

# no markup: messages hold brackets, "[hospital 99003]", which Rich would take for a style and drop
out = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 150)


@app.callback()
def _start() -> None:
    logs.install()


@config_app.command("check")
@exit_on_error
def config_check() -> None:
    """ตรวจ hospitals.yaml นโยบาย และ connection / check hospitals, policies and connections."""
    from phr.cli.checks import check_configuration

    problems = check_configuration(Home.from_env(), out)
    raise typer.Exit(1 if problems else 0)


@hospital_app.command("list")
@exit_on_error
def hospital_list_command(output: OutputFormat = "table") -> None:
    """โรงพยาบาลทุกแห่งพร้อมพารามิเตอร์ / every hospital with its parameters."""
    from phr.reporting import hospital_list, hospital_table
    from phr.settings import load_province

    province = load_province(Home.from_env().config_dir / "hospitals.yaml")
    now = datetime.now(UTC)
    if output == "json":
        typer.echo(json.dumps(hospital_list(province, now), ensure_ascii=False, indent=2))
    else:
        out.print(hospital_table(province, now))


@hospital_app.command("grants")
@exit_on_error
def hospital_grants(
    hcode: Annotated[str, typer.Argument(help="รหัส 5 หลัก / 5-digit hospital code")],
    database: Annotated[str, typer.Option(help="ชื่อฐานข้อมูล / name of the database")] = "hos",
    login: Annotated[str, typer.Option(help="ชื่อบัญชีที่จะสร้าง / account to make")] = "phr_reader",
    from_host: Annotated[str, typer.Option(help="เครื่องที่ต่อมา (MySQL) / where it may log in from")] = "%",
    schema: Annotated[str, typer.Option(help="schema (PostgreSQL)")] = "public",
    dialect: Annotated[
        str,
        typer.Option(
            help="mysql (MariaDB/MySQL) | postgresql | auto: ตาม HIS / by HIS", callback=known_dialect
        ),
    ] = "auto",
) -> None:
    """คำสั่ง SQL สร้างบัญชีอ่านอย่างเดียวให้ผู้ดูแล HIS / SQL of the read-only account for the HIS staff."""
    from phr.cli.checks import grant_lines

    names = {"database": database, "login": login, "from_host": from_host, "schema": schema}
    for line in grant_lines(Home.from_env(), hcode, dialect, names):
        typer.echo(line)


@hospital_app.command("probe")
@exit_on_error
def hospital_probe(
    hcode: Annotated[str, typer.Argument(help="รหัส 5 หลัก / 5-digit hospital code")],
    days: Annotated[
        int,
        typer.Option(
            min=0, max=366, help="ตรวจกี่วันย้อนหลัง 0 = ดูฐานข้อมูลอย่างเดียว / days to check, 0 = look only"
        ),
    ] = 30,
    html: Annotated[
        Path | None, typer.Option(help="เขียนรายงานเป็นหน้าเว็บ / write the report as a page")
    ] = None,
) -> None:
    """ตรวจความพร้อมของโรงพยาบาล ไม่ส่งอะไร / is a hospital ready? Reads, checks and counts; sends nothing."""
    from phr.cli.checks import probe_hospital

    raise typer.Exit(0 if probe_hospital(Home.from_env(), hcode, out, days=days, page=html) else 1)


@hospital_app.command("retry-login")
@exit_on_error
def hospital_retry_login(
    hcode: Annotated[str, typer.Argument(help="รหัส 5 หลัก / 5-digit hospital code")],
) -> None:
    """ลืมการปฏิเสธรหัสผ่านครั้งก่อน เพื่อลองใหม่ / forget a refused login, so that it is tried again."""
    from phr.ledger.credentials import RefusedCredentials
    from phr.settings import load_province

    home = Home.from_env()
    load_province(home.config_dir / "hospitals.yaml").hospital(hcode)
    forgotten = RefusedCredentials(Ledger.open(home.ledger_url)).forget(hcode)
    out.print("ลืมแล้ว จะลองใหม่ในรอบถัดไป / forgotten, tried again in the next run" if forgotten else "– none")


@ledger_app.command("create")
@exit_on_error
def ledger_create() -> None:
    """สร้างฐานข้อมูล PostgreSQL ของบัญชีหากยังไม่มี / create the ledger's PostgreSQL database if missing."""
    made = schema.create_database(Home.from_env().ledger_url)
    out.print("ledger: created / สร้างแล้ว" if made else "ledger: exists / มีอยู่แล้ว")


@ledger_app.command("upgrade")
@exit_on_error
def ledger_upgrade() -> None:
    """ปรับรุ่นฐานข้อมูลบัญชี / bring the ledger to the newest schema."""
    schema.upgrade(schema.make_engine(Home.from_env().ledger_url))
    out.print("ledger: up to date / ปรับรุ่นแล้ว")


@app.command("balance")
@exit_on_error
def balance(
    hospital: Annotated[list[str] | None, typer.Option(help="เฉพาะโรงพยาบาลนี้ / only this hospital")] = None,
    day_from: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first day")
    ] = None,
    day_to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="last day")] = None,
    run: Annotated[str | None, typer.Option(help="เฉพาะรอบนี้ / the run equation of this run")] = None,
    output: OutputFormat = "table",
) -> None:
    """สมการตรวจนับทั้งสอง ส่วนต่างต้องเป็นศูนย์ / both equations; any remainder exits with 1."""
    from phr.ledger.balance import run_equations, state_equations
    from phr.reporting import balance_table
    from phr.settings import load_province

    check_days(day_from, day_to)
    home = Home.from_env()
    ledger = Ledger.open(home.ledger_url)
    if run is not None and ledger.run_row(run) is None:
        raise typer.BadParameter(f"ไม่มีรอบนี้ในบัญชี / run {run} is not in the ledger", param_hint="--run")
    province = load_province(home.config_dir / "hospitals.yaml")
    first, last = iso_day(day_from), iso_day(day_to)
    lines = state_equations(ledger, hospitals=hospital, day_from=first, day_to=last)
    lines += run_equations(ledger, run_id=run, hospitals=hospital, day_from=first, day_to=last)
    # a hospital that has left the province is still in the ledger
    known = {line.hospital for line in lines} | {h.hcode for h in province.hospitals}
    known |= {broken.hcode for broken in province.broken}
    for hcode in hospital or []:
        if hcode not in known:
            province.hospital(hcode)
    if output == "json":
        typer.echo(json.dumps([line.to_dict() for line in lines], ensure_ascii=False, indent=2))
    else:
        names = {h.hcode: h.name_th for h in province.hospitals}
        for scope in ("state", "run"):
            out.print(balance_table(lines, names, scope=scope))
    bad = [line for line in lines if line.remainder]
    if bad and output == "table":
        out.print(f"ไม่ลงตัว {len(bad)} บรรทัด / {len(bad)} lines do not balance")
    raise typer.Exit(1 if bad else 0)


@app.command("explain")
@exit_on_error
def explain_command(
    hcode: Annotated[str, typer.Argument(help="รหัส 5 หลัก / hospital code")],
    reference: Annotated[str, typer.Argument(help="เลข VN หรือ รหัส:VN / visit number, or hcode:VN")],
) -> None:
    """ทำไมรายการนี้ส่งหรือไม่ส่ง / why was this visit sent or not."""
    from phr.reporting.explain import explain, kind_of
    from phr.settings import load_province

    home = Home.from_env()
    hospital = load_province(home.config_dir / "hospitals.yaml").hospital(hcode)
    # the form in which the national side names a visit
    reference = reference.removeprefix(f"{hospital.hcode}:")
    ledger = Ledger.open(home.ledger_url)
    lines = explain(ledger, hospital, reference, kind=kind_of(ledger, hospital.hcode, reference))
    for line in lines:
        typer.echo(line)
    in_ledger = not any("/ not in the ledger" in line for line in lines)
    in_source = any("/ present" in line for line in lines)
    raise typer.Exit(0 if in_ledger or in_source else 1)


@app.command("report")
@exit_on_error
def report(
    runs: Annotated[
        list[str], typer.Argument(help="run id; หลายรอบพิมพ์เป็นตารางรวม / of several runs the sums are shown")
    ],
) -> None:
    """รายงานการส่งของรอบหนึ่งหรือหลายรอบ / the delivery report of a run, or of several together."""
    from phr.reporting import day_report, delivery_report

    home = Home.from_env()
    ledger = Ledger.open(home.ledger_url)
    width = max(150, out.width)
    unknown = [run for run in runs if ledger.run_row(run) is None]
    if len(runs) == 1 or unknown:
        typer.echo(
            delivery_report(home, unknown[0] if unknown else runs[0], width=width, colour=out.is_terminal)
        )
    else:
        typer.echo(day_report(home, runs, width=width, colour=out.is_terminal))
    raise typer.Exit(1 if unknown else 0)


@sandbox_app.command("serve")
@exit_on_error
def sandbox_serve(
    port: Annotated[int, typer.Option(envvar="PHR_NATIONAL_PORT", help="port")] = 8099,
    host: Annotated[str, typer.Option(help="address; only this machine is allowed")] = "127.0.0.1",
    settings: Annotated[Path | None, typer.Option(help="JSON with accounts and limits")] = None,
) -> None:
    """เปิดระบบกลางจำลอง / serve the national API double (store in PHR_HOME/national)."""
    from phr.cli.sandbox import serve

    serve(Home.from_env(), host, port, settings)


@app.command("demo-data")
@exit_on_error
def demo_data(
    day_from: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first day")
    ] = None,
    day_to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="last day")] = None,
    seed: Annotated[int, typer.Option(help="same seed, same data")] = 1,
    scale: Annotated[float, typer.Option(help="1.0 is about 450 visits a working day")] = 1.0,
) -> None:
    """สร้างฐานข้อมูลจำลองของสามโรงพยาบาล / make the replicas of three invented hospitals."""
    from phr.cli.sandbox import make_demo_data

    check_days(day_from, day_to, future=True)
    make_demo_data(
        Home.from_env(), out, first=iso_day(day_from), last=iso_day(day_to), seed=seed, scale=scale
    )


def _register_run() -> None:
    from phr.cli import operate
    from phr.cli.approvals import approvals_app
    from phr.cli.codes import codes_app
    from phr.cli.new_adapter import new_adapter
    from phr.cli.run import run_app

    app.add_typer(run_app, name="run")
    operate.register(app)
    app.add_typer(approvals_app, name="approvals")
    app.add_typer(codes_app, name="codes")
    app.command("new-adapter")(new_adapter)


_register_run()
