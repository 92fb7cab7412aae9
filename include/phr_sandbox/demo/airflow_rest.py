"""The few calls of Airflow's REST API the demo needs (each ``airflow`` command would cost seconds)."""

from __future__ import annotations

from typing import Any

import requests


class AirflowApi:
    """Log in first; every call has a time-out and raises ``requests.HTTPError`` on refusal."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy between us and 127.0.0.1

    @property
    def logged_in(self) -> bool:
        """Whether :meth:`login` has succeeded."""
        return "Authorization" in self._session.headers

    def login(self, user: str, password: str) -> None:
        """Get a token for this session."""
        answer = self._session.post(
            f"{self._address}/auth/token", json={"username": user, "password": password}, timeout=30
        )
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(self, method: str, path: str, **kwargs: Any) -> Any:
        """One call below ``/api/v2``."""
        answer = self._session.request(method, f"{self._address}/api/v2{path}", timeout=30, **kwargs)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def warm_up(self) -> None:
        """Make the server build what the first task would wait seconds for (the execution API)."""
        self._session.get(f"{self._address}/execution/health", timeout=120)

    def has_dag(self, dag_id: str) -> bool:
        """Whether the DAG processor has found the DAG."""
        answer = self._session.get(f"{self._address}/api/v2/dags/{dag_id}", timeout=30)
        return answer.status_code == 200

    def import_errors(self) -> list[str]:
        """Stack traces of DAG files that do not parse."""
        return [e["stack_trace"] for e in self.call("GET", "/importErrors")["import_errors"]]

    def ensure_pool(self, name: str, slots: int, description: str) -> None:
        """Create a pool unless it exists."""
        body = {"name": name, "slots": slots, "description": description, "include_deferred": False}
        answer = self._session.post(f"{self._address}/api/v2/pools", json=body, timeout=30)
        if answer.status_code != 409:
            answer.raise_for_status()

    def unpause(self, dag_id: str) -> None:
        """Switch a DAG on; with ``catchup=False`` that runs the latest interval at once."""
        self.call("PATCH", f"/dags/{dag_id}", json={"is_paused": False})

    def latest_run(self, dag_id: str) -> dict[str, Any] | None:
        """The run that was created last."""
        runs = self.call("GET", f"/dags/{dag_id}/dagRuns", params={"order_by": "-run_after", "limit": 1})
        return runs["dag_runs"][0] if runs["dag_runs"] else None

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start a manual run; Airflow makes the run id."""
        run = self.call("POST", f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf})
        return str(run["dag_run_id"])

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """A run; ``state`` is ``queued``, ``running``, ``success`` or ``failed``."""
        return dict(self.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}"))

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Task instances of a run, mapped ones by index."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        return list(self.call("GET", path, params={"limit": 500})["task_instances"])

    def xcom(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """What a task returned (counts only, in this product)."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
        return self.call("GET", path, params={"deserialize": True})["value"]
