"""`tutela package`: signed and encrypted reports, for those who send them and for those who take them in."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.exits import Exit
from tutela.cli.output import err, fail, out
from tutela.cli.place import workplace
from tutela.events.envelope import system_clock
from tutela.referral.package.keys import BadKeys, RecipientKeys, decoded, encoded, public_key, read_recipient_keys
from tutela.referral.package.keys import read_public_keys as read_public
from tutela.referral.package.opening import Limits, NotAccepted, open_package
from tutela.referral.package.receipt import MOST_RECEIPT, BadReceipt, check
from tutela.storage.durable import write_durably

app = typer.Typer(help="Reports as signed and encrypted packages.", no_args_is_help=True)
_USUAL = Limits()


@app.command("keys")
def make_keys(
    to: Annotated[Path, typer.Option("--out", file_okay=False, help="The folder to write to.")],
    name: Annotated[str, typer.Option(help="What the two files are called.")] = "register",
) -> None:
    """Make the keys of a recipient: NAME.key stays secret, NAME.pub goes to those who report."""
    secret, public = to / f"{name}.key", to / f"{name}.pub"
    keys = RecipientKeys(secrets.token_bytes(32))
    try:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        if public.exists() or not write_durably(secret, keys.text().encode(), only_new=True):
            fail(f"{to}: there are keys called {name} already, and what came to them needs them", Exit.USAGE)
        write_durably(public, keys.public.text().encode())
    except OSError as error:
        fail(f"--out {to}: {error.strerror}", Exit.USAGE)
    out.print(f"secret {secret}\npublic {public}", markup=False)


@app.command()
def signer() -> None:
    """Print the public key (Ed25519) by which this installation signs packages."""
    with workplace() as place:
        out.print(encoded(public_key(place.keys.packages())), markup=False)


@app.command("open")
def open_one(
    package: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    key: Annotated[Path, typer.Option(help="The secret file of the recipient.", exists=True, dir_okay=False)],
    to: Annotated[Path, typer.Option("--out", help="The folder to write to; it must not be there.")],
    signers: Annotated[
        list[str] | None, typer.Option("--signer", help="A public key that may have signed it; as often as needed.")
    ] = None,
    most_files: Annotated[int, typer.Option(min=0, help="Files in the package, at most.")] = _USUAL.files,
    most_bytes: Annotated[int, typer.Option(min=0, help="Bytes of all its files, at most.")] = _USUAL.all_bytes,
) -> None:
    """Open a package: verify it, write its files, and print the signed receipt.

    Without --signer anybody may have signed it; the signature then tells only that nothing was changed since.
    Exit code 1 if it is not accepted; nothing is written then.
    """
    limits = Limits(most_files, min(_USUAL.file_bytes, most_bytes), most_bytes)
    try:
        keys = read_recipient_keys(key)
        known = frozenset(decoded(one, 32) for one in signers or ())
        with package.open("rb") as stream:
            opened = open_package(stream, keys, to, now=system_clock(), signers=known, limits=limits)
    except NotAccepted as error:
        fail(f"{package}: not accepted: {error}")
    except (BadKeys, FileExistsError) as error:
        fail(str(error), Exit.USAGE)
    except ValueError as error:
        fail(f"--signer: {error}", Exit.USAGE)
    except OSError as error:
        fail(f"--out {to}: {error.strerror}", Exit.USAGE)
    if not opened.signer_known:
        err.print(
            f"nobody was named who may sign: ask the sender whether {opened.manifest.signed_by} is their key, "
            "and name it by --signer",
            markup=False,
        )
    sys.stdout.write(opened.receipt.to_bytes().decode("utf-8"))


@app.command("receipt")
def check_receipt(
    receipt: Annotated[Path, typer.Argument(metavar="RECEIPT", exists=True, dir_okay=False)],
    public: Annotated[Path, typer.Option("--keys", help="The public file of the recipient.", exists=True)],
) -> None:
    """Check the signature of a receipt, and print what it says."""
    try:
        with receipt.open("rb") as stream:
            found = check(stream.read(MOST_RECEIPT), read_public(public).receipts)
    except BadKeys as error:
        fail(str(error), Exit.USAGE)
    except BadReceipt as error:
        fail(f"{receipt}: {error}")
    out.print(
        f"package {found.package} of report {found.referral}: {len(found.files)} files, {found.size} bytes, "
        f"sha256 {found.sha256}, received {found.received_at}",
        markup=False,
    )
