"""``phr codes``: which of a hospital's own codes have no national one, and the files to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from phr.cli.support import exit_on_error
from phr.home import Home
from phr.mapping.local_codes import EFFECTS, FOLDER, MAPS, LocalCodes
from phr.settings import load_province

codes_app = typer.Typer(no_args_is_help=True, help="รหัสของโรงพยาบาลกับรหัสมาตรฐาน / local and national codes")
Hcode = Annotated[str, typer.Argument(help="รหัส 5 หลัก / 5-digit hospital code")]
Days = Annotated[int, typer.Option(min=1, max=366, help="ดูกี่วันย้อนหลัง / service days to look at")]
_MOST = 20


@codes_app.command("coverage")
@exit_on_error
def coverage(hcode: Hcode, days: Days = 30) -> None:
    """รหัสที่ยังไม่มีรหัสมาตรฐาน เรียงตามจำนวนแถวที่จะปลดได้ / codes without a national one, by rows freed."""
    from phr.pipeline.readiness import assess

    console = Console(highlight=False, markup=False, width=140)
    report = assess(hcode, days=days)
    for name, counts in report.coverage.maps.items():
        local, policy = MAPS[name], getattr(report.hospital.unmapped_codes, name)
        if not counts.missing:
            console.print(f"✓ {local.title_th} / {local.title_en}: {counts.rows:,} · {policy}")
            continue
        console.print(
            f"{local.title_th} / {local.title_en}: {counts.coded:,} จาก / of {counts.rows:,} "
            f"({int(100 * counts.share)} %) · {policy} · กักไว้ / held back: {report.held_back(name):,}"
        )
        effect_th, effect_en = EFFECTS[policy]
        console.print(f"ที่เหลือ{effect_th} / the rest is {effect_en}")
        table = Table()
        table.add_column("รหัส / code", no_wrap=True)
        table.add_column("ชื่อ / name")
        table.add_column("แถวที่จะปลดได้ / rows freed", justify="right")
        for (source, words), rows in counts.missing.most_common(_MOST):
            table.add_row(source or "–", words, f"{rows:,}")
        console.print(table)


@codes_app.command("template")
@exit_on_error
def template(
    hcode: Hcode,
    days: Days = 30,
    folder: Annotated[
        Path | None, typer.Option(help="เขียนที่ใด / where; default: beside hospitals.yaml")
    ] = None,
) -> None:
    """สร้างไฟล์ให้กรอกรหัสมาตรฐาน ไม่ทับไฟล์เดิม / write files to fill in; an existing one is never replaced."""
    from phr.pipeline.readiness import assess

    report = assess(hcode, days=days)
    target = folder or Home.from_env().config_dir / FOLDER / hcode
    target.mkdir(parents=True, exist_ok=True)
    for name, counts in report.coverage.maps.items():
        path = target / f"{name}.csv"
        if not counts.missing:
            continue
        if path.exists():
            path = path.with_suffix(".csv.new")  # not read by a run: its ending is another
        text = report.coverage.template(name, hcode, report.last_day)
        path.write_text(text, encoding="utf-8")
        typer.echo(f"{path}: {len(counts.missing):,} รหัส / codes")


@codes_app.command("check")
@exit_on_error
def check(hcode: Hcode) -> None:
    """ตรวจไฟล์รหัสที่กรอกแล้ว / check the files that were filled in."""
    home = Home.from_env()
    load_province(home.config_dir / "hospitals.yaml").hospital(hcode)
    found = LocalCodes.load(home.config_dir, hcode)
    for name, local in MAPS.items():
        lines = found.lines.get(name, {})
        typer.echo(f"{'✓' if lines else '–'} {local.title_th} / {local.title_en}: {len(lines):,}")
