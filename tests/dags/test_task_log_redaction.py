"""What a task logs, prints or dies of reaches no log file with an identity in it (LG1, LG2)."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.airflow

CID = "1101700230708"


@pytest.mark.parametrize(
    "value",
    [
        CID,
        f"patient {CID} failed",
        "1-1017-00230-70-8",
        int(CID),
        [CID],
        {"a": {"b": (CID, 5)}},
        ValueError(CID),
        "Bearer eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiJ4In0.c2ln",
        "99001:{AAAA-BBBB}",
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_event_is_cleaned_however_deep_the_identity_sits(value: Any) -> None:
    from moph_prompt.redaction import redact_event

    event = redact_event(None, "info", {"event": "x", "value": value, "level": "info"})
    assert not any(secret in str(event) for secret in (CID, "1-1017", "eyJ", "AAAA"))
    assert event["event"] == "x"


def test_ordinary_values_keep_their_type() -> None:
    from moph_prompt.redaction import redact_event

    event = {"event": "sent", "n": 5, "ok": True, "nothing": None, "share": 0.5, "timestamp": "2026-11-22"}
    assert redact_event(None, "info", event) == event


#: a task process as Airflow sets it up: structlog and the standard library into one JSON channel
_TASK = """
import io, json, logging, sys, warnings
from airflow.sdk.log import configure_logging, reset_logging
channel = io.BytesIO()
reset_logging()
configure_logging(json_output=True, output=channel, sending_to_supervisor=True)
import structlog
logging.getLogger("some.package").warning("plain %s", "{cid}")
structlog.get_logger("task").info("structured", patient=["{cid}"])
warnings.warn("warned {cid}")
try:
    raise ValueError("raised {cid}")
except ValueError:
    structlog.get_logger("task").exception("died")
    logging.getLogger("some.package").exception("died too")
logging.getLogger("moph_prompt").info("kept")
sys.stdout.write(channel.getvalue().decode())
"""


def test_every_way_of_logging_in_a_task_process_is_redacted() -> None:
    code = _TASK.replace("{cid}", CID)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    said = {line["event"] for line in lines}
    assert {"structured", "died", "died too", "kept"} <= said
    assert any("plain" in text for text in said)
    assert CID not in done.stdout


def test_a_component_redacts_its_own_log_too() -> None:
    code = f"""
import airflow.settings, logging, structlog
airflow.settings.initialize()
structlog.get_logger("executor").info("task printed {CID}")
logging.getLogger("some.package").warning("plain {CID}")
try:
    raise ValueError("{CID}")
except ValueError:
    structlog.get_logger("executor").exception("died")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    text = done.stdout + done.stderr
    assert "task printed" in text
    assert "plain" in text
    assert "died" in text
    assert CID not in text


def test_remote_logging_keeps_working_behind_the_redaction() -> None:
    import airflow  # noqa: F401 (always first, see the module)

    from moph_prompt.logging_config import RedactingTaskLog
    from moph_prompt.redaction import redact_event

    uploaded: list[str] = []

    class Bucket:
        processors = (len,)

        def upload(self, path: str, ti: Any = None) -> None:
            uploaded.append(path)

        def read(self, path: str, ti: Any) -> tuple[list[str], list[str]]:
            return ["bucket"], [path]

        def stream(self, path: str, ti: Any) -> str:
            return path

    wrapped = RedactingTaskLog(Bucket())
    assert wrapped.processors == (redact_event, len), "redacted before anything is shipped"
    wrapped.upload("a.log")
    assert uploaded == ["a.log"]
    assert wrapped.read("b.log", None) == (["bucket"], ["b.log"])
    assert wrapped.stream("c.log", None) == "c.log"
    local = RedactingTaskLog(None)
    assert local.read("b.log", None) == ([], [])
    assert not hasattr(local, "stream")
