"""`tutela serve`, as a process."""

from __future__ import annotations

import ipaddress
import os
import re
import signal
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.web.scene import PASSWORD, Scene
from tutela.detection.hashlists.hashlist import NewEntry
from tutela.web.console.pages import read_templates


def started(data: Path, *options: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "TUTELA_DATA": str(data), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", "from tutela.cli.main import run; run()", "serve", "--port", "0", *options],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell lets what it runs in the background ignore SIGINT, tests and all.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "tutela.example"])  # noqa: S104 - it is refused
def test_plain_http_stays_on_this_machine(tmp_path: Path, host: str) -> None:
    process = started(tmp_path, "--host", host)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "--behind-tls-proxy" in said
    assert not any(tmp_path.iterdir())


def test_it_serves_says_where_and_logs_no_request(scene: Scene) -> None:
    process = started(scene.place.settings.data, "--no-dispatch")
    assert process.stderr is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        assert found
        with httpx.Client(base_url=found.group(), trust_env=False) as client:
            for _ in range(200):
                if client.get("/health").status_code == 200:
                    break
            answer = client.post("/sign-in", data={"name": "rita", "password": PASSWORD})
            assert answer.status_code == 303
            assert client.get("/cases/a-case?item=an-item").status_code == 404
    finally:
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
    assert out == ""
    assert "a-case" not in said
    assert "Traceback" not in said


def test_an_empty_installation_says_how_to_add_a_person(tmp_path: Path) -> None:
    process = started(tmp_path / "data", "--no-dispatch")
    assert process.stderr is not None
    try:
        assert "tutela person add" in process.stderr.readline()
        assert "http://127.0.0.1:" in process.stderr.readline()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def test_entries_of_a_kind_that_is_not_installed_are_told_at_the_start_and_stop_items_alone(scene: Scene) -> None:
    scene.place.lists.add("trial-list", [NewEntry("embedding-0123456789ab", bytes(8))])
    secret = scene.place.people.create_key("asker", ["lookups"])
    process = started(scene.place.settings.data, "--no-dispatch")
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        assert "until this is mended: entries are 'embedding-0123456789ab', which is not installed" in said
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        assert found
        with httpx.Client(base_url=found.group(), trust_env=False) as client:
            for _ in range(200):
                if client.get("/health").status_code == 200:
                    break
            body = {"fingerprints": [{"kind": "md5", "value": "0" * 32}]}
            answer = client.post("/v1/lookups", headers={"Authorization": f"Bearer {secret}"}, json=body)
            assert answer.status_code == 503
            assert "which is not installed" in answer.json()["detail"]
            assert client.get("/sign-in").status_code == 200
    finally:
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    assert "Traceback" not in rest


def test_https_with_a_certificate_of_ones_own(scene: Scene, tmp_path: Path) -> None:
    certificate, key = own_certificate(tmp_path)
    process = started(
        scene.place.settings.data, "--no-dispatch", "--certificate", str(certificate), "--certificate-key", str(key)
    )
    assert process.stderr is not None
    try:
        found = re.search(r"https://127\.0\.0\.1:\d+", process.stderr.readline())
        assert found
        trusted = ssl.create_default_context(cafile=str(certificate))
        with httpx.Client(base_url=found.group(), trust_env=False, verify=trusted, timeout=60) as client:
            answer = client.post("/sign-in", data={"name": "rita", "password": PASSWORD})
            assert answer.status_code == 303
            assert "Secure" in answer.headers["set-cookie"]
            assert answer.headers["strict-transport-security"]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def own_certificate(folder: Path) -> tuple[Path, Path]:
    """Return the files of a certificate for 127.0.0.1 and of its key."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate, key = folder / "tutela.pem", folder / "tutela.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, key


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--host", "0.0.0.0", "--behind-tls-proxy"], "trusted_proxies"),  # noqa: S104 - it is refused
        (["--certificate", __file__], "belong together"),
        (["--certificate", __file__, "--certificate-key", __file__, "--behind-tls-proxy"], "not both"),
    ],
)
def test_what_does_not_fit_together_is_refused(tmp_path: Path, options: list[str], told: str) -> None:
    process = started(tmp_path / "data", *options)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert told in " ".join(said.split())


def test_templates_are_read_before_the_first_request() -> None:
    """One that is wrong stops the start, and not a page."""
    read_templates()
