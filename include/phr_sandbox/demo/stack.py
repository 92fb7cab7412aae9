"""The double and the components of a real Airflow, as processes of one home."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import requests

from phr_sandbox.demo.airflow_env import ADMIN, REPOSITORY
from phr_sandbox.demo.airflow_rest import AirflowApi
from phr_sandbox.demo.installation import DemoError, Installation, Ports
from phr_sandbox.demo.processes import Component, Components

#: name, slots and description of the pools the DAGs name (docker-compose.yaml sets the same ones)
POOLS = (
    ("his_read", 4, "อ่านฐานข้อมูล HIS / reads of hospital databases"),
    ("deliver", 4, "ส่งหมอพร้อม / deliveries to the national API"),
    # fewer than AIRFLOW__CORE__PARALLELISM, so that a backfill never has every slot there is
    ("backfill", 2, "ส่งย้อนหลัง / backfills"),
)
_BOOT_SECONDS = 240
#: how often one component is started again
_REVIVALS = 2


class Stack:
    """Starts the processes, waits for them, and ends them.

    :param env: environment of every component.
    :param say: prints one line of progress.
    """

    def __init__(
        self, installation: Installation, ports: Ports, env: dict[str, str], say: Callable[[str], None]
    ) -> None:
        self.installation = installation
        self.ports = ports
        self.env = env
        self.api = AirflowApi(f"http://127.0.0.1:{ports.airflow}")
        self.components = Components(state_file=installation.state_file, log_folder=installation.log_folder)
        self._say = say
        self._booted = False

    # -- starting --------------------------------------------------------------------------------

    def migrate(self, meanwhile: Callable[[], None]) -> None:
        """Make Airflow's database; both take seconds and need nothing of each other.

        :raises DemoError: the migration failed.
        """
        migrate = self._airflow("db-migrate", "db", "migrate")
        meanwhile()
        if (code := migrate.process.wait(timeout=_BOOT_SECONDS)) != 0:
            raise DemoError(f"airflow db migrate ended with {code}:\n{migrate.tail()}")
        self.components.forget(migrate)

    def boot(self, dag_ids: Sequence[str]) -> None:
        """Start all but the triggerer; returns when the double answers and Airflow knows DAGs and pools.

        :raises DemoError: a component ended, a DAG file does not parse, or the time is up.
        """
        store = str(self.installation.home.national)
        national = [sys.executable, "-m", "phr_sandbox.national", store, "--port", str(self.ports.national)]
        self.components.start("national", national, self.env, cwd=REPOSITORY)
        self._airflow("api-server", "api-server")
        self._airflow("dag-processor", "dag-processor")
        self.start_scheduler()
        self.until(lambda: self.national("/_sandbox/health") is not None, "the national double")
        self._say(f"the national API double answers on port {self.ports.national}")
        self.until(lambda: self._airflow_up(dag_ids), "Airflow")
        self._say(f"Airflow answers on port {self.ports.airflow}, {', '.join(dag_ids)} is there")
        for name, slots, description in POOLS:
            self.api.ensure_pool(name, slots, description)
        self._booted = True

    def start_triggerer(self) -> None:
        """What a task that waits (for budget, for an answer) needs; few wait, and a start takes seconds."""
        self._airflow("triggerer", "triggerer", "--skip-serve-logs")

    def start_scheduler(self) -> None:
        """The scheduler and, with LocalExecutor, its workers."""
        # only the scheduler forks tasks, so only it is worth importing Great Expectations beforehand
        self._airflow("scheduler", "scheduler", "--skip-serve-logs", PHR_PRELOAD="1")

    def kill_scheduler(self) -> int:
        """``kill -9`` of the scheduler, its workers and their tasks; returns how many processes that were."""
        scheduler = self.components.named("scheduler")
        assert scheduler is not None
        return self.components.kill(scheduler)

    def _airflow(self, name: str, *arguments: str, **more_env: str) -> Component:
        command = [sys.executable, "-m", "airflow", *arguments]
        return self.components.start(name, command, self.env | more_env, cwd=REPOSITORY)

    def mind(self) -> None:
        """Start again what ended by itself, as a service manager would.

        :raises DemoError: it ended while everything was starting, or for the third time.
        """
        while dead := self.components.first_dead():
            if not self._booted or dead.revived >= _REVIVALS:
                raise DemoError(f"{dead.name} ended by itself ({dead.log}):\n{dead.tail()}")
            code = dead.exited()
            self.components.revive(dead)
            self._say(f"{dead.name} ended by itself (exit code {code}, {dead.log}); started again")

    # -- waiting and asking ----------------------------------------------------------------------

    def until(
        self, done: Callable[[], bool], what: str, *, seconds: float = _BOOT_SECONDS, every: float = 0.3
    ) -> None:
        """Wait for something, looking ``every`` so many seconds.

        :raises DemoError: a component does not stay up (:meth:`mind`), or the time is up.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.mind()
            if done():
                return
            time.sleep(every)
        raise DemoError(f"{what} is not ready after {seconds:.0f} s; see {self.installation.log_folder}")

    def national(self, path: str) -> Any:
        """The double's answer to a GET, or None."""
        session = requests.Session()
        session.trust_env = False
        try:
            answer = session.get(f"http://127.0.0.1:{self.ports.national}{path}", timeout=10)
        except requests.ConnectionError:
            return None
        return answer.json() if answer.ok else None

    def _airflow_up(self, dag_ids: Sequence[str]) -> bool:
        try:
            if not self.api.logged_in:
                self.api.login(ADMIN, self.installation.secrets()["admin_password"])
                self.api.warm_up()  # while the other components are still starting
            if all(self.api.has_dag(dag_id) for dag_id in dag_ids):
                return True
            if errors := self.api.import_errors():
                raise DemoError(f"a DAG file does not parse:\n{errors[0][-800:]}")
        except (requests.ConnectionError, requests.HTTPError, requests.Timeout):
            return False
        return False
