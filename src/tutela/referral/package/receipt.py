"""A receipt: the recipient's signed word that it took a package in."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutela.referral.package.builder import moment
from tutela.referral.package.keys import decoded, encoded, public_key, sign, verifies
from tutela.referral.package.manifest import FileName, Id, Key, Sha256, Size, Time

MOST_RECEIPT = 4 * 1024 * 1024


class BadReceipt(ValueError):
    """It is not the recipient's receipt for this package; the message says why."""


class Receipt(BaseModel):
    """`sha256` and `size` are of the encrypted package as it came; `signer` signed what is in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    form: Literal["tutela-receipt-1"] = "tutela-receipt-1"
    package: Id
    referral: Id
    sha256: Sha256
    size: Size
    files: tuple[FileName, ...]
    signer: Key
    received_at: Time
    signed_by: Key
    signature: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{86}==$|^$")] = ""

    def to_bytes(self) -> bytes:
        """Return it as JSON in UTF-8."""
        return (self.model_dump_json(indent=1) + "\n").encode("utf-8")


def issue(
    seed: bytes,
    *,
    package: str,
    referral: str,
    sha256: str,
    size: int,
    files: tuple[str, ...],
    signer: str,
    received_at: datetime,
) -> Receipt:
    """Return a signed receipt."""
    unsigned = Receipt(
        package=package,
        referral=referral,
        sha256=sha256,
        size=size,
        files=tuple(sorted(files)),
        signer=signer,
        received_at=moment(received_at),
        signed_by=encoded(public_key(seed)),
    )
    return unsigned.model_copy(update={"signature": encoded(sign(seed, canonical(unsigned)))})


def check(data: bytes, receipts_key: bytes) -> Receipt:
    """Return the receipt that a recipient signed; raises BadReceipt."""
    try:
        receipt = Receipt.model_validate_json(data)
        signature = decoded(receipt.signature, 64)
    except (ValidationError, ValueError) as error:
        raise BadReceipt("this is no receipt") from error
    if receipt.signed_by != encoded(receipts_key):
        raise BadReceipt("another key signed the receipt than the recipient's")
    if not verifies(receipts_key, signature, canonical(receipt)):
        raise BadReceipt("the signature of the receipt does not fit: something of it was changed")
    return receipt


def canonical(receipt: Receipt) -> bytes:
    """Return what is signed: its JSON without the signature, keys sorted, no spaces, UTF-8."""
    body = receipt.model_dump(mode="json", exclude={"signature"})
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
