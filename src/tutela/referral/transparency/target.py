"""Where statements of reasons go, and what the operator says in each. It needs no extra."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tutela.regimes.eu_users import EU27_2020

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
SCOPE = EU27_2020 | {"IS", "LI", "NO"}
"""Countries of the European Economic Area: Greece is GR in the scope, as the database has it."""
MOST_GROUND = 500
MOST_EXPLANATION = 2000


class WrongTarget(ValueError):
    """The settings cannot be meant; the message says what to change."""


@dataclass(frozen=True, slots=True)
class TransparencySettings:
    """`legal_ground` and `explanation` are the operator's words on why such content is illegal: they must be there.

    `territorial_scope`: where the actions take effect. The default target is a sandbox on this machine; anything else
    is an explicit choice. Raises WrongTarget.
    """

    target: str = "sandbox"
    url: str = "http://127.0.0.1:8680"
    token_file: Path | None = None
    legal_ground: str = ""
    explanation: str = ""
    territorial_scope: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if self.target not in ("sandbox", "test", "production"):
            raise WrongTarget(f"transparency.target {self.target!r}: one of sandbox, test, production")
        if parts.username is not None or parts.password is not None or parts.fragment or parts.query:
            raise WrongTarget("transparency.url: no user, password, query or fragment")
        if self.target == "sandbox":
            if parts.scheme != "http" or host not in _LOOPBACK:
                raise WrongTarget(f'transparency target "sandbox" is http on this machine, {self.url!r} is not')
        elif parts.scheme != "https" or not host or host in _LOOPBACK:
            raise WrongTarget(f"transparency target {self.target!r} is https and elsewhere, not {self.url!r}")
        elif self.token_file is None:
            raise WrongTarget(f"transparency target {self.target!r} needs token_file")
        if len(self.legal_ground) > MOST_GROUND or len(self.explanation) > MOST_EXPLANATION:
            raise WrongTarget(f"transparency: legal_ground has {MOST_GROUND} characters at most, explanation 2000")
        if unknown := sorted(set(self.territorial_scope) - SCOPE):
            raise WrongTarget(
                f"transparency.territorial_scope: {', '.join(unknown)}: two letters of an EEA country (GR)"
            )
