"""Pictures with C2PA manifests, signed by a signer that exists for the test alone."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@dataclass(frozen=True)
class Signer:
    """A signer with the certificate of who vouches for it, both PEM."""

    chain: str
    key: str
    anchor: str

    def signed(self, data: bytes, media_type: str, *actions: dict[str, Any]) -> bytes:
        """Return the picture with a manifest that tells these actions."""
        told = {
            "claim_generator_info": [{"name": "Test camera", "version": "1"}],
            "assertions": [{"label": "c2pa.actions", "data": {"actions": list(actions)}}],
        }
        info = c2pa.C2paSignerInfo(
            alg=b"es256", sign_cert=self.chain.encode(), private_key=self.key.encode(), ta_url=None
        )
        out = io.BytesIO()
        with c2pa.Builder(told) as builder:
            builder.sign(c2pa.Signer.from_info(info), media_type, io.BytesIO(data), out)
        return out.getvalue()


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def signer() -> Signer:
    """Return a signer whose certificates hold today."""
    now = datetime.now(UTC)
    above, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def certificate(name: str, key: ec.EllipticCurvePrivateKey, *, vouching: bool) -> x509.Certificate:
        def named(common: str) -> x509.Name:
            return x509.Name(
                [x509.NameAttribute(NameOID.COMMON_NAME, common), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test")]
            )

        made = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named("Above"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=vouching, path_length=None), critical=True)
            .add_extension(_usage(certificates=vouching), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if not vouching:
            made = made.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
            ).add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False)
        return made.sign(above, hashes.SHA256())

    anchor, leaf = certificate("Above", above, vouching=True), certificate("Signer", own, vouching=False)
    both = [one.public_bytes(Encoding.PEM).decode() for one in (leaf, anchor)]
    key = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Signer("".join(both), key, both[1])
