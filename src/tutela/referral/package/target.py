"""Where packages go. It needs no extra, so that a configuration can be read without one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
SANDBOX_KEYS = (
    "age1mscsgc5kcjpge5aa4vhywr5pdtmpkwaywrfuvqzp38lpypaemdnq2pszzl",
    "CU8tN+GDA2Qz+ID0g7SvVRcZM7psa3cqiRbZwc0q9jg=",
)
"""The public keys of `tutela sandbox register`: encryption, receipts."""
SANDBOX_TOKEN = "sandbox"  # noqa: S105 - of the sandbox on this machine


class WrongTarget(ValueError):
    """The place does not belong to the target that the configuration names; the message says what to change."""


@dataclass(frozen=True, slots=True)
class PackageSettings:
    """Where and how packages for one recipient go: to a register over HTTP, or, with `folder`, as files to a folder.

    `id` is the recipient's name in the policy. `public_keys` is the file that the recipient gave away, none for the
    sandbox. `token_file` holds the token that the register knows us by. `spool` is where packages are made ready,
    `signing_key` the file of our own key. The default is a sandbox on this machine; anything else is an explicit
    choice. Raises WrongTarget if place and target disagree, so that neither alone can send a report out.
    """

    id: str
    spool: Path
    signing_key: Path
    target: str = "sandbox"
    url: str = "http://127.0.0.1:8670"
    folder: Path | None = None
    public_keys: Path | None = None
    token_file: Path | None = None

    @property
    def place(self) -> str:
        """The folder, or the address without what makes no difference."""
        return str(self.folder) if self.folder is not None else self.url.rstrip("/")

    def __post_init__(self) -> None:
        if self.target not in ("sandbox", "test", "production"):
            raise WrongTarget(f"{self.id}: target {self.target!r}: one of sandbox, test, production")
        if self.folder is not None:
            if self.public_keys is None:
                raise WrongTarget(f"{self.id}: a folder needs public_keys, the file that the recipient gave you")
            return
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.username is not None or parts.password is not None or parts.fragment or parts.query:
            raise WrongTarget(f"{self.id}: url: no user, password, query or fragment")
        if self.target == "sandbox":
            if parts.scheme != "http" or host not in _LOOPBACK:
                raise WrongTarget(
                    f'{self.id}: target "sandbox" is http on this machine, {self.url!r} is not: set the target'
                )
        elif parts.scheme != "https" or not host or host in _LOOPBACK:
            raise WrongTarget(f"{self.id}: target {self.target!r} is https and elsewhere, not {self.url!r}")
        elif self.public_keys is None or self.token_file is None:
            raise WrongTarget(f"{self.id}: target {self.target!r} needs public_keys and token_file")
