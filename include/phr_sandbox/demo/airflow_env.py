"""Airflow's configuration for demo, tests and CI, as environment variables, in one place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

#: the clone: dags/ and plugins/ lie beside include/
REPOSITORY = Path(__file__).resolve().parents[3]
ADMIN = "admin"


#: how soon the tasks of a killed scheduler or worker are found and started again. docker-compose.yaml sets
#: the same: production needs it as much (a test compares them).
AFTER_A_KILL = {
    # Tasks of a scheduler that is gone (LocalExecutor: all that ran) are looked for at the start of the next
    # one, when the dead one's last heartbeat is mostly too young to count as dead (30 s), and then in this
    # interval. With Airflow's five minutes every kill costs five minutes.
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "30",
    # A task whose worker is gone while the scheduler lives (CeleryExecutor) is missed after so long; one that
    # lives reports every five seconds. Airflow's default is five minutes.
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "120",
}


@dataclass(frozen=True)
class AirflowSecrets:
    """Keys the components of one installation share."""

    fernet_key: str
    jwt_secret: str
    api_secret_key: str


def airflow_env(
    home: Path,
    *,
    secrets: AirflowSecrets,
    port: int = 8080,
    parallelism: int = 6,
    test_connection: bool = False,
) -> dict[str, str]:
    """Environment of an Airflow that lives under ``home`` (``PHR_HOME``) and talks to nobody outside.

    Private by default: no examples, no exposed configuration, no analytics, credentials from
    ``connections.json`` only, identities cut out of task logs. Quick by default: the DAG folder is looked
    through often, as a new file would otherwise take minutes to appear; a file that is known is parsed again
    once a minute, as parsing all of them all the time would cost a fifth of a small machine.

    :param test_connection: allow the "Test" button of the connection form (the demo only).
    """
    airflow_home = home / "airflow"
    address = f"http://127.0.0.1:{port}"
    connections = {"connections_file_path": str(home / "connections.json")}
    return {
        "PHR_HOME": str(home),
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": str(parallelism),
        "AIRFLOW__CORE__FERNET_KEY": secrets.fernet_key,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(airflow_home / "passwords.json"),
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled" if test_connection else "Disabled",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Bangkok",
        # the full name of a machine may need a DNS server that an offline machine does not have
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        # the one writer may take longer than the five seconds of the driver on a busy machine
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{airflow_home / 'airflow.db'}?timeout=60",
        "AIRFLOW__SECRETS__BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(connections),
        "AIRFLOW__LOGGING__LOGGING_CONFIG_CLASS": "moph_prompt.logging_config.LOGGING_CONFIG",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(airflow_home / "logs"),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": secrets.api_secret_key,
        "AIRFLOW__API__EXPOSE_CONFIG": "False",
        "AIRFLOW__API__EXPOSE_STACKTRACE": "False",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.jwt_secret,
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        **AFTER_A_KILL,
        "GX_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "NO_COLOR": "1",
    }
