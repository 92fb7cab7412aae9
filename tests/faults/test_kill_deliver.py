"""kill -9 of the delivering process at random moments: one national record per reference, none missing."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable

import doomed
from province_kit import HCODES, ProvinceKit, assert_balanced, assert_one_record_each, unit_of

from phr.pipeline import steps

HCODE = "99001"
KILLS = 20


def test_twenty_kills_while_calls_are_under_way(new_mapped: Callable[..., ProvinceKit]) -> None:
    province = new_mapped(lease_seconds=0.6, threads=2)
    dice = random.Random(20261122)
    options, unit = province.first, unit_of(HCODE)
    assert options is not None
    province.double.admin.order({"kind": "latency", "value": 200})
    kills = in_flight = 0
    while kills < KILLS:
        process = doomed.start(province, "deliver", options, unit, settle_seconds=dice.choice((0.1, 1.0)))
        process.join(dice.uniform(0.2, 1.4))
        assert process.exitcode is None, "everything was delivered before the last kill: raise the latency"
        process.kill()
        process.join()
        kills += 1
        in_flight += "in_flight" in province.states().values()
        assert_balanced(province, options.run_id)
    assert in_flight == KILLS
    assert len(province.national()) > 10
    province.double.admin.clear_faults()
    assert province.deliver(options) == []
    steps.finish_run(options)
    assert_balanced(province, options.run_id)
    assert_one_record_each(province, province.expected("send"))
    assert set(province.states().values()) == {"delivered", "held", "quarantined"}
    # killed calls went again, settled ones did not
    writes = [row["writes"] for row in province.national().values()]
    assert max(writes) > 1
    assert writes.count(1) > len(writes) / 3


def test_the_double_dies_and_comes_back(new_mapped: Callable[..., ProvinceKit]) -> None:
    province = new_mapped(attempts=2, breaker_failures=10)
    options = province.first
    assert options is not None
    province.double.admin.order({"kind": "latency", "value": 100})
    process = doomed.start(province, "deliver", options, unit_of(HCODE), settle_seconds=0.1)
    while not province.national():
        time.sleep(0.02)
    province.double.kill()
    try:
        process.join(60)
        assert process.exitcode not in (0, None)
        assert_balanced(province, options.run_id)
        assert {"delivered", "unknown"} & set(province.states().values())
    finally:
        process.kill()
        province.double.start()
    assert province.deliver(options) == []
    steps.finish_run(options)
    assert_balanced(province, options.run_id)
    assert_one_record_each(province, province.expected("send"))


def test_two_deliverers_share_the_work_without_a_second_call(
    new_mapped: Callable[..., ProvinceKit],
) -> None:
    province = new_mapped(lease_seconds=5, threads=2)
    options = province.first
    assert options is not None
    province.double.admin.order({"kind": "latency", "value": 20})
    both = [doomed.start(province, "deliver", options, unit_of(*HCODES)) for _ in range(2)]
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    sendable = province.expected("send")
    assert sorted(row["ref"] for row in province.calls()) == sorted(sendable)
    steps.finish_run(options)
    assert_balanced(province, options.run_id)
    assert_one_record_each(province, sendable)


def test_delivering_needs_neither_great_expectations_nor_pandas(mapped: ProvinceKit) -> None:
    """A restart of deliver costs what its own imports cost, not the seconds of the checks."""
    assert mapped.first is not None
    script = (
        "import json, sys\n"
        "from phr.pipeline import steps\n"
        "from phr.pipeline.context import RunOptions\n"
        "options, unit = json.loads(sys.argv[1])\n"
        "print(steps.deliver_unit(RunOptions.from_dict(options), unit)['sent'])\n"
        "print(sorted({'great_expectations', 'pandas', 'numpy', 'airflow'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps([mapped.first.to_dict(), unit_of(HCODE)])],
        env={**os.environ, **mapped.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == [str(len(mapped.expected("send", HCODE))), "[]"]
