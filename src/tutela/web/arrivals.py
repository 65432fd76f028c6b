"""From where, under which name and how privately a request came: decided before anything else looks at it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from starlette.datastructures import Headers
from starlette.types import Scope

from tutela.access.entrance import Entrance
from tutela.storage.settings import BadSettings

Tls = Literal["none", "own", "proxy"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What is let in. `tls`: none (this machine alone), the server's own, or that of a proxy before it.

    `hosts` are the names by which it may be called: another one is a page elsewhere whose name was made to lead here.
    `proxies` may say where a request came from, in the header `address_header`; nobody else may.
    """

    tls: Tls
    hosts: frozenset[str]
    proxies: tuple[Network, ...]
    address_header: str

    def refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return why a request is not served, as status and message, or None if it is."""
        headers = Headers(scope=scope)
        host = _host_of(headers.get("host", ""))
        if host not in self.hosts:
            known = ", ".join(sorted(self.hosts))
            return 421, f"This server is called {known}. If it is called by another name too, add it to [access] hosts."
        peer = peer_of(scope)
        if self.tls == "own":
            return None if scope.get("scheme") == "https" else (403, "Use https.")
        if self.tls == "none" and not _within(peer, _LOOPBACK):
            return 403, "Plain HTTP is served to this machine alone: passwords and pictures would cross the network."
        if self.tls == "proxy":
            if not _within(peer, self.proxies):
                return 403, "Only the proxy may call here; its address is set under [access] trusted_proxies."
            if headers.get("x-forwarded-proto", "https").split(",")[-1].strip().lower() != "https":
                return 403, "Use https: plain HTTP came to the proxy."
        return None

    def address_of(self, scope: Scope) -> str:
        """Return the address of the caller: of the peer, or what a trusted proxy says. Empty where there is none."""
        peer = peer_of(scope)
        if self.tls != "proxy" or not _within(peer, self.proxies):
            return peer
        # The last one that is no proxy of ours: what stands before it, anybody could have written.
        for said in reversed(",".join(Headers(scope=scope).getlist(self.address_header)).split(",")):
            address = said.strip().strip("[]")
            if _address(address) is None:
                return peer
            if not _within(address, self.proxies):
                return address
        return peer


def arrivals_of(entrance: Entrance, tls: Tls, bound: Iterable[str] = ()) -> Arrivals:
    """Return what the configuration lets in. Raises BadSettings for a proxy that is no address or network."""
    try:
        named = tuple(ipaddress.ip_network(proxy) for proxy in entrance.trusted_proxies)
    except ValueError as error:
        raise BadSettings(f"[access] trusted_proxies: {error}") from error
    hosts = frozenset(host.lower().strip("[]") for host in (*_LOOPBACK_NAMES, *entrance.hosts, *bound) if host)
    return Arrivals(tls, hosts, named or _LOOPBACK, entrance.address_header)


def peer_of(scope: Scope) -> str:
    """Return the address at the other end of the connection, empty where there is none."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _host_of(value: str) -> str:
    if value.startswith("["):
        return value[1:].partition("]")[0].lower()
    return value.rpartition(":")[0].lower() if value.count(":") == 1 else value.lower()


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _within(text: str, networks: Iterable[Network]) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in networks)
