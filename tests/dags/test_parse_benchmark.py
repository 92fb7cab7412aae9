"""``make bench-parse`` runs, and sets dags/ beside as many plain DAGs; how fast is for people to judge."""

from __future__ import annotations

import subprocess
import sys

import pytest

from phr_sandbox.demo.airflow_env import REPOSITORY

pytestmark = pytest.mark.airflow


def test_the_benchmark_compares_ours_with_plain_dags_of_the_same_number() -> None:
    command = [sys.executable, "benchmarks/dag_parse.py", "--hospitals", "2", "--rounds", "1"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    head, columns, ours, peer = done.stdout.splitlines()
    assert head.startswith("1 rounds, medians; load ")
    for name in ("wall s", "CPU s", "peak MB", "ratio to peer"):
        assert name in columns
    assert ours.startswith("2 hospitals ")
    assert peer.startswith("hello-world ")
    assert ours.split()[2:4] == peer.split()[1:3], "as many files, as many DAGs"
    assert peer.split()[-3:] == ["1.00"] * 3
