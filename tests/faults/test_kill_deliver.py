"""kill -9 of the delivering process at random moments: one national record per reference, none missing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable

import doomed
from province_kit import ProvinceKit, assert_balanced, assert_one_record_each

from phr.pipeline import steps

HCODE = "99002"
KILLS = 20


def test_twenty_kills_while_calls_are_under_way(new_province: Callable[..., ProvinceKit]) -> None:
    province = new_province(lease_seconds=0.6, threads=2)
    dice = random.Random(20261122)
    sendable = province.expected("send", HCODE)
    options, (unit,) = province.map_only(hospitals=[HCODE])
    province.double.admin.order({"kind": "latency", "value": 150})
    kills = in_flight = 0
    while kills < KILLS:
        process = doomed.start(province, "deliver", options, unit, settle_seconds=dice.choice((0.1, 1.0)))
        process.join(dice.uniform(0.3, 1.6))
        if process.exitcode is not None:
            assert process.exitcode == 0
            assert_one_record_each(province, sendable)
            # all delivered before the kill came: ask for everything once more
            options, (unit,) = province.map_only(hospitals=[HCODE], resend_unchanged=True)
            continue
        process.kill()
        process.join()
        kills += 1
        in_flight += "in_flight" in province.states().values()
        assert_balanced(province, options.run_id)
    assert in_flight >= KILLS / 2, "most kills must land while documents are claimed"
    province.double.admin.clear_faults()
    assert province.steps(options, unit, ("deliver",)) == []
    steps.finish_run(options)
    assert_balanced(province, options.run_id)
    assert_one_record_each(province, sendable)
    assert set(province.states().values()) == {"delivered", "held", "quarantined"}
    # at-least-once calls: nobody was forgotten, and what was settled was not sent again in the same run
    assert {row["ref"] for row in province.calls()} == sendable


def test_the_double_dies_and_comes_back(new_province: Callable[..., ProvinceKit]) -> None:
    province = new_province(attempts=2, breaker_failures=10)
    options, (unit,) = province.map_only(hospitals=[HCODE])
    province.double.admin.order({"kind": "latency", "value": 100})
    process = doomed.start(province, "deliver", options, unit)
    time.sleep(0.5)
    province.double.kill()
    process.join(60)
    try:
        assert process.exitcode != 0
        assert_balanced(province, options.run_id)
    finally:
        process.kill()
        province.double.start()
    assert province.steps(options, unit, ("deliver",)) == []
    steps.finish_run(options)
    assert_balanced(province, options.run_id)
    assert_one_record_each(province, province.expected("send", HCODE))


def test_two_deliverers_share_the_work_without_a_second_call(
    new_province: Callable[..., ProvinceKit],
) -> None:
    province = new_province(lease_seconds=5, threads=2)
    options, (unit,) = province.map_only(hospitals=[HCODE])
    province.double.admin.order({"kind": "latency", "value": 20})
    both = [doomed.start(province, "deliver", options, unit) for _ in range(2)]
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    sendable = province.expected("send", HCODE)
    assert sorted(row["ref"] for row in province.calls()) == sorted(sendable)
    steps.finish_run(options)
    assert_balanced(province, options.run_id)
    assert_one_record_each(province, sendable)


def test_delivering_needs_neither_great_expectations_nor_pandas(province: ProvinceKit) -> None:
    """A restart of deliver costs what its own imports cost, not the seconds of the checks."""
    options, (unit,) = province.map_only(hospitals=[HCODE])
    script = (
        "import json, sys\n"
        "from phr.pipeline import steps\n"
        "from phr.pipeline.context import RunOptions\n"
        "options, unit = json.loads(sys.argv[1])\n"
        "print(steps.deliver_unit(RunOptions.from_dict(options), unit)['sent'])\n"
        "print(sorted({'great_expectations', 'pandas', 'numpy', 'airflow'} & set(sys.modules)))\n"
    )
    import json

    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps([options.to_dict(), unit])],
        env={**os.environ, **province.environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == [str(len(province.expected("send", HCODE))), "[]"]
