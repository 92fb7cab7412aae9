"""How long dags/ takes to parse with 3, 50 and 500 hospitals, beside as many plain hello-world DAGs.

    python benchmarks/dag_parse.py [--hospitals 3 50 500] [--rounds 5]

Every measurement is a process of its own that has imported Airflow and nothing of ours, its heap frozen, as a
child of the DAG processor has. What is timed is ``DagBag(folder)``, and with it the import of whatever the
files need. Cases take turns, so that a busy moment of the machine hits all of them alike; the table shows
medians, and ratios to the peer of the same run. The peer has as many files and as many DAGs in them as ours,
one task each, and knows no hospitals: it is the floor that Airflow itself sets.

Wall time counts other work on the machine, CPU time does not. ``more MB`` is the growth of the peak while
parsing, ``yaml s`` the CPU time of reading hospitals.yaml once more.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "include"), str(ROOT / "plugins")]

PEER = "hello-world"
HELLO = """
import pendulum
from airflow.sdk import DAG, task

for number in range({dags}):
    with DAG(
        dag_id=f"hello_{file}_{{number}}",
        schedule="30 1 * * *",
        start_date=pendulum.datetime(2015, 1, 1, tz="Asia/Bangkok"),
        catchup=False,
    ) as dag:

        @task
        def hello():
            print("hello world")

        hello()
    globals()[dag.dag_id] = dag
"""
ENTRY = """
  - hcode: "{code:05d}"
    hcode9: EA{code:07d}
    name_th: โรงพยาบาลสมมติที่ {code}
    province_code: "{province}"
    his: hosxp
    his_version: HOSxP v4
    work_unit: {unit}
    categories: {{visits: 2025-10-01, labs: 2025-10-01, drugs: 2025-10-01}}
    look_back_by_category: {{labs: 14}}
    closed_weekdays: [5, 6]
    maintenance: [{{weekdays: [6], from: 22:00, to: 02:00}}]
    budget_weight: 0.5
    contact: {{name: งานเทคโนโลยีสารสนเทศ, phone: "0-0000-0000", email: it{code}@example.go.th}}
    processor_agreement: DPA-2568-{code}
    dpo_contact: {{name: เจ้าหน้าที่คุ้มครองข้อมูล, email: dpo{code}@example.go.th}}
"""


def write_hospitals(folder: Path, count: int) -> None:
    """A ``hospitals.yaml`` whose entries use most of the keys there are."""
    folder.mkdir(parents=True)
    entries = [
        ENTRY.format(code=10000 + n, province=(10, 30, 50, 90)[n % 4], unit=f"อำเภอที่ {n // 10}")
        for n in range(count)
    ]
    text = 'name_th: จังหวัดสมมติ\nprovince_code: "99"\nhospitals:' + "".join(entries)
    (folder / "hospitals.yaml").write_text(text, encoding="utf-8")


def write_peer(folder: Path, files: int, dags: int) -> None:
    """As many files, and DAGs in all, as ours."""
    folder.mkdir(parents=True)
    share = [dags // files + (n < dags % files) for n in range(files)]
    for file, number in enumerate(share):
        (folder / f"hello_{file}.py").write_text(HELLO.format(dags=number, file=file), encoding="utf-8")


def measure(folder: str, config: str | None = None) -> dict[str, Any]:
    """In the child: parse one folder; seconds, CPU seconds, peak memory in MB."""
    import airflow.sdk  # noqa: F401
    from airflow.dag_processing.dagbag import DagBag

    gc.freeze()  # as airflow.dag_processing.manager does before it forks
    before = resource.getrusage(resource.RUSAGE_SELF)
    wall, cpu = time.perf_counter(), time.process_time()
    bag = DagBag(folder)
    figures = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert not bag.import_errors, bag.import_errors
    figures |= {"rss": after.ru_maxrss / 1024, "rss_more": (after.ru_maxrss - before.ru_maxrss) / 1024}
    if config:
        from phr.settings import load_province

        start = time.process_time()
        province = load_province(Path(config) / "hospitals.yaml")
        figures["load"] = time.process_time() - start
        assert not province.broken, province.broken[0].mistakes
        listed = {h.hcode for h in province.hospitals}
        assert all(
            set(d.params.get_param("hospitals").schema["examples"]) == listed for d in bag.dags.values()
        )
    return {**figures, "dags": len(bag.dags), "files": len(list(Path(folder).glob("*.py")))}


def in_a_child(home: Path, folder: Path, config: Path | None) -> dict[str, Any]:
    """Measure in a fresh process with the demo's Airflow settings."""
    from phr_sandbox.demo.airflow_env import AirflowSecrets, airflow_env

    secrets = AirflowSecrets("l3sY9vJxkGJ6v1VqFJ1GzQ0g0T2m0b0f1l6rQm3rB8s=", "jwt" * 16, "api" * 16)
    env = {**os.environ, **airflow_env(home, secrets=secrets), "PYTHONPATH": os.pathsep.join(sys.path[:2])}
    if config:
        env["PHR_CONFIG_DIR"] = str(config)
    (home / "airflow").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, __file__, "--measure", str(folder), *([str(config)] if config else [])]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--hospitals", type=int, nargs="+", default=[3, 50, 500])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(*options.measure)))
        return
    with tempfile.TemporaryDirectory(prefix="phr-bench-") as name:
        home = Path(name)
        cases: dict[str, tuple[Path, Path | None]] = {}
        for count in options.hospitals:
            write_hospitals(home / f"config-{count}", count)
            cases[f"{count} hospitals"] = (ROOT / "dags", home / f"config-{count}")
        first = in_a_child(
            home, *next(iter(cases.values()))
        )  # compiles what has no bytecode yet; not counted
        write_peer(home / "peer", first["files"], first["dags"])
        cases[PEER] = (home / "peer", None)
        in_a_child(home, *cases[PEER])
        found: dict[str, list[dict[str, Any]]] = {case: [] for case in cases}
        for _ in range(options.rounds):
            for case, (folder, config) in cases.items():
                found[case].append(in_a_child(home, folder, config))
    report(found, options.rounds)


def report(found: dict[str, list[dict[str, Any]]], rounds: int) -> None:
    def middle(case: str, figure: str) -> float:
        return statistics.median(row.get(figure, 0.0) for row in found[case])

    print(f"{rounds} rounds, medians; load {os.getloadavg()[0]:.1f}; Python {sys.version.split()[0]}")
    print(
        f"{'case':16} {'files':>5} {'DAGs':>4} {'wall s':>7} {'CPU s':>7} {'peak MB':>8} {'more MB':>8}",
        end="",
    )
    print(f" {'yaml s':>7}   ratio to peer: wall  CPU  peak")
    for case, rows in found.items():
        figures = [middle(case, name) for name in ("wall", "cpu", "rss", "rss_more")]
        ratios = [middle(case, name) / middle(PEER, name) for name in ("wall", "cpu", "rss")]
        yaml_seconds = f"{middle(case, 'load'):7.3f}" if "load" in rows[0] else f"{'-':>7}"
        print(f"{case:16} {rows[0]['files']:5} {rows[0]['dags']:4}", end=" ")
        print("{:7.3f} {:7.3f} {:8.1f} {:8.1f}".format(*figures), yaml_seconds, end=" ")
        print(" " * 16 + "{:5.2f} {:5.2f} {:5.2f}".format(*ratios))


if __name__ == "__main__":
    main()
