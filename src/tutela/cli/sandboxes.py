"""`tutela sandbox`: strict stand-ins of outside services, on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from tutela.cli.output import err

app = typer.Typer(help="Strict stand-ins of outside services, on 127.0.0.1.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep the name of the sandbox in the command."""


@app.command()
def cybertipline(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8640,
    user: Annotated[str, typer.Option()] = "sandbox",
    password: Annotated[str, typer.Option()] = "sandbox",  # noqa: S107 - of a sandbox on this machine
) -> None:
    """Run the stand-in of the CyberTipline on 127.0.0.1 until it is stopped."""
    from tutela.sandboxes.cybertipline import serve

    def ready(on: int) -> None:
        err.print(f"CyberTipline sandbox: http://127.0.0.1:{on}/ispws  (what arrived: http://127.0.0.1:{on}/sandbox)")

    serve(port=port, user=user, password=password, on_ready=ready)
