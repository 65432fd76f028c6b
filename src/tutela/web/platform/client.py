"""The client of the platform: one signed POST to the very address that was checked; of the answer the status alone."""

from __future__ import annotations

from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from tutela import __version__
from tutela.casework.calls import Answer
from tutela.casework.platform_target import PlatformSettings
from tutela.events.envelope import Clock
from tutela.web.platform.guard import AddressRefused, Resolver, checked_address, resolve
from tutela.web.platform.signing import read_secrets, signed_headers

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PlatformClient:
    """Implements casework.calls.Sender for one configuration. Close it, or use it in a `with` block.

    The secrets are read anew for each call, so that an exchange of secrets needs no restart.
    """

    def __init__(
        self,
        settings: PlatformSettings,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._resolver = resolver
        # Redirects, proxies of the environment and cookies could lead a signed call elsewhere.
        self._http = httpx.Client(timeout=TIMEOUT, transport=transport, follow_redirects=False, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __call__(self, message: str, body: bytes) -> Answer:
        """Send a body under the id of its call. Raises BadSettings where the secrets cannot be used."""
        secrets = read_secrets(self._settings.secret_file)
        timestamp = int((self._clock() - _EPOCH).total_seconds())
        parts = urlsplit(self._settings.url)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            address = checked_address(host, port, self._settings.target, self._resolver)
        except AddressRefused:
            return Answer(received=False, code="address-refused")
        except (OSError, UnicodeError):
            return Answer(received=False, code="no-such-host")
        headers = {
            **signed_headers(secrets, message, timestamp, body),
            "Host": parts.netloc,
            "Content-Type": "application/json",
            "User-Agent": f"Tutela/{__version__}",
        }
        request = self._http.build_request(
            "POST",
            # The address that was checked, under the name that its certificate must bear.
            httpx.URL(self._settings.url).copy_with(host=address, port=port),
            content=body,
            headers=headers,
            extensions={"sni_hostname": host},
        )
        try:
            # A body is never read: however long it is, and whatever it says, the status is the answer.
            response = self._http.send(request, stream=True)
            response.close()
        except httpx.TimeoutException:
            return Answer(received=False, code="timeout")
        except httpx.HTTPError as error:
            return Answer(received=False, code=_code(error))
        finally:
            self._http.cookies.clear()
        status = response.status_code
        code = "redirect" if response.is_redirect else f"http-{status}"
        return Answer(received=response.is_success, code=code, status=status)


def _code(error: httpx.HTTPError) -> str:
    known = {httpx.ConnectError: "no-connection", httpx.ReadError: "no-answer", httpx.RemoteProtocolError: "no-answer"}
    return next((code for kind, code in known.items() if isinstance(error, kind)), "failed")
