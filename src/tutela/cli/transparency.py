"""`tutela transparency`: statements of reasons of online platforms."""

from __future__ import annotations

import typer

from tutela.cli.exits import Exit
from tutela.cli.output import err, fail, out
from tutela.cli.place import workplace
from tutela.referral.recipient import RecipientError
from tutela.referral.transparency.statement import NotStateable, build_statement
from tutela.referral.transparency.target import TransparencySettings

app = typer.Typer(help="Statements of reasons to the DSA Transparency Database.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep the name of the command."""


@app.command()
def send() -> None:
    """Send the statement of every removal and suspension on an online platform that is due, each once.

    Nothing is ever due of a messaging service. Exit code 3 if one could not be sent; it is due again.
    """
    from tutela.referral.transparency.client import TransparencyClient

    partly, idle = False, True
    with workplace() as place:
        settings = place.settings.transparency
        client = TransparencyClient(settings.url, _token(settings))
        try:
            for action in place.statements.due():
                idle = False
                try:
                    uuid = client.send(build_statement(place.statements.facts(action), settings))
                    place.statements.record(action, settings.target, uuid)
                    out.print(f"{action}  sent    {uuid or 'it was there already'}", markup=False)
                except NotStateable as error:
                    partly = True
                    out.print(f"{action}  waits   {error}", markup=False)
                except RecipientError as error:
                    partly = True
                    out.print(f"{action}  failed  {error.code}: {error}", markup=False)
        finally:
            client.close()
    if idle:
        err.print("nothing is due: only what was carried out on services of type online_platform is stated")
    raise typer.Exit(int(Exit.PARTLY if partly else Exit.DONE))


def _token(settings: TransparencySettings) -> str:
    if settings.token_file is None:
        return "sandbox"
    try:
        return settings.token_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"transparency.token_file {settings.token_file}: {error}", Exit.USAGE)
