"""What the record and the configuration say of rows that ask for prose, where no record of the operator answers them.

Retention and encryption are those that applied at the end of the year, and open to the event that set them. Periods of
redress are those of the running configuration.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.cells import cell
from tutela.statistics.provider_return.counting import CLASSES
from tutela.statistics.provider_return.ledger import Ledger
from tutela.statistics.provider_return.marks import CaseClass, ItemMark, RecordMark
from tutela.statistics.provider_return.measures import measures
from tutela.statistics.provider_return.records import Setup
from tutela.statistics.provider_return.telling import Told, _, joined

_ENCRYPTION = {
    "none": _("not encrypted"),
    "in_transit": _("encrypted in transit"),
    "end_to_end": _("encrypted from end to end"),
}


_KNOWN = {
    "name": _("names"),
    "email": _("e-mail addresses"),
    "phone": _("telephone numbers"),
    "profile": _("profiles"),
    "ip_address": _("IP addresses"),
    "device": _("devices"),
}
"""Kinds of things that a platform tells of a sender."""


@dataclass(frozen=True, slots=True)
class RedressPeriods:
    """Days: how long the link of a notice lasts; within how many complaints and requests for access are answered."""

    link: int
    decide: int
    access: int


def safeguards(
    ledger: Ledger, setup: Setup, services: Collection[str], redress: RedressPeriods | None
) -> Mapping[str, Figure]:
    """Return what can be said of rows of sections 7 and 8, by the id of the row."""
    figures = [*_metadata(ledger), *_retention(ledger, setup), *_services(ledger, setup, services), *_measures(ledger)]
    figures += measures(ledger)
    if redress is not None:
        figures += _redress(redress)
    figures.append(
        cell("8.pseudonymisation").value(
            _(
                "Accounts are pseudonyms under a key of one year, which two people can destroy once the return is "
                "final. Events hold no content, no fingerprint and no name of an account."
            ),
            note=_("as the record is made"),
        )
    )
    figures.append(
        cell("8.governance").value(
            _(
                "Each look at evidence is recorded before it is shown. What leaves the record, the destruction of keys "
                "and reports in production need two people. The record is chained."
            ),
            note=_("as the record is made"),
        )
    )
    return {figure.id: figure for figure in figures}


def _metadata(ledger: Ledger) -> Iterator[Figure]:
    """Yield what was told of the senders of what was flagged: of the rest nothing is kept."""
    flagged = ledger.choose(ItemMark, lambda mark: mark.what == "flagged" and mark.flagged)
    if not flagged.count:
        return
    marks = [(mark, n) for mark, n in ledger.marks(ItemMark) if mark.what == "flagged" and mark.flagged]
    named = sum(n for mark, n in marks if mark.named)
    by_kind = {kind: sum(n for mark, n in marks if kind in (mark.told or ())) for kind in _KNOWN}
    silent = sum(n for mark, n in marks if mark.told is None)
    text = joined(
        _("yes") if named or any(by_kind.values()) else _("no"),
        _("of %(n)s flagged items, the account of the sender with %(named)s", n=flagged.count, named=named),
        *(_("%(what)s with %(n)s", what=_KNOWN[kind], n=n) for kind, n in by_kind.items() if n),
        _("of %(n)s the record does not say what more was told", n=silent) if silent else None,
    )
    note = _("of items that were not flagged nothing is kept, and what is told of them is not counted")
    yield cell("1.metadata_processed").value(text, ledger.events(flagged), note=note)


def _retention(ledger: Ledger, setup: Setup) -> Iterator[Figure]:
    if setup.retention is None:
        return
    policy: Mapping[str, Any] = setup.retention.data["policy"]
    caps = [
        _("at most %(n)s months from identification (%(source)s)", n=cap["months"], source=cap["source"] or cap["id"])
        for cap in setup.retention.data["table"]["cap"]
    ]
    text = joined(
        _("confirmed: %(n)s days", n=policy["confirmed_days"]),
        _("dismissed: %(n)s days", n=policy["dismissed_days"]),
        _("undecided: %(n)s days", n=policy["undecided_days"]),
        *caps,
    )
    yield _from_events(
        ledger, "8.retention_content", text, [setup.retention.sequence], _("the policy at the end of the year")
    )
    complaints = _("evidence is kept for %(n)s days after a complaint is decided", n=policy["after_complaint_days"])
    yield _from_events(
        ledger, "8.retention_complaints", complaints, [setup.retention.sequence], _("the policy at the end of the year")
    )


def _services(ledger: Ledger, setup: Setup, services: Collection[str]) -> Iterator[Figure]:
    mine = [event for service, event in setup.services if service in services]
    if mine:
        text = joined(
            *(_("%(name)s: %(how)s", name=e.data["name"], how=_ENCRYPTION[e.data["encryption"]]) for e in mine)
        )
        numbers = [event.sequence for event in mine]
        yield _from_events(ledger, "8.encryption_in_transit", text, numbers, _("as the services were registered"))


def _measures(ledger: Ledger) -> Iterator[Figure]:
    for case_class in CLASSES:

        def is_reported(mark: ItemMark, case_class: CaseClass = case_class) -> bool:
            return mark.what == "flagged" and case_class in mark.reported

        def is_wrong(mark: ItemMark, case_class: CaseClass = case_class) -> bool:
            return is_flagged(mark, case_class) and mark.overturned

        def is_flagged(mark: ItemMark, case_class: CaseClass = case_class) -> bool:
            return mark.what == "flagged" and mark.flagged and mark.layer == case_class

        def is_seen(mark: ItemMark, case_class: CaseClass = case_class) -> bool:
            return is_reported(mark, case_class) and mark.outcome != "undecided" and not mark.unseen

        reported, wrong = ledger.choose(ItemMark, is_reported), ledger.choose(ItemMark, is_wrong)
        if reported.count:
            seen = ledger.choose(ItemMark, is_seen).count
            text = _(
                "%(seen)s of %(n)s items in reports of the year were decided by a person who looked at them",
                seen=seen,
                n=reported.count,
            )
            yield cell(f"7.{case_class}.review_systematic").value(
                text, ledger.events(reported), note=_("counted from the record")
            )
            if seen == reported.count:
                yield cell(f"7.{case_class}.review_sample").without(
                    Status.NOT_APPLICABLE, _("a person looked at every item in reports of the year, and at no sample")
                )
        if wrong.count or ledger.choose(ItemMark, is_flagged).count:
            yield cell(f"7.{case_class}.feedback_complaints").value(
                _("%(n)s flagged items were found wrong after a complaint", n=wrong.count),
                ledger.events(wrong),
                note=_("counted from the record"),
            )


def _redress(days: RedressPeriods) -> list[Figure]:
    note = _("as configured when this was made")
    return [
        cell("8.redress_mechanism").value(
            _(
                "The notice has a link to complain by, without an account, for %(link)s days. Somebody who had no part "
                "in the decision decides within %(decide)s days, and tells how it ended. Recipients of a report are "
                "told what changed.",
                link=days.link,
                decide=days.decide,
            ),
            note=note,
        ),
        cell("8.right_of_access").value(
            _("A request made by the link of the notice is answered within %(n)s days.", n=days.access), note=note
        ),
    ]


def _from_events(ledger: Ledger, row: str, text: Told, numbers: Collection[int], note: Told) -> Figure:
    chosen = ledger.choose(RecordMark, lambda mark: mark.sequence in numbers)
    return cell(row).value(text, ledger.events(chosen), note=note)
