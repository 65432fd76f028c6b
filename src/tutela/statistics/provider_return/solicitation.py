"""Solicitation in sections 1, 4 and 6: texts that were read, reports, and accounts. It is of accounts and not of items.

Where the record holds nothing of it, the rows do not apply. As soon as it holds a text that was read or a conversation
that was flagged, they count. Accounts of unknown region, and those that nobody named, make the upper ends.
"""

from __future__ import annotations

from collections.abc import Collection

from tutela.statistics.figure import Figure, Status
from tutela.statistics.interval import exact_rate
from tutela.statistics.provider_return.automated import automated
from tutela.statistics.provider_return.cells import cell, rounded
from tutela.statistics.provider_return.ledger import Chosen, Ledger, Services
from tutela.statistics.provider_return.marks import ActionMark, ComplaintMark, DetectionMark, ItemMark, ReportMark
from tutela.statistics.provider_return.telling import NOTHING, Told, _, joined

TEXT = ("text",)
"""Kinds of what is processed to find solicitation."""
NONE_RAN = _("no technology that detects solicitation was in operation in the year: the record holds nothing of it")
_SURE, _POSSIBLE = ("eu",), ("eu", "unknown")
_ROWS = ("4.solicitation.reports", "4.solicitation.accounts_eu", "4.solicitation.accounts_soliciting_child_in_eu")
_ERRORS = ("6.solicitation.A3", "6.solicitation.B3", "6.solicitation.C3", "6.solicitation.error_rate")


def in_operation(ledger: Ledger, services: Collection[str]) -> bool:
    """Return whether the record of the year holds anything that a technology for solicitation did in services."""

    def is_of(mark: ItemMark | DetectionMark) -> bool:
        return mark.layer == "solicitation" and mark.service in services

    return (
        any(volume.kind in TEXT and volume.service in services for volume in ledger.counted.volumes)
        or ledger.choose(ItemMark, is_of).count > 0
        or ledger.choose(ReportMark, lambda m: m.service in services and _holds(m, _EVERY)).count > 0
        or ledger.choose(ActionMark, lambda m: m.service in services and m.case_class == "solicitation").count > 0
        or ledger.choose(ComplaintMark, lambda m: m.service in services and m.case_class == "solicitation").count > 0
    )


_EVERY = ("eu", "non_eu", "unknown")


def _holds(mark: ReportMark, users: Collection[str]) -> bool:
    return any(verdict == "solicitation" and region in users for verdict, _, region in mark.holds)


def solicitation(ledger: Ledger, services: Services, service: str | None) -> list[Figure]:
    """Return the figures of solicitation in sections 4 and 6 for a service, or for all in scope."""
    wanted = {service} if service else set(services)
    if not in_operation(ledger, wanted):
        return [cell(row, service).without(Status.NOT_APPLICABLE, NONE_RAN) for row in (*_ROWS, *_ERRORS)]
    names = {
        name
        for mark, _ in ledger.marks(ItemMark)
        if mark.flagged and mark.layer == "solicitation" and mark.service in wanted
        for name in mark.technologies
    }
    figures = _reported(ledger, wanted, service)
    for name in [*sorted(names), None]:
        figures += _errors(ledger, wanted, service, name)
    return figures


def _reported(ledger: Ledger, wanted: Collection[str], service: str | None) -> list[Figure]:
    def reports(users: Collection[str]) -> Chosen:
        return ledger.choose(ReportMark, lambda m: m.service in wanted and _holds(m, users))

    def items(what: Collection[str], users: Collection[str]) -> Chosen:
        return ledger.choose(
            ItemMark,
            lambda m: (
                m.what in what and m.service in wanted and "solicitation" in m.reported and m.sender_region in users
            ),
        )

    low, high = reports(_SURE).count, reports(_POSSIBLE)
    more = _("%(n)s more where the region of the users is unknown", n=high.count - low) if high.count > low else NOTHING
    figures = [cell(_ROWS[0], service).value(low, ledger.events(high), at_most=high.count, note=more)]
    unnamed = ledger.choose(
        ItemMark,
        lambda m: (
            m.what == "flagged" and m.service in wanted and "solicitation" in m.reported and not m.named
            and m.sender_region != "non_eu"
        ),
    )  # fmt: skip
    senders = items(("flagged", "again"), _POSSIBLE)
    low = ledger.accounts("sending", "solicitation", wanted, _SURE)[0]
    most = ledger.accounts("sending", "solicitation", wanted, _POSSIBLE)[1] + unnamed.count
    here = cell(_ROWS[1], service)
    figures.append(here.value(low, ledger.events(senders), at_most=most, note=_bounds(low, most)))
    figures.append(
        automated(
            ledger, here, "sending", "solicitation", wanted, most, ledger.events(_not_of_persons(senders, ledger))
        )
    )
    anybody = items(("flagged", "again"), _EVERY)
    nobody = ledger.choose(
        ItemMark,
        lambda m: m.what == "flagged" and m.service in wanted and "solicitation" in m.reported and not m.named,
    )
    low = ledger.accounts("soliciting", "solicitation", wanted, _SURE)[0]
    most = ledger.accounts("soliciting", "solicitation", wanted, _POSSIBLE)[1] + nobody.count
    figures.append(cell(_ROWS[2], service).value(low, ledger.events(anybody), at_most=most, note=_bounds(low, most)))
    return figures


