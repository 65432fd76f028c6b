"""Who acts by the accounts of an item, a program or a person, as far as the platform said so in the record."""

from __future__ import annotations

from tutela.events.catalogue.base import Operation, Region
from tutela.statistics.provider_return.case_facts import Data, Item


def operated_by(sighting: Data, account: str) -> Operation:
    """Return who acts by the account of a recipient, by what was said when the item was seen."""
    if account in sighting.get("recipients_automated", ()):
        return "automated"
    return "person" if account in sighting.get("recipients_persons", ()) else "not_stated"


def operations(item: Item) -> tuple[Operation, Operation, bool]:
    """Return who acts by the sender's account and by those of the recipients, and whether it reached any that count.

    It is over all times that the item was seen. Recipients are persons only if it was said of each of them; of nobody
    nothing is said. Those count who are EU users, or of an unknown region.
    """
    data = item.flagged
    if not item.repeats:
        reached = bool(data["recipients_eu"] or data["recipients_unknown"])
        told = reached and "recipients_automated" in data
        return data.get("sender_operation", "not_stated"), _of_recipients((data,)) if told else "not_stated", reached
    sightings = (data, *(again for _, _, again in item.repeats))
    said = {one.get("sender_operation", "not_stated") for one in sightings}
    sender: Operation = "automated" if "automated" in said else "person" if "person" in said else "not_stated"
    reached = any(one["recipients_eu"] or one["recipients_unknown"] for one in sightings)
    return sender, _of_recipients(sightings), reached


def _of_recipients(sightings: tuple[Data, ...]) -> Operation:
    if any(one.get("recipients_automated") for one in sightings):
        return "automated"
    reached = False
    for one in sightings:
        if one["recipients_unknown"] or len(one["recipients_eu"]) > len(one.get("recipients_persons", ())):
            return "not_stated"
        reached = reached or bool(one["recipients_eu"])
    return "person" if reached else "not_stated"


def child_in_eu(item: Item) -> Region:
    """Return whether a message reached EU users: `unknown` where nobody knows of all of those it reached."""
    sightings = [item.flagged, *(again for _, _, again in item.repeats)]
    if any(one["recipients_eu"] for one in sightings):
        return "eu"
    return "unknown" if any(one["recipients_unknown"] for one in sightings) else "non_eu"
