"""What can go wrong with a token, on order: each order strikes the next token and is spent."""

from enum import StrEnum


class Fault(StrEnum):
    """One way to misbehave. All but the last three make a token that no client may accept."""

    WRONG_NONCE = "wrong_nonce"
    NO_NONCE = "no_nonce"
    WRONG_AUDIENCE = "wrong_audience"
    MORE_AUDIENCES = "more_audiences"
    WRONG_ISSUER = "wrong_issuer"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "from_the_future"
    OLD = "old"
    NO_EXPIRY = "no_expiry"
    ALG_NONE = "alg_none"
    ALG_SECRET = "alg_secret"  # noqa: S105 - signed with the public key as if it were a shared secret
    FOREIGN_KEY = "foreign_key"
    UNKNOWN_KEY = "unknown_key"
    TAMPERED = "tampered"
    NO_SUBJECT = "no_subject"
    NO_TOKEN = "no_token"  # noqa: S105 - the name of a fault
    ROTATED = "rotated"
    SERVER_ERROR = "server_error"
    NOT_JSON = "not_json"
