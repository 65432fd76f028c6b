"""`tutela serve`: the API and the console over HTTP."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tutela.cli.exits import Exit
from tutela.cli.matchers import followed_matcher
from tutela.cli.output import err, fail
from tutela.cli.place import workplace
from tutela.cli.referrals import say_what_waits
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.storage.settings import BadSettings

if TYPE_CHECKING:
    from tutela.web.arrivals import Tls


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8600,
    dispatch: Annotated[
        bool,
        typer.Option("--dispatch/--no-dispatch", help="Send reports and call the platform in the background."),
    ] = True,
    certificate: Annotated[
        Path | None, typer.Option(help="Speak HTTPS with this certificate (PEM).", exists=True, dir_okay=False)
    ] = None,
    certificate_key: Annotated[
        Path | None, typer.Option(help="The certificate's private key (PEM).", exists=True, dir_okay=False)
    ] = None,
    behind_tls_proxy: Annotated[
        bool, typer.Option("--behind-tls-proxy", help="A proxy before this server speaks HTTPS with browsers.")
    ] = False,
) -> None:
    """Serve the API and the console until it is stopped. Plain HTTP stays on this machine."""
    tls = _tls(certificate, certificate_key, behind_tls_proxy)
    if tls == "none" and not _is_loopback(host):
        fail(
            f"{host} is not this machine alone, and pictures, passwords and keys would go over it in plain. "
            "Give --certificate and --certificate-key, or put a proxy with HTTPS before 127.0.0.1; give "
            "--behind-tls-proxy where one stands before this address.",
            Exit.USAGE,
        )
    import uvicorn

    from tutela.web.app import create_app
    from tutela.web.steady import settle

    with workplace() as place:
        if tls == "proxy" and not _is_loopback(host) and not place.settings.entrance.trusted_proxies:
            fail("name the proxy's address under [access] trusted_proxies in tutela.toml", Exit.USAGE)
        say_what_waits(place)
        if not place.people.all():
            err.print("nobody may sign in yet: tutela person add NAME --role administrator", markup=False)
        try:
            # What stands in the way of matching is said now, not at the first item.
            followed_matcher(place, None)
        except (BadSettings, CorruptSegment) as error:
            err.print(f"items and lookups are refused (503) until this is mended: {error}", markup=False)
        # Loading takes most of a second, which the first item need not wait for.
        place.workers.warm()
        app = create_app(place, dispatch=dispatch, tls=tls, bound=[host])
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            # The addresses of requests name cases; who looked at what stands in the record.
            access_log=False,
            log_level="warning",
            server_header=False,
            # Whom to believe about the caller's address is decided in `web/arrivals.py` alone.
            proxy_headers=False,
            ssl_certfile=certificate,
            ssl_keyfile=certificate_key,
            timeout_graceful_shutdown=15,
        )
        settle()
        server = uvicorn.Server(config)
        listening = _listen(host, port)
        shown = f"[{host}]" if ":" in host else host
        scheme = "https" if tls == "own" else "http"
        err.print(f"console and API: {scheme}://{shown}:{listening.getsockname()[1]}/  (Ctrl-C stops)", markup=False)
        server.run(sockets=[listening])


def _tls(certificate: Path | None, key: Path | None, behind_proxy: bool) -> Tls:
    if (certificate is None) != (key is None):
        fail("--certificate and --certificate-key belong together", Exit.USAGE)
    if certificate is None:
        return "proxy" if behind_proxy else "none"
    if behind_proxy:
        fail("give a certificate or --behind-tls-proxy, not both", Exit.USAGE)
    return "own"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on and each answer waits 40 ms for an acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        fail(f"cannot listen on {host}:{port}: {error.strerror}; choose another --port")
    listening.listen(128)
    return listening


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
