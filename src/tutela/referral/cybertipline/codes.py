"""The response codes."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """responseCode of an answer."""

    OK = 0
    SERVER = 1000
    SAVE = 1100
    UPLOAD = 1110
    UPLOAD_STORE = 1111
    NOT_FOUND = 1210
    UPDATE = 1300
    NOT_AUTHENTICATED = 2000
    NOT_AUTHORISED = 3000
    NOT_AUTHORISED_REPORT = 3100
    NOT_AUTHORISED_ACTION = 3300
    INVALID = 4000
    VALIDATION = 4100
    MALFORMED_XML = 4110
    MALFORMED_FILE = 4200
    NO_SUCH_REPORT = 5001
    NO_SUCH_FILE = 5002
    ALREADY_RETRACTED = 5101
    ALREADY_FINISHED = 5102
