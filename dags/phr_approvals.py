"""### What it does

Asks a person about what takes something away nationally: documents to take back, registers that lost a dose,
many removals at once. Each question is about one exact set (its digest); when the set changes first, the
question is void and is asked anew. Nothing is answered within the time limit = rejected for now.

Answer under *Required Actions* (การดำเนินการที่จำเป็น) of this run, or with `phr approvals`. Look at the
documents first: `phr approvals show <id>`. The next `phr_redrive` or `phr_reconcile` carries it out.

**Owner:** data engineering team of the provincial public health office (สสจ.)
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, get_current_context, task

from moph_prompt.approvals import PhrApprovalOperator
from moph_prompt.dag_parts import START, default_args, notes, run_params
from moph_prompt.runtime import guarded, run_options

with DAG(
    dag_id="phr_approvals",
    dag_display_name="phr_approvals · ขออนุมัติ",
    description="เรื่องที่ต้องให้คนตัดสิน / what waits for a person",
    doc_md=notes(__doc__),
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    tags=["phr", "on-demand"],
    params=run_params("hospitals"),
    default_args=default_args(),
):

    @task(task_display_name="รวมคำขอ (collect)", multiple_outputs=False)
    @guarded
    def collect() -> list[dict[str, Any]]:
        """Open questions: id, digest, words and counts."""
        from phr.pipeline.questions import open_questions

        return open_questions(run_options("visits", get_current_context()))

    PhrApprovalOperator.partial(
        task_id="decide",
        task_display_name="ตัดสิน (decide)",
        map_index_template="{{ question_label }}",
        # shorter than a day: what is asked tomorrow must not wait for what nobody answered today
        response_timeout=timedelta(hours=20),
        execution_timeout=None,
    ).expand(question=collect())
