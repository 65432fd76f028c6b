"""The response codes of the service, and the refusal that carries one."""

from enum import IntEnum


class Code(IntEnum):
    """Response codes, as listed in the facts about the service.

    The facts give the meaning of each number in a word or two. Which of 1110 and 1111, and which of the
    3000s, belongs to which case is this sandbox's reading; a client must not depend on the difference.
    """

    SUCCESS = 0
    SERVER_ERROR = 1000
    SAVE_FAILED = 1100
    UPLOAD_FAILED = 1110
    UPLOAD_TOO_LARGE = 1111
    NOT_FOUND = 1210
    UPDATE_FAILED = 1300
    AUTHENTICATION = 2000
    AUTHORISATION = 3000
    AUTHORISATION_REPORT = 3100
    AUTHORISATION_ACCOUNT = 3300
    INVALID = 4000
    VALIDATION = 4100
    MALFORMED_XML = 4110
    MALFORMED_FILE = 4200
    NO_SUCH_REPORT = 5001
    NO_SUCH_FILE = 5002
    ALREADY_RETRACTED = 5101
    ALREADY_FINISHED = 5102


_STATUS: dict[Code, int] = {
    Code.SUCCESS: 200,
    Code.NOT_FOUND: 404,
    Code.UPLOAD_TOO_LARGE: 400,
    Code.AUTHENTICATION: 401,
    Code.AUTHORISATION: 403,
    Code.AUTHORISATION_REPORT: 403,
    Code.AUTHORISATION_ACCOUNT: 403,
    Code.NO_SUCH_REPORT: 404,
    Code.NO_SUCH_FILE: 404,
    Code.ALREADY_RETRACTED: 409,
    Code.ALREADY_FINISHED: 409,
}


def http_status(code: Code) -> int:
    """Return the HTTP status that goes with a code.

    The facts fix 400 for validation errors and 401 for credentials only; the others are the sandbox's
    choice, so a client has to judge by the code in the body.
    """
    if code in _STATUS:
        return _STATUS[code]
    return 500 if code < Code.AUTHENTICATION else 400


class Refusal(Exception):
    """A request that the service answers with a code other than 0."""

    def __init__(self, code: Code, description: str, *, status: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.status = http_status(code) if status is None else status
