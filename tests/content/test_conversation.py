"""Conversations as JSON Lines: what is one, and what is said of what is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.content.conversation import Conversation, Message, is_conversation, read_conversation
from tutela.content.decode import OverLimit, Undecodable
from tutela.content.item import Limits

LIMITS = Limits()
AT = "2026-11-01T10:00:00+01:00"


def line(sender: object = "u-1", at: object = AT, text: object = "You have won a prize.", **more: object) -> bytes:
    return json.dumps({"sender": sender, "at": at, "text": text, **more}).encode() + b"\n"


MESSAGES = st.builds(
    Message,
    sender=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    at=st.datetimes(timezones=st.just(UTC)),
    text=st.text(st.characters(codec="utf-8"), max_size=200),
)


@given(st.lists(MESSAGES, min_size=1, max_size=5), st.sampled_from([b"", b"\n", b" \r\n\t\n"]))
def test_what_is_written_is_read_again(messages: list[Message], between: bytes) -> None:
    data = between.join(one.model_dump_json().encode() + b"\n" for one in messages)
    assert is_conversation(data)
    assert read_conversation(data, LIMITS) == Conversation(tuple(messages))


def test_times_keep_their_zone_and_senders_their_order() -> None:
    found = read_conversation(line("b") + line("a") + line("b"), LIMITS)
    assert found.senders == ("b", "a")
    assert found.messages[0].at == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert found.messages[0].at.isoformat() == AT


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (line() + b"{", "line 2: Invalid JSON"),
        (line() + b"\n\n" + line(at="2026-11-01T10:00:00"), "line 4: at: Input should have timezone info"),
        (line(at=12), "line 1: at: Value error, a time is written as"),
        (line(at="12"), "line 1: at: Value error, a time is written as"),
        (line(at="2026-13-01T10:00Z"), "line 1: at: Input should be a valid datetime"),
        (line(text=None), "line 1: text: Input should be a valid string"),
        (line(sender=""), "line 1: sender: String should have at least 1 character"),
        (line(sender="u" * 513), "line 1: sender: String should have at most 512 characters"),
        (line(read=True), "line 1: read: Extra inputs are not permitted"),
        (line().replace(b"prize", b"\xff"), "line 1: Invalid JSON"),
        (line().replace(b"prize", b"\\ud800"), "line 1: Invalid JSON"),
        (b"[" * 5000, "line 1: Invalid JSON"),
        (b"\n \n", "there is no message in it"),
    ],
)
def test_a_line_that_is_no_message_is_named(data: bytes, said: str) -> None:
    with pytest.raises(Undecodable) as caught:
        read_conversation(data, LIMITS)
    assert str(caught.value).startswith(said)
    assert "prize" not in str(caught.value)


def test_what_is_too_much_is_over_the_limit_and_the_limit_itself_is_not() -> None:
    few = Limits(max_messages=2, max_characters=3)
    short = line(text="abc")
    assert len(read_conversation(short * 2, few).messages) == 2
    with pytest.raises(OverLimit, match="line 3: more than 2 messages"):
        read_conversation(short * 3, few)
    with pytest.raises(OverLimit, match="line 2: 4 characters, at most 3"):
        read_conversation(short + line(text="abcd"), few)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b'{"sender": 1, "text": 2}\n', b'{"a": "at"}', b"\x89PNG", b'["sender", "at", "text"]', b"at text"],
)
def test_other_files_of_letters_are_no_conversations(data: bytes) -> None:
    assert not is_conversation(data)
