"""A call goes to a public address or nowhere; what was checked is what is connected to."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.casework.platform_target import PlatformSettings, WrongPlatform
from tutela.web.platform.client import PlatformClient
from tutela.web.platform.guard import AddressRefused, checked_address, is_public

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
PRIVATE = [
    "10.0.0.1", "127.0.0.1", "127.8.8.8", "0.0.0.1", "100.64.0.1", "169.254.169.254", "172.16.5.4", "192.168.1.1",
    "192.0.0.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::1",
    "2001:0:a00:1::1",
]  # fmt: skip
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "64:ff9b::808:808"]


def answering(*addresses: str) -> object:
    def resolver(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return resolver


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_a_private_network_is_called(address: str) -> None:
    for addresses in ([address], ["8.8.8.8", address]):
        with pytest.raises(AddressRefused):
            checked_address("platform.example", 443, "production", answering(*addresses))  # type: ignore[arg-type]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are(address: str) -> None:
    assert checked_address("platform.example", 443, "production", answering(address)) == address  # type: ignore[arg-type]
    with pytest.raises(AddressRefused):
        checked_address("localhost", 8650, "sandbox", answering(address))  # type: ignore[arg-type]


@given(st.ip_addresses(v=4))
def test_what_ipv6_carries_counts_as_what_it_is(address: ipaddress.IPv4Address) -> None:
    for prefix in ("::ffff:", "64:ff9b::"):
        carried = ipaddress.IPv6Address(f"{prefix}{address}")
        assert is_public(carried) == is_public(address)


@pytest.mark.parametrize("found", [[], ["platform"]])
def test_nonsense_is_refused(found: list[str]) -> None:
    with pytest.raises(AddressRefused):
        checked_address("platform.example", 443, "production", answering(*found))  # type: ignore[arg-type]


@pytest.fixture
def production(tmp_path: Path) -> PlatformSettings:
    path = tmp_path / "secret"
    path.write_text("whsec_" + "QUJD" * 11)
    path.chmod(0o600)
    return PlatformSettings("https://platform.example:8443/hooks/tutela", "production", path)


class Wire(httpx.BaseTransport):
    """Notes what would go out, and gives what it is told to."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(production: PlatformSettings) -> None:
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["93.184.216.34"] if len(asked) == 1 else ["169.254.169.254"]

    wire = Wire(httpx.Response(204))
    with PlatformClient(production, lambda: NOW, wire, rebinding) as client:
        answer = client("call-1", b"{}")
        assert (answer.received, answer.status, answer.code) == (True, 204, "http-204")
        (sent,) = wire.sent
        assert (sent.url.scheme, sent.url.host, sent.url.port, sent.url.path) == (
            "https", "93.184.216.34", 8443, "/hooks/tutela"
        )  # fmt: skip
        assert sent.headers["host"] == "platform.example:8443"
        assert sent.extensions["sni_hostname"] == "platform.example"
        # The second time the name leads inside: nothing is sent.
        refused = client("call-2", b"{}")
        assert (refused.received, refused.code, len(wire.sent)) == (False, "address-refused", 1)
    assert asked == [("platform.example", 8443)] * 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(301, headers={"Location": "https://elsewhere.example/"}), "redirect"),
        (httpx.Response(500, text="SECRET of the platform"), "http-500"),
        (httpx.Response(410), "http-410"),
        (httpx.Response(304), "redirect"),
        (httpx.ConnectTimeout("x"), "timeout"),
        (httpx.ReadTimeout("x"), "timeout"),
        (httpx.ConnectError("x"), "no-connection"),
        (httpx.ReadError("x"), "no-answer"),
        (httpx.RemoteProtocolError("x"), "no-answer"),
        (httpx.UnsupportedProtocol("x"), "failed"),
    ],
)
def test_whatever_is_no_receipt_is_a_failure_without_words_of_the_platform(
    production: PlatformSettings, answer: httpx.Response | Exception, code: str
) -> None:
    wire = Wire(answer)
    with PlatformClient(production, lambda: NOW, wire, lambda _h, _p: ["8.8.8.8"]) as client:
        told = client("call-1", b"{}")
    assert (told.received, told.code, len(wire.sent)) == (False, code, 1)


@pytest.mark.parametrize("error", [OSError("unknown"), UnicodeError("label too long")])
def test_a_host_that_nobody_knows(production: PlatformSettings, error: Exception) -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise error

    with PlatformClient(production, lambda: NOW, Wire(), unknown) as client:
        assert client("call-1", b"{}").code == "no-such-host"


@pytest.mark.parametrize(
    ("url", "target", "told"),
    [
        ("http://platform.example/hooks", "sandbox", "this machine"),
        ("https://127.0.0.1/hooks", "sandbox", "this machine"),
        ("http://platform.example/hooks", "production", "https"),
        ("https:///hooks", "production", "https"),
        ("https://platform.example/hooks", "production", "secret_file"),
        ("https://platform.example/hooks", "live", "one of sandbox, production"),
        ("https://user:password@platform.example/hooks", "production", "no user"),
        ("https://platform.example/hooks?token=1", "production", "no user"),
    ],
)
def test_url_and_target_must_agree(url: str, target: str, told: str) -> None:
    with pytest.raises(WrongPlatform, match=told) as refused:
        PlatformSettings(url, target)
    assert "password@" not in str(refused.value)


def test_without_a_url_nobody_is_called() -> None:
    assert not PlatformSettings(url="").calls
    assert PlatformSettings().calls
    for tries in (0, 101):
        with pytest.raises(WrongPlatform, match="tries"):
            PlatformSettings(tries=tries)
