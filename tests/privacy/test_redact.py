"""The last net (LG1, LG2): what it cuts out, what it leaves alone, and that it never breaks logging."""

from __future__ import annotations

import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phr.privacy.redact import RedactFilter, leaf_texts, redact, scrub_values

JWT = "eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiJhQDk5OTk5In0.c2lnbmF0dXJl-_x"
digits = st.text("0123456789", min_size=13, max_size=13)


@given(digits, st.sampled_from(["", "-", " "]), st.text("กขค abc:,", max_size=8))
def test_citizen_ids_go_however_they_are_written(cid: str, mark: str, around: str) -> None:
    written = mark.join((cid[0], cid[1:5], cid[5:10], cid[10:12], cid[12]))
    assert written not in redact(f"{around}{written}{around}")


@pytest.mark.parametrize(
    "secret",
    [JWT, "{AAAAAAAA-0000-4000-8000-000000000001}", "hunter2!", "p/w with blank", "๑๑๐๑๗๐๐๒๐๓๔๕๑"],
)
@pytest.mark.parametrize(
    "form",
    [
        'password="{}"',
        '"password": "{}"',
        "'password_hash': '{}'",
    ],
)
def test_named_secrets_go(secret: str, form: str) -> None:
    assert secret not in redact(form.format(secret))


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"token {JWT} refused", JWT),
        ("Authorization: Bearer abc.def", "abc.def"),
        ("authorization: basic dXNlcjpwdw==", "dXNlcjpwdw=="),
        ("Bearer 99999:{AAAA-BBBB}", "AAAA-BBBB"),
        ("got 99999:{AAAA-BBBB} there", "AAAA-BBBB"),
        ("postgresql+psycopg://phr:s3cret@db:5432/ledger", "s3cret"),
        ("password=a}b", "b"),
        ("visit 681103083015", "681103083015"),
    ],
)
def test_tokens_logins_and_visit_numbers_go(text: str, secret: str) -> None:
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "manual__2026-11-22T20:27:39.123456+07:00",
        "scheduled__2026-11-22T18:30:00+00:00",
        "took 1763842059.123 s",
        "epoch 1763842059",
        "36000000 documents in 1826 days",
        "hospital 99001 PHR-404 at 127.0.0.1:8080",
        "docs-00001 of 3 files, 12345 rows, 99.9 %",
        "2026-11-22 20:27:39,123 INFO",
        "http://127.0.0.1:8080/api/UpdatePHRv1",
        "port 5432, 20261122202739 and 0a1b2c3d4e5f",
    ],
)
def test_ordinary_numbers_stay(text: str) -> None:
    assert redact(text) == text


@given(
    st.text(max_size=80)
    | st.from_regex(r"(password[:=] ?\"?\w*\"?|Bearer \w+|\d{5}:\{\w*\}| |\d{12,13}){0,4}")
)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


def log(message: object, *args: object, **kwargs: object) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactFilter())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.warning(message, *args, **kwargs)  # type: ignore[arg-type]
    return stream.getvalue()


class _Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("1101700203451")


def test_the_filter_redacts_arguments_exceptions_and_stacks() -> None:
    cid = "1101700203451"
    assert cid not in log("person %s of %d", cid, 3)
    assert cid not in log("person %(cid)s", {"cid": cid})
    assert cid not in log(int(cid))
    try:
        try:
            raise ValueError(f"inner {cid}")
        except ValueError as inner:
            raise RuntimeError(f"outer {cid} Bearer abc") from inner
    except RuntimeError:
        said = log("failed", exc_info=True)
    assert "RuntimeError" in said
    assert "ValueError" in said
    assert cid not in said
    assert "Bearer abc" not in said
    assert "Stack" in log("here", stack_info=True)


@pytest.mark.parametrize("args", [("one", "two"), (), ({"other": 1},), (_Unprintable(),)])
def test_a_wrong_log_call_does_not_break_the_program(args: tuple[object, ...]) -> None:
    said = log("%(name)s" if args and isinstance(args[0], dict) else "%s", *args)
    assert "1101700203451" not in said
    assert said


BODY = {
    "Patient": {"name": [{"text": "นายทดสอบ ใจดี", "given": ["ทดสอบ"]}], "birthDate": "1980-01-01"},
    "Encounter": [{"Observation": [{"value": 36.5, "display": "Potassium"}], "active": True}],
}


def test_a_quoted_body_leaves_only_the_complaint() -> None:
    said = scrub_values(
        'name "นายทดสอบ ใจดี" born 1980-01-01 with Potassium 36.5 is not accepted', leaf_texts(BODY)
    )
    assert said == 'name "‹value›" born ‹value› with ‹value› ‹value› is not accepted'


def test_values_escaped_as_json_go_too() -> None:
    import json

    said = scrub_values("echo " + json.dumps(BODY), leaf_texts(BODY))
    assert "\\u0e17" not in said
    assert "1980" not in said


@given(st.text(max_size=700))
def test_kept_text_is_short_and_fits_every_store(text: str) -> None:
    kept = scrub_values(text + "\x00", [])
    assert len(kept) <= 500
    assert "\x00" not in kept