def _not_of_persons(chosen: Chosen, ledger: Ledger) -> Chosen:
    persons = ledger.choose(ItemMark, lambda m: m.sender_by == "person")
    return ledger.of(chosen.codes - persons.codes)


def _errors(ledger: Ledger, wanted: Collection[str], service: str | None, technology: str | None) -> list[Figure]:
    def of(what: str) -> Chosen:
        return ledger.choose(
            ItemMark,
            lambda m: (
                m.what == what and m.flagged and m.layer == "solicitation" and m.service in wanted
                and technology in (None, *m.technologies)
            ),
        )  # fmt: skip

    def accounts(what: str) -> tuple[int, int]:
        group = f"{what} {technology or ''}"
        low = ledger.accounts(group, "solicitation", wanted, _SURE)[0]
        high = ledger.accounts(group, "solicitation", wanted, _POSSIBLE)[1]
        return low, high + sum(ledger.counted.unnamed_receivers[group, one] for one in wanted)

    detections = ledger.choose(
        DetectionMark,
        lambda m: m.service in wanted and m.layer == "solicitation" and technology in (None, m.technology),
    )
    flagged, decided = of("flagged"), of("decided")
    group = technology or ""
    a, c = accounts("flagged"), accounts("decided")
    wrong = [
        ledger.without(f"decided {group}", f"confirmed {group}", "solicitation", wanted, users)
        for users in (_SURE, _POSSIBLE)
    ]
    b = (wrong[0], wrong[1] + sum(ledger.counted.unnamed_receivers[f"wrong {group}", one] for one in wanted))
    events = {"A3": ledger.events(flagged, detections), "B3": ledger.events(decided), "C3": ledger.events(decided)}
    figures = [
        cell(f"6.solicitation.{key}", service, technology).value(
            low, events[key], at_most=high, note=_bounds(low, high)
        )
        for key, (low, high) in (("A3", a), ("B3", b), ("C3", c))
    ]
    here = cell("6.solicitation.error_rate", service, technology)
    rate = exact_rate(b[0], c[0])
    if a[0] == 0:
        reason = _("no account of the Union was flagged: 0 of 0 has no rate")
        return [*figures, here.without(Status.NOT_APPLICABLE if a[1] == 0 else Status.UNKNOWN, reason)]
    if rate is None:
        reason = _("no account that was flagged has been decided on")
        return [*figures, here.without(Status.UNKNOWN, reason)]
    note = joined(
        _(
            "B/A as the form asks, of accounts that are certainly of the Union; among the %(c)s decided: %(rate)s %% "
            "(95 %% bounds %(low)s to %(high)s %%)",
            c=c[0], rate=100 * rate.rate, low=100 * rate.low, high=100 * rate.high,
        ),
        _("%(n)s accounts are not decided on, so B/A is too low", n=a[0] - c[0]) if c[0] < a[0] else None,
    )  # fmt: skip
    value = rounded(100 * b[0], a[0], 4)
    return [*figures, here.value(value, ledger.events(flagged, decided), rate=rate, note=note)]


def _bounds(low: int, high: int) -> Told:
    more = _("more where the region is unknown, nobody is named, or the year changed") if high > low else None
    return joined(_("distinct accounts by their pseudonym of the year"), more)
