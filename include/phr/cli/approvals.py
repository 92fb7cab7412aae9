"""``phr approvals``: questions that wait for a person (R13)."""

from __future__ import annotations

import getpass
import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from phr import faults
from phr.cli.support import OutputFormat, exit_on_error
from phr.errors import StopHospital
from phr.home import Home
from phr.ledger import Ledger, approvals
from phr.reporting.thai import thai_date

approvals_app = typer.Typer(no_args_is_help=True, help="คำขออนุมัติที่รอคนตัดสิน / questions that wait for a person")
Id = Annotated[str, typer.Argument(help="รหัสคำขอ หรือส่วนต้นของรหัส / id of the question, or its beginning")]
Note = Annotated[str, typer.Option("--note", help="เหตุผล (บังคับ) / why; required")]
By = Annotated[str | None, typer.Option("--by", help="ผู้ตัดสิน / who decides; default: this login")]


@approvals_app.command("list")
@exit_on_error
def list_questions(
    hospital: Annotated[list[str] | None, typer.Option(help="รหัส 5 หลัก / hospital code")] = None,
    everything: Annotated[bool, typer.Option("--all", help="รวมที่ตัดสินแล้ว / decided ones too")] = False,
    output: OutputFormat = "table",
) -> None:
    """คำขอที่รออยู่ / what is waiting."""
    from phr.ledger.tables import APPROVAL_STATES

    states = APPROVAL_STATES if everything else ("open",)
    found = approvals.questions(_ledger(), hospitals=hospital, states=states)
    if output == "json":
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    for row in found:
        for line in approvals.in_words(row):
            typer.echo(line)
    if not found:
        typer.echo("ไม่มีคำขอที่รออยู่ / nothing is waiting")


@approvals_app.command("show")
@exit_on_error
def show(approval_id: Id) -> None:
    """รายการในคำขอ / the documents of a question, by visit number."""
    ledger = _ledger()
    row = _find(ledger, approval_id)
    for line in approvals.in_words(row):
        typer.echo(line)
    table = Table(header_style="bold")
    for title in ("วันรับบริการ / day", "VN / reference", "เหตุ / reason", "ลดกี่รายการ / takes away", "state"):
        table.add_column(title)
    for item in approvals.items_of(ledger, row["approval_id"]):
        day = thai_date(item["service_day"]) if item["service_day"] else "?"
        reason = approvals.REASONS_TH.get(item["reason"], item["reason"])
        removes = "ทั้งรายการ / all" if row["action"] in ("retract", "empty") else str(item["removes"] or "?")
        table.add_row(day, item["reference"], reason, removes, item["state"])
    Console(highlight=False, markup=False, width=140).print(table)


@approvals_app.command("approve")
@exit_on_error
def approve(approval_id: Id, note: Note, by: By = None) -> None:
    """อนุมัติรายการชุดนี้พอดี / approve exactly this set; the next run carries it out."""
    _decide(approval_id, True, note, by)


@approvals_app.command("reject")
@exit_on_error
def reject(approval_id: Id, note: Note, by: By = None) -> None:
    """ไม่อนุมัติ จะไม่ถามชุดเดิมอีก / reject; the same set is not asked again unless this is withdrawn."""
    _decide(approval_id, False, note, by)


@approvals_app.command("withdraw")
@exit_on_error
def withdraw(approval_id: Id, note: Note, by: By = None) -> None:
    """ถอนคำตัดสินที่ยังไม่ได้ทำ แล้วถามใหม่ / take a decision back that is not carried out; it is asked anew."""
    _needed(note)
    ledger = _ledger()
    row = approvals.withdraw(
        ledger, _find(ledger, approval_id)["approval_id"], by=by or getpass.getuser(), note=note
    )
    typer.echo(f"ถอนคำตัดสินแล้ว / withdrawn: {approvals.ACTIONS_TH[row['action']]} · {row['hospital']}")


@approvals_app.command("calls")
@exit_on_error
def calls(
    hospital: Annotated[list[str] | None, typer.Option(help="รหัส 5 หลัก / hospital code")] = None,
    limit: Annotated[int, typer.Option(min=1, help="ล่าสุดกี่ครั้ง / how many, newest first")] = 50,
    output: OutputFormat = "table",
) -> None:
    """คำสั่งที่แทนที่หรือลบ เหตุผล ผู้อนุญาต และหลักฐาน / calls that replaced or deleted: why, by whom, proof."""
    from phr.ledger.brake import NOT_MADE
    from phr.ledger.destructive import made_calls

    found = made_calls(_ledger(), hospitals=hospital, limit=limit)
    if output == "json":
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    table = Table(header_style="bold")
    for title in ("เวลา / permitted (UTC)", "แห่ง", "คำสั่ง / call", "VN / reference", "เหตุ / reason"):
        table.add_column(title)
    for title in ("อนุญาตโดย / permitted by", "คำตอบ / answer", "หลักฐาน / proof"):
        table.add_column(title)
    for row in found:
        by = f"{row['permission']} {str(row['approval_id'] or '')[:8]}".strip()
        made = "ไม่ได้เรียก / not made" if row["answer"] == NOT_MADE else row["answer"] or "ไม่ทราบผล / open"
        where = (f"{row['permitted_at']:%Y-%m-%d %H:%M}", row["hospital"], row["endpoint"], row["reference"])
        table.add_row(*where, row["reason"], by, made, row["proof"] or "–")
    Console(highlight=False, markup=False, width=160).print(table)


def _decide(approval_id: str, yes: bool, note: str, by: str | None) -> None:
    _needed(note)
    ledger = _ledger()
    row = _find(ledger, approval_id)
    who = by or getpass.getuser()
    approvals.decide(
        ledger, row["approval_id"], approve=yes, digest=row["digest"], by=who, via="cli", note=note
    )
    word = "อนุมัติแล้ว / approved" if yes else "ไม่อนุมัติ / rejected"
    typer.echo(f"{word}: {approvals.ACTIONS_TH[row['action']]} {row['items']} · {row['hospital']}")


def _needed(note: str) -> None:
    if not note.strip():
        raise typer.BadParameter("ต้องมีเหตุผล / a reason is needed", param_hint="--note")


def _ledger() -> Ledger:
    return Ledger.open(Home.from_env().ledger_url)


def _find(ledger: Ledger, beginning: str) -> dict[str, Any]:
    from phr.ledger.tables import APPROVAL_STATES

    every = approvals.questions(ledger, states=APPROVAL_STATES)
    found = [row for row in every if str(row["approval_id"]).startswith(beginning)]
    if len(found) != 1:
        raise StopHospital(
            faults.APPROVAL_CLOSED, detail=f"{len(found)} approvals begin with {beginning[:8]}"
        )
    return found[0]
