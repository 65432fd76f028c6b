"""Where reports to the CyberTipline go. It needs no extra, so that a configuration can be read without one."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

_HOSTS = {"test": "exttest.cybertip.org", "production": "report.cybertip.org"}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class WrongTarget(ValueError):
    """The URL does not belong to the target that the configuration names; the message says what to change."""


@dataclass(frozen=True, slots=True)
class CyberTiplineSettings:
    """Where reports go. The default is a sandbox on this machine; anything else is an explicit choice.

    Raises WrongTarget if the URL and the target disagree, so that neither alone can send a report out.
    """

    url: str = "http://127.0.0.1:8640/ispws"
    user: str = "sandbox"
    password: str = field(default="sandbox", repr=False)
    target: str = "sandbox"

    @property
    def place(self) -> str:
        """The address, without what makes no difference."""
        return self.url.rstrip("/")

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
            raise WrongTarget("the URL holds no user, password, query or fragment: `user` and `password` are settings")
        if self.target == "sandbox":
            if host not in _LOOPBACK:
                raise WrongTarget(f'target "sandbox" is on this machine, {host!r} is not: set the target explicitly')
        elif self.target not in _HOSTS:
            raise WrongTarget(f"target {self.target!r}: one of sandbox, test, production")
        elif host != _HOSTS[self.target] or parts.scheme != "https":
            raise WrongTarget(f"target {self.target!r} is https://{_HOSTS[self.target]}, not {self.url!r}")
