"""`tutela sandbox`: strict stand-ins of outside services, on this machine."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from tutela.cli.exits import Exit
from tutela.cli.output import err, fail

_LOWEST = 200_000_000
app = typer.Typer(help="Strict stand-ins of outside services, on 127.0.0.1.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep the name of the sandbox in the command."""


@app.command()
def keyservice(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8641,
    token: Annotated[str, typer.Option()] = "sandbox",  # noqa: S107 - of a sandbox on this machine
    key: Annotated[str, typer.Option(help="The name of its key.")] = "tutela",
) -> None:
    """Run the stand-in of a key service (Vault's transit engine) on 127.0.0.1; its keys are gone when it stops."""
    from tutela.sandboxes.keyservice import serve

    def ready(on: int) -> None:
        err.print(f"key service sandbox: http://127.0.0.1:{on}  (keys are in memory)")

    serve(port=port, token=token, key=key, on_ready=ready)


@app.command()
def cybertipline(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8640,
    user: Annotated[str, typer.Option()] = "sandbox",
    password: Annotated[str, typer.Option()] = "sandbox",  # noqa: S107 - of a sandbox on this machine
    first_number: Annotated[
        int | None, typer.Option(min=1, max=2**62, help="Of the first report; drawn anew each time if left out.")
    ] = None,
) -> None:
    """Run the stand-in of the CyberTipline on 127.0.0.1 until it is stopped; what arrived is in memory."""
    from tutela.sandboxes.cybertipline import serve

    def ready(on: int) -> None:
        err.print(f"CyberTipline sandbox: http://127.0.0.1:{on}/ispws  (what arrived: http://127.0.0.1:{on}/sandbox)")

    # The real one never gives a number twice; a client refuses one that it knows from before.
    first = first_number or _LOWEST + secrets.randbelow(_LOWEST)
    serve(port=port, user=user, password=password, on_ready=ready, first_report=first)


@app.command("platform")
def platform_sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8650,
    secret: Annotated[
        list[str] | None, typer.Option(help="A whsec_ secret that it accepts, instead of its own; twice for two.")
    ] = None,
) -> None:
    """Run the stand-in of a platform that is called by webhooks on 127.0.0.1 until it is stopped."""
    from tutela.sandboxes.platform import SECRET, serve

    def ready(on: int) -> None:
        err.print(f"platform sandbox: http://127.0.0.1:{on}/hooks  (what arrived: http://127.0.0.1:{on}/sandbox)")

    try:
        serve(port=port, secrets=secret or [SECRET], on_ready=ready)
    except ValueError as error:
        fail(str(error), Exit.USAGE)


@app.command()
def oidc(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8660,
    client_id: Annotated[str, typer.Option()] = "tutela",
    client_secret: Annotated[str, typer.Option()] = "sandbox",  # noqa: S107 - of a sandbox on this machine
) -> None:
    """Run the stand-in of a provider of OpenID Connect on 127.0.0.1 until it is stopped."""
    from tutela.sandboxes.openid import serve

    def ready(issuer: str) -> None:
        err.print(f"OpenID Connect sandbox: {issuer}", markup=False)

    serve(port=port, client_id=client_id, client_secret=client_secret, on_ready=ready)


@app.command()
def register(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8670,
    token: Annotated[str, typer.Option()] = "sandbox",  # noqa: S107 - of the sandbox on this machine
) -> None:
    """Run the stand-in of an authority's register, which takes packages in, on 127.0.0.1 until it is stopped."""
    from tutela.sandboxes.register import serve

    def ready(on: int) -> None:
        err.print(f"register sandbox: http://127.0.0.1:{on}  (what arrived: http://127.0.0.1:{on}/sandbox)")

    serve(port=port, token=token, on_ready=ready)


@app.command("transparency")
def transparency_database(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8680,
    token: Annotated[str, typer.Option()] = "sandbox",  # noqa: S107 - of the sandbox on this machine
) -> None:
    """Run the stand-in of the DSA Transparency Database on 127.0.0.1 until it is stopped."""
    from tutela.sandboxes.transparency import serve

    def ready(on: int) -> None:
        err.print(f"transparency sandbox: http://127.0.0.1:{on}  (what arrived: http://127.0.0.1:{on}/sandbox)")

    serve(port=port, token=token, on_ready=ready)
