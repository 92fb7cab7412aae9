"""``PhrApprovalOperator``: one question to a person, whose answer goes into the ledger (R13)."""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param

from moph_prompt.runtime import guarded

APPROVE, REJECT = "อนุมัติ / Approve", "ไม่อนุมัติ / Reject"


class PhrApprovalOperator(HITLOperator):
    """Ask about one exact set of documents; no answer in time is a rejection.

    What is shown are counts, reasons and the digest of the set: visit numbers stand in the ledger alone
    (``phr approvals show``). A question that was decided elsewhere, or whose set has changed, is left alone.

    :param question: as :func:`phr.pipeline.questions.open_questions` returns it.
    """

    template_fields = ("subject", "body")

    def __init__(self, *, question: Any, params: Any = None, **kwargs: Any) -> None:
        words = question if isinstance(question, dict) else {}
        del params  # those of the DAG, which Airflow hands in here: they are no fields of the answer
        note = Param(
            "",
            type="string",
            maxLength=500,
            title="เหตุผล / Why",
            description="ต้องระบุ ไม่ว่าตัดสินอย่างไร / needed whichever you choose",
            source="task",
        )
        super().__init__(
            subject=str(words.get("subject", "phr")),
            body=str(words.get("body", "")),
            options=[APPROVE, REJECT],
            defaults=REJECT,
            params={"note": note},
            **kwargs,
        )
        self.question = question

    def execute(self, context: Any) -> Any:
        """Ask and wait without holding a slot."""
        context["question_label"] = self.question["subject"]
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> dict[str, Any]:
        """Write the answer down; returns what became of the question."""
        context["question_label"] = self.question["subject"]
        answer = super().execute_complete(context, event)
        return self._write_down(dict(answer))

    @guarded
    def _write_down(self, answer: dict[str, Any]) -> dict[str, Any]:
        from phr.pipeline.questions import answer_question

        user = answer.get("responded_by_user") or {}
        name = user.get("name") if isinstance(user, dict) else getattr(user, "name", None)
        return answer_question(
            self.question,
            approve=APPROVE in answer["chosen_options"],
            by=name,
            note=str((answer.get("params_input") or {}).get("note") or ""),
        )
