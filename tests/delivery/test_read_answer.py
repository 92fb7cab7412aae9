"""Judging an answer: MessageCode first, HTTP status where there is none (contract 3.5, 7; traps 1, 2, 6)."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phr.delivery.client import read_answer

TABLE = [
    (200, {"MessageCode": 200, "Message": "OK"}, "accepted"),
    (200, {"MessageCode": "200"}, "accepted"),
    (404, {"MessageCode": 200}, "accepted"),
    (502, {"MessageCode": 200}, "unknown"),
    (200, {"MessageCode": 400, "Message": "bad"}, "refused"),
    (500, {"MessageCode": 400}, "refused"),
    (200, {"MessageCode": 409}, "unknown"),
    (200, {"MessageCode": 500, "Message": "Record not found !"}, "unknown"),
    (200, {"MessageCode": 401}, "auth"),
    (501, {"MessageCode": 401, "Message": "Invalid authorization"}, "auth"),
    (501, {"MessageCode": 501, "Message": "JWT Expire"}, "auth"),
    (501, {"MessageCode": 501, "Message": "Invalid authorization"}, "auth"),
    (501, {"MessageCode": 501, "Message": "unknown action"}, "not_implemented"),
    (200, {"MessageCode": 429}, "retry"),
    (429, {"MessageCode": 400}, "retry"),
    (200, {"MessageCode": 200.5}, "unknown"),
    (200, {"MessageCode": True}, "unknown"),
    (200, {"MessageCode": None}, "unknown"),
    (200, {"MessageCode": 10**12}, "unknown"),
    (200, {"MessageCode": "๒๐๐"}, "unknown"),
    (200, {"Message": "OK"}, "unknown"),
    (200, [200], "unknown"),
]
RAW = [
    (200, b"", "unknown"),
    (200, b"terminated", "unknown"),
    (200, b'{"MessageCode": 2', "unknown"),
    (200, b'{"MessageCode": 1e999}', "unknown"),
    (501, b"JWT Expire", "auth"),
    (501, b"", "unknown"),
    (401, b"", "auth"),
    (429, b"slow down", "retry"),
    (503, b"<html>", "retry"),
    (502, b"<html>", "unknown"),
    (504, b"<html>", "unknown"),
    (500, b"oops", "unknown"),
    (302, b"", "retry"),
    (403, b"", "retry"),
]


@pytest.mark.parametrize(("status", "body", "kind"), TABLE, ids=lambda value: str(value)[:60])
def test_envelope(status: int, body: object, kind: str) -> None:
    raw = orjson.dumps(body, option=orjson.OPT_PASSTHROUGH_DATACLASS)
    assert read_answer(status, raw).kind == kind


@pytest.mark.parametrize(("status", "raw", "kind"), RAW, ids=lambda value: str(value)[:40])
def test_no_envelope(status: int, raw: bytes, kind: str) -> None:
    assert read_answer(status, raw).kind == kind


def test_accepted_with_complaints_keeps_every_one() -> None:
    body = {"MessageCode": 200, "processing_warning": ["one", "two", "three"]}
    assert read_answer(200, orjson.dumps(body)).warnings == ("one", "two", "three")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("2", 2), ("100000", 300), ("", None), (None, None), ("soon", None), ("-5", None)],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert read_answer(429, b"", header).retry_after == seconds


def test_retry_after_as_a_date_that_has_passed() -> None:
    assert read_answer(429, b"", "Wed, 21 Oct 2015 07:28:00 GMT").retry_after == 0


@given(st.integers(100, 599), st.binary(max_size=60) | st.from_regex(rb'\{"MessageCode": .{0,8}\}'))
def test_no_answer_breaks_the_reader(status: int, content: bytes) -> None:
    answer = read_answer(status, content)
    assert len(answer.code) <= 12
    assert answer.kind != "accepted" or b"200" in content
