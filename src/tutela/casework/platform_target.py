"""Where the platform is called. It needs no extra, so that a configuration can be read without one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
SANDBOX_SECRET = "whsec_dHV0ZWxhLXNhbmRib3gtcGxhdGZvcm0tc2VjcmV0"  # noqa: S105 - of the sandbox on this machine


class WrongPlatform(ValueError):
    """The URL does not belong to the target that the configuration names; the message says what to change."""


@dataclass(frozen=True, slots=True)
class PlatformSettings:
    """Where and how the platform is called. An empty `url`: it is not called, and asks for its actions itself.

    `secret_file` holds the secret that signs (`whsec_...`), or two, a line each, while one takes over from the other.
    `tries`: how often a call is tried before a person must look (1 to 100). The default is a sandbox on this machine;
    anything else is an explicit choice. Raises WrongPlatform if URL and target disagree, so that neither alone can
    send a call out.
    """

    url: str = "http://127.0.0.1:8650/hooks"
    target: str = "sandbox"
    secret_file: Path | None = None
    tries: int = 12

    def __post_init__(self) -> None:
        if not 1 <= self.tries <= 100:
            raise WrongPlatform("platform.tries: a number from 1 to 100")
        if not self.url:
            return
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.username is not None or parts.password is not None or parts.fragment or parts.query:
            raise WrongPlatform(
                "platform.url: no user, password, query or fragment: a URL is written to logs of others"
            )
        if self.target == "sandbox":
            if parts.scheme != "http" or host not in _LOOPBACK:
                raise WrongPlatform(
                    f'platform target "sandbox" is http on this machine, {host!r} is not: set the target'
                )
        elif self.target != "production":
            raise WrongPlatform(f"platform target {self.target!r}: one of sandbox, production")
        elif parts.scheme != "https" or not host:
            raise WrongPlatform(f'platform target "production" is called over https, not {parts.scheme!r}')
        elif self.secret_file is None:
            raise WrongPlatform('platform target "production" needs a secret_file of your own')

    @property
    def calls(self) -> bool:
        """Whether the platform is called at all."""
        return bool(self.url)
