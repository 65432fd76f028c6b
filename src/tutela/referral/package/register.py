"""Packages by HTTPS to an authority's register (docs/reference/package.md).

`PUT packages/ID` takes a package once: the same bytes again get the same receipt. `DELETE packages/ID` closes an id
that was not taken yet, for good, or answers with the receipt: so a lost answer never becomes a second report.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx

from tutela import __version__
from tutela.referral.package.delivery import Sent, part_of
from tutela.referral.package.receipt import MOST_RECEIPT, BadReceipt, Receipt, check
from tutela.referral.recipient import RecipientError, Settled

_MEDIA_TYPE = "application/vnd.tutela.package"
_CHUNK = 64 * 1024
_PASSING = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.GONE, httpx.codes.TOO_EARLY, httpx.codes.TOO_MANY_REQUESTS)
_OF_US = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND)
"""A wrong token or address: no other report would fare better."""


class RegisterDelivery:
    """Implements Delivery. `receipts_key` is the key by which the register signs; receipts are kept in the spool."""

    def __init__(
        self,
        url: str,
        token: str,
        receipts_key: bytes,
        spool: Path,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._receipts_key = receipts_key
        self._spool = spool
        # Redirects, proxies of the environment and cookies could lead a report elsewhere.
        self._http = httpx.Client(
            base_url=url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {token}", "User-Agent": f"Tutela/{__version__}"},
            timeout=httpx.Timeout(60.0, connect=10.0),
            transport=transport,
            follow_redirects=False,
            trust_env=False,
        )

    @property
    def workshop(self) -> Path:
        """Where packages are made."""
        self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._spool

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def deliver(self, sent: Sent) -> tuple[str, ...]:
        """Send the package, and hold the receipt against what was sent."""
        part = part_of(self.workshop, sent.package)
        headers = {"Content-Type": _MEDIA_TYPE, "Content-Length": str(sent.size)}
        try:
            with part.open("rb") as stream:
                status, body = self._call(
                    "PUT", sent.package, content=iter(lambda: stream.read(_CHUNK), b""), headers=headers
                )
        except FileNotFoundError as error:
            raise RecipientError("withdrawn", "the package was withdrawn meanwhile", retry=True) from error
        if status not in (httpx.codes.OK, httpx.codes.CREATED):
            raise _refused(status, body)
        receipt = self._receipt(sent.package, body)
        if (receipt.sha256, receipt.size) != (sent.sha256, sent.size):
            raise RecipientError("wrong-receipt", "the receipt is for other bytes than were sent", retry=False)
        part.unlink(missing_ok=True)
        return receipt.files

    def settle(self, package: str) -> Settled:
        """Have the id closed; the answer that it was taken comes with the receipt."""
        status, body = self._call("DELETE", package)
        if status == httpx.codes.NO_CONTENT:
            settled = Settled.GONE
        elif status == httpx.codes.CONFLICT:
            self._receipt(package, body)
            settled = Settled.FILED
        else:
            raise _refused(status, body)
        part_of(self.workshop, package).unlink(missing_ok=True)
        return settled

    def _receipt(self, package: str, body: bytes) -> Receipt:
        try:
            receipt = check(body, self._receipts_key)
        except BadReceipt as error:
            raise RecipientError("wrong-receipt", str(error), retry=False) from error
        if receipt.package != package:
            raise RecipientError("wrong-receipt", "the receipt names another package", retry=False)
        path = self.workshop / f"{package}.receipt.json"
        temporary = path.with_suffix(".tmp")
        temporary.write_bytes(body)
        temporary.chmod(0o600)
        temporary.replace(path)
        return receipt

    def _call(
        self, method: str, package: str, content: Iterator[bytes] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        try:
            with self._http.stream(method, f"packages/{package}", content=content, headers=headers) as response:
                body = b""
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MOST_RECEIPT:
                        raise RecipientError("too-long", "the answer of the register does not end", retry=True)
                return response.status_code, body
        except httpx.HTTPError as error:
            # A lost answer: the register may have taken the package or not. It is asked before anything else.
            raise RecipientError(
                "no-answer", f"{type(error).__name__} at the register", retry=True, of_recipient=True
            ) from error
        finally:
            self._http.cookies.clear()


def _refused(status: int, body: bytes) -> RecipientError:
    # 410: the id was closed meanwhile, and the report begins again under a new one.
    passing = status >= httpx.codes.INTERNAL_SERVER_ERROR or status in _PASSING
    return RecipientError(
        f"http-{status}",
        f"the register answered {status}: {_words(body)}",
        retry=passing,
        of_recipient=status != httpx.codes.GONE and (passing or status in _OF_US),
    )


def _words(body: bytes) -> str:
    text = body[:300].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in text)
