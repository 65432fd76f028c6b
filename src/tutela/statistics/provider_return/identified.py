"""Section 4: what was reported in relation to EU users, by the day on which the recipient confirmed the report.

A report of both known and new items counts under each class; an item counts once however many reports hold it.
"""

from __future__ import annotations

from collections.abc import Collection

from tutela.statistics.figure import Figure
from tutela.statistics.provider_return.automated import automated
from tutela.statistics.provider_return.cells import cell
from tutela.statistics.provider_return.counting import CLASSES
from tutela.statistics.provider_return.ledger import Chosen, Ledger, Services
from tutela.statistics.provider_return.marks import CaseClass, ItemMark, ReportMark
from tutela.statistics.provider_return.telling import Told, _, joined
from tutela.statistics.provider_return.volumes import KINDS, kinds_note

_SURE = ("eu",)
_POSSIBLE = ("eu", "unknown")
_EVERY_KIND = tuple(kind for kinds in KINDS.values() for kind in kinds)


def identified(ledger: Ledger, services: Services, service: str | None) -> list[Figure]:
    """Return the figures of section 4 for a service, or for all in scope."""
    wanted = {service} if service else set(services)
    figures: list[Figure] = []
    for case_class in CLASSES:
        figures += _class(ledger, case_class, wanted, service)
    return figures


def _class(ledger: Ledger, case_class: CaseClass, wanted: Collection[str], service: str | None) -> list[Figure]:
    def is_reported(mark: ItemMark) -> bool:
        return mark.service in wanted and case_class in mark.reported

    def items(kinds: Collection[str], users: Collection[str], whats: Collection[str] = ("flagged",)) -> Chosen:
        return ledger.choose(
            ItemMark, lambda m: is_reported(m) and m.what in whats and m.kind in kinds and m.region in users
        )

    def reports(kinds: Collection[str], users: Collection[str]) -> Chosen:
        return ledger.choose(
            ReportMark,
            lambda m: (
                m.service in wanted
                and any(
                    verdict == case_class and kind in kinds and region in users for verdict, kind, region in m.holds
                )
            ),
        )

    def figure(key: str, kinds: Collection[str], low: int, high: int) -> Figure:
        more = _("%(n)s more where the region of the users is unknown", n=high - low) if high > low else None
        by_kind = {kind: items((kind,), _SURE).count for kind in kinds} if key == "other_files" else {}
        note = joined(kinds_note(by_kind), more)
        events = ledger.events(reports(kinds, _POSSIBLE), items(kinds, _POSSIBLE, ("flagged", "again")))
        return cell(f"4.{case_class}.{key}", service).value(low, events, at_most=high, note=note)

    sure, possible = reports(_EVERY_KIND, _SURE), reports(_EVERY_KIND, _POSSIBLE)
    figures = [figure("reports", _EVERY_KIND, sure.count, possible.count)]
    for key, kinds in KINDS.items():
        figures.append(figure(key, kinds, items(kinds, _SURE).count, items(kinds, _POSSIBLE).count))
    senders = ledger.choose(
        ItemMark, lambda m: is_reported(m) and m.what in ("flagged", "again") and m.sender_region != "non_eu"
    )
    unnamed = ledger.choose(
        ItemMark, lambda m: is_reported(m) and m.what == "flagged" and m.sender_region != "non_eu" and not m.named
    )
    low = ledger.accounts("sending", case_class, wanted, _SURE)[0]
    high = ledger.accounts("sending", case_class, wanted, _POSSIBLE)[1] + unnamed.count
    here = cell(f"4.{case_class}.accounts_sending", service)
    figures.append(here.value(low, ledger.events(senders), at_most=high, note=_note(low, high)))
    not_persons = ledger.choose(
        ItemMark,
        lambda m: (
            is_reported(m)
            and m.what in ("flagged", "again")
            and m.sender_region != "non_eu"
            and m.sender_by != "person"
        ),
    )
    figures.append(automated(ledger, here, "sending", case_class, wanted, high, ledger.events(not_persons)))
    receivers = ledger.choose(ItemMark, lambda m: is_reported(m) and m.what in ("flagged", "again") and m.receivers)
    low, high = ledger.accounts("receiving", case_class, wanted, _SURE)
    high += sum(ledger.counted.unnamed_receivers[case_class, one] for one in wanted)
    here = cell(f"4.{case_class}.accounts_receiving", service)
    figures.append(here.value(low, ledger.events(receivers), at_most=high, note=_note(low, high)))
    not_persons = ledger.choose(
        ItemMark,
        lambda m: is_reported(m) and m.what in ("flagged", "again") and m.receivers and m.receivers_by != "person",
    )
    figures.append(automated(ledger, here, "receiving", case_class, wanted, high, ledger.events(not_persons)))
    return figures


def _note(low: int, high: int) -> Told:
    more = _("more where the region is unknown, nobody is named, or the year changed") if high > low else None
    return joined(_("distinct accounts by their pseudonym of the year"), more)
