"""``phr new-adapter``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from phr.cli.support import exit_on_error


def _dialect(value: str) -> str:
    if value not in ("mysql", "postgresql", "sqlite"):
        raise typer.BadParameter("mysql, postgresql หรือ sqlite / mysql, postgresql or sqlite")
    return value


@exit_on_error
def new_adapter(
    name: Annotated[str, typer.Argument(help="ชื่อของ HIS: a-z 0-9 _ / name of the HIS, as in `his:`")],
    root: Annotated[Path, typer.Option(help="ที่เก็บโค้ด / a checkout of this repository")] = Path(),
    dialect: Annotated[str, typer.Option(help="mysql | postgresql | sqlite", callback=_dialect)] = "mysql",
) -> None:
    """สร้างโครงตัวอ่าน HIS ใหม่ พร้อมการทดสอบที่บอกว่ายังขาดอะไร / files of a new HIS adapter, with its test."""
    from phr.his.new_adapter import scaffold

    try:
        made = scaffold(root.resolve(), name, dialect)
    except ValueError as error:
        raise typer.BadParameter(f"ชื่อใช้ไม่ได้ / {error}", param_hint="NAME") from None
    except FileExistsError as error:
        raise typer.BadParameter(
            f"มีอยู่แล้ว / exists already: {Path(str(error)).name}", param_hint="NAME"
        ) from None
    except FileNotFoundError:
        raise typer.BadParameter(
            "ไม่ใช่ที่เก็บโค้ดนี้ / no checkout of this repository", param_hint="--root"
        ) from None
    for path in made:
        typer.echo(str(path.relative_to(root.resolve())))
    typer.echo(f"ต่อไป / next: pytest tests/his/test_{name}_adapter.py บอกว่ายังขาดอะไร / tells what is missing")
