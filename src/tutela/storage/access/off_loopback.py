"""Plain HTTP is for this machine alone."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def require_tls(url: str, setting: str) -> None:
    """Raise ValueError unless the URL is HTTPS, or HTTP to a loopback address; the message names the setting."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.username or parts.password:
        raise ValueError(f"{setting}: put no name and no password into the URL")
    if not host or parts.scheme not in ("http", "https"):
        raise ValueError(f"{setting}: {url!r} is no address: write https://HOST")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError(f"{setting}: {host} is another machine: write https://, plain HTTP is for 127.0.0.1 alone")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
