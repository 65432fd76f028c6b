"""Accounts by which a program acts, counted apart from the rest of a row.

The platform says of an account that a program acts by it, that a person does, or nothing. Of whom nothing was said is
neither: those accounts make the upper end. Where nothing was said of any, the number is unknown and not 0.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.cells import Cell
from tutela.statistics.provider_return.ledger import Ledger
from tutela.statistics.provider_return.telling import _, joined


def automated(
    ledger: Ledger, row: Cell, of: str, case_class: str, services: Collection[str], most: int, events: Sequence[int]
) -> Figure:
    """Return how many of a row's accounts are automated. `most`: how many accounts the row has at most.

    `events` are those of accounts of which it was not said that a person acts.
    """
    here = Cell(row.row, row.service, participants="automated")
    if not most:
        return here.value(0)
    found = ledger.operated(of, case_class, services, ("eu",), ("eu", "unknown"))
    if not found.automated and not found.persons:
        return here.without(
            Status.UNKNOWN, _("the platform said of none of these accounts whether a program or a person acts by it")
        )
    unsaid = most - found.persons - found.automated
    note = joined(
        _("by %(n)s more accounts a person acts", n=found.persons),
        _("of at most %(n)s nothing was said, or their region is unknown", n=unsaid) if unsaid else None,
    )
    return here.value(found.automated, events, at_most=most - found.persons, note=note)
