"""`tutela service` and `tutela regime`: what is processed, and under what law."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from tutela.cli.exits import Exit
from tutela.cli.output import cells, fail, out, print_json
from tutela.cli.place import rehearsal_clock, settings, workplace
from tutela.regimes.regime import BadRegimeTable, load
from tutela.regimes.services import Encryption, Service, ServiceRegion, ServiceType

app = typer.Typer(help="The provider's services.", no_args_is_help=True)
regime_app = typer.Typer(help="Legal regimes and their dates.", no_args_is_help=True)


@app.command()
def register(
    service_id: Annotated[str, typer.Argument(metavar="ID", help="A short name: letters, digits, dashes.")],
    name: Annotated[str, typer.Option(help="The name as users know it.")],
    service_type: Annotated[ServiceType, typer.Option("--type")],
    encryption: Annotated[Encryption, typer.Option()] = Encryption.IN_TRANSIT,
    region: Annotated[ServiceRegion, typer.Option()] = ServiceRegion.WORLD,
) -> None:
    """Register a service, or change all but its type. Only messaging services enter the statutory return."""
    with workplace() as place:
        try:
            service = Service(service_id, name, service_type, encryption, region)
            place.register_service(service)
        except ValueError as error:
            fail(str(error), Exit.USAGE)
    scope = "enters" if service.in_scope_of_return else "does not enter"
    out.print(f"registered {service_id}: it {scope} the yearly return")


@app.command("list")
def list_services(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the registered services."""
    with workplace() as place:
        services = place.services()
    if as_json:
        for s in services:
            print_json({
                "id": s.id, "name": s.name, "type": s.type.value, "encryption": s.encryption.value,
                "region": s.region.value, "in_scope_of_return": s.in_scope_of_return,
            })  # fmt: skip
        return
    table = Table("id", "name", "type", "encryption", "region", "in the return", box=None, pad_edge=False)
    for s in services:
        in_return = "yes" if s.in_scope_of_return else "no"
        table.add_row(*cells(s.id, s.name, s.type.value, s.encryption.value, s.region.value, in_return))
    out.print(table)


@regime_app.command("show")
def show_regimes(
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; today if not given.")] = None,
) -> None:
    """Show the table of regimes, and which one covers a day."""
    day = (on or rehearsal_clock(settings())()).date()
    try:
        regimes = load(settings().regimes)
    except BadRegimeTable as error:
        fail(str(error), Exit.USAGE)
    table = Table("regime", "from", "to", "excludes", "title", box=None, pad_edge=False)
    for regime in regimes.regimes:
        mark = "*" if regime.covers(day) else " "
        table.add_row(
            *cells(
                f"{mark} {regime.id}",
                str(regime.first),
                str(regime.last),
                ", ".join(sorted(regime.excludes)),
                regime.title,
            )
        )
    out.print(table)
    covering = regimes.on(day)
    out.print(f"{day}: {covering.title if covering else 'no regime: the scan of EU communications is refused'}")
