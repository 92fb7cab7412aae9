"""### What it does

Sends older service days of chosen hospitals and categories, in parts of `chunk_days` days, newest first.
Every part is a ledger run of its own: whatever is killed goes on where it stood, and what is done is left
alone. Its own pool (`backfill`), a low CPU priority and the lowest lane of the call budget keep it from
delaying today's run.

1. `dry_run` first: `finish_parts` then shows parts, documents (new, changed, unchanged), calls and minutes.
   A visit counts once in each of the three categories that lead to it; minutes are rounded up for each part.
2. Run it. A red part: its last line names a code (`PHR-...`); clear that part alone, or the whole run.
3. Parts that stay *scheduled*: the pool `backfill` must exist (Admin > Pools).

For days of the whole province Airflow's own *Backfill* of a category DAG does as well.

**Owner:** data engineering team of the provincial public health office (สสจ.)
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, get_current_context, task

from moph_prompt.dag_parts import START, default_args, notes, run_params, wire_parts
from moph_prompt.runtime import guarded, run_options

with DAG(
    dag_id="phr_backfill",
    dag_display_name="phr_backfill · ส่งย้อนหลัง",
    description="ส่งย้อนหลังตามแห่ง หมวด และช่วงวัน / sends older days on demand",
    doc_md=notes(__doc__),
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=3,
    tags=["phr", "on-demand"],
    params=run_params(
        "hospitals",
        "categories",
        "day_from",
        "day_to",
        "chunk_days",
        "dry_run",
        "resend_unchanged",
        "ignore_maintenance",
        "overrides",
    ),
    # a task whose worker was killed loses a try, and a backfill that takes days may meet several kills
    default_args=default_args(retries=10),
):

    @task(task_display_name="วางแผน (plan)", multiple_outputs=False)
    @guarded
    def plan() -> list[dict[str, Any]]:
        """The parts of the backfill."""
        from phr import faults
        from phr.errors import StopHospital
        from phr.pipeline import parts

        context = get_current_context()
        options = run_options("visits", context)
        if options.day_from is None and options.day_to is None:
            raise StopHospital(faults.CONFIG_MALFORMED, detail="day_from: a backfill needs its days")
        params = context["params"]
        return parts.plan_parts(
            options,
            purpose="backfill",
            categories=params["categories"],
            chunk_days=params["chunk_days"],
        )

    wire_parts(plan(), pool="backfill", gives_way=True)
