"""Which addresses may be called: a name that leads into a private network is refused, after it was resolved.

The connection is made to the very address that was checked, so that a name which answers differently the second time
(DNS rebinding) leads nowhere.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host; raises OSError."""
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


class AddressRefused(ValueError):
    """The host has an address that may not be called from here."""


def resolve(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def checked_address(host: str, port: int, target: str, resolver: Resolver) -> str:
    """Return the address to connect to. Raises AddressRefused, and OSError where the host cannot be resolved.

    For `production` every address must be public; for the `sandbox` every one must be of this machine.
    """
    addresses = resolver(host, port)
    if not addresses:
        raise AddressRefused("the host has no address")
    allowed = is_public if target == "production" else is_this_machine
    for text in addresses:
        if not allowed(_parsed(text)):
            raise AddressRefused("the host leads to an address that may not be called from here")
    return min(addresses, key=lambda text: ":" in text)


def is_this_machine(address: Address) -> bool:
    """Return whether an address is a loopback one."""
    return address.is_loopback


def is_public(address: Address) -> bool:
    """Return whether an address is one of the public Internet, also by what it carries inside.

    Not so are private, shared, link-local (with the metadata services of clouds), loopback, multicast, reserved and
    unspecified ones, and IPv6 addresses that stand for such an IPv4 address.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if any(address in network for network in _NAT64):
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(one is not None and not is_public(one) for one in inner):
            return False
        if address.ipv4_mapped is not None or any(address in network for network in _NAT64):
            return True
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _parsed(text: str) -> Address:
    try:
        # A zone (fe80::1%eth0) belongs to link-local addresses alone.
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError as error:
        raise AddressRefused("the host has no usable address") from error
