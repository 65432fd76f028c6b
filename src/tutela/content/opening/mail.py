"""E-mail (RFC 5322 and MIME), one message or a mailbox of several, and web pages saved with their pictures (MHTML)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import ClassVar

from tutela.content.decode import Undecodable
from tutela.content.item import Outcome
from tutela.content.opening.budget import Budget, Exhausted
from tutela.content.opening.part import FilePart, Part, UnseenPart, shown_name
from tutela.content.place import Step, Within

_HEAD = 64 * 1024
_FIRST_LINE = re.compile(rb"(?:\xef\xbb\xbf)?\s*[!-9;-~]{1,76}:[ \t\r\n]")
_KNOWN = re.compile(
    rb"^(from|to|cc|subject|date|message-id|mime-version|content-type|received|return-path|delivered-to|reply-to)"
    rb"[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_MULTIPART = re.compile(rb"^content-type[ \t]*:\s*multipart/", re.IGNORECASE | re.MULTILINE)
_ENVELOPE = re.compile(rb"From \S+[^\n]*\d{4}[^\n]*\n(?=[!-9;-~]{1,76}:[ \t\r\n])")
_UUENCODED = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,500})\r?\n((?:[ -`]{1,85}\r?\n)+?)(?:`|[ ])?\r?\n?end\s", re.M)
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_MOST_BOUNDARIES = 4
"""How many times the parts that are looked at a message may name boundaries: finding them costs as their square."""
_BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError, MemoryError)


class Mail:
    """Reads attachments and bodies, whatever their encoding for transport."""

    NAME: ClassVar[str] = "e-mail"

    def claims(self, data: bytes) -> bool:
        """Return whether it begins with headers of an e-mail: two that every sender knows, or one of several parts."""
        if _ENVELOPE.match(data):
            return True
        if not _FIRST_LINE.match(data):
            return False
        head = re.split(rb"\r?\n\r?\n", data[:_HEAD].lstrip(), maxsplit=1)[0]
        names = {found.lower() for found in _KNOWN.findall(head)}
        return len(names) >= 2 or _MULTIPART.search(head) is not None

    def parts(self, data: bytes, budget: Budget) -> Iterator[Part]:
        """Yield the parts by their number among those that hold something, from 1, and the name that they have."""
        if data.lower().count(b"boundary=") > _MOST_BOUNDARIES * budget.limits.max_parts:
            raise Exhausted(f"it names more than {_MOST_BOUNDARIES * budget.limits.max_parts:,} boundaries")
        if _ENVELOPE.match(data) is None:
            yield from _message(_parsed(data), (), budget)
            return
        starts = [found.start() for found in _ENVELOPE.finditer(data) if _begins_line(data, found.start())]
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True), 1):
            budget.part()
            message = data[data.index(b"\n", start) + 1 : end]
            yield from _message(_parsed(message), (Step(Within.ATTACHMENT, "", number),), budget)


def _begins_line(data: bytes, at: int) -> bool:
    return at == 0 or data[at - 1 : at] == b"\n"


def _parsed(data: bytes) -> Message:
    try:
        return BytesParser(policy=compat32).parsebytes(data)
    except RecursionError as error:
        raise Exhausted("its parts lie too deep in one another") from error
    except _BROKEN as error:
        raise Undecodable(f"the e-mail cannot be read: {error}") from error


def _message(message: Message, steps: tuple[Step, ...], budget: Budget) -> Iterator[Part]:
    waiting = [message]
    number = 0
    while waiting:
        part = waiting.pop()
        kind = part.get_content_type()
        budget.part()
        if kind in _ENCRYPTED:
            number += 1
            yield UnseenPart((*steps, Step(Within.ATTACHMENT, _name(part), number)), Outcome.UNSUPPORTED, "encrypted")
            continue
        inside = part.get_payload()
        if isinstance(inside, list):
            within = [one for one in inside if isinstance(one, Message)]
            if kind == "message/rfc822":
                number += 1
                step = Step(Within.ATTACHMENT, _name(part), number)
                if len(steps) >= budget.limits.max_depth:
                    yield UnseenPart((*steps, step), Outcome.OVER_LIMIT, _too_deep(budget))
                    continue
                for one in within:
                    yield from _message(one, (*steps, step), budget)
                continue
            waiting += reversed(within)
            continue
        content = _content(part)
        if not content:
            continue
        number += 1
        budget.expand(len(content))
        here = (*steps, Step(Within.ATTACHMENT, _name(part), number))
        yield FilePart(here, content)
        if part.get_content_maintype() == "text":
            yield from _uuencoded(content, here, budget)


def _too_deep(budget: Budget) -> str:
    return f"more than {budget.limits.max_depth} containers in one another"


def _content(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except _BROKEN as error:
        raise Undecodable(f"a part of the e-mail cannot be read: {error}") from error
    return content if isinstance(content, bytes) else b""


def _uuencoded(text: bytes, steps: tuple[Step, ...], budget: Budget) -> Iterator[Part]:
    """Yield the files that a text carries as people wrote them in before there was MIME."""
    if b"begin " not in text:
        return
    for number, found in enumerate(_UUENCODED.finditer(text), 1):
        budget.part()
        step = Step(Within.ATTACHMENT, shown_name(found[1].decode("latin-1")), number)
        try:
            content = b"".join(binascii.a2b_uu(line) for line in found[2].splitlines())
        except binascii.Error as error:
            yield UnseenPart((*steps, step), Outcome.UNDECODABLE, f"the uuencoded file is broken: {error}")
            continue
        budget.expand(len(content))
        yield FilePart((*steps, step), content)


def _name(part: Message) -> str:
    try:
        written = part.get_filename() or ""
        name = str(make_header(decode_header(written))) if "=?" in written else written
    except (HeaderParseError, *_BROKEN):
        name = ""
    return shown_name(name)
