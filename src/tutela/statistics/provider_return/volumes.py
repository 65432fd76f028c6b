"""Section 1: what was processed, by the day of processing.

An item was processed if at least one technology ran on it. Items whose region is unknown belong to neither side;
they make the upper end of both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.cells import cell
from tutela.statistics.provider_return.ledger import Ledger, Services
from tutela.statistics.provider_return.marks import TallyMark
from tutela.statistics.provider_return.solicitation import NONE_RAN, TEXT, in_operation
from tutela.statistics.provider_return.telling import NOTHING, Told, _, joined

KINDS = {"images": ("image",), "videos": ("video",), "other_files": ("other", "audio")}
"""The kinds of items that a row counts."""
_KIND = {"other": _("files of other types"), "audio": _("audio")}


def kinds_note(counts: Mapping[str, int]) -> Told | None:
    """Return the types of files that are counted together, with how many there are of each."""
    if len(counts) < 2 or not any(counts.values()):
        return None
    return joined(*(_("%(kind)s: %(n)s", kind=_KIND[kind], n=n) for kind, n in counts.items() if n))


def volumes(ledger: Ledger, services: Services, service: str | None) -> list[Figure]:
    """Return the figures of section 1 for a service, or for all in scope."""
    wanted = {service} if service else set(services)
    tallies = ledger.choose(TallyMark, lambda mark: any(of in wanted for of, _, _ in mark.processed))
    name = services[service] if service else ", ".join(services.values())
    figures = [
        cell("1.service", service).value(name or _("none")),
        cell("1.content_processed", service).value(
            _("yes") if tallies.count else _("no"),
            ledger.events(tallies),
            note=_("made from the tallies of all batches"),
        ),
    ]
    for key, kinds in KINDS.items():
        for region in ("eu", "non_eu"):
            figures.append(_count(ledger, wanted, kinds, region, f"1.{key}_{region}", service))
    for region in ("eu", "non_eu"):
        figures.append(_text(ledger, wanted, region, service))
    return figures


def _text(ledger: Ledger, wanted: Collection[str], region: str, service: str | None) -> Figure:
    here = cell(f"1.text_bytes_{region}", service)
    if not in_operation(ledger, wanted):
        return here.without(Status.NOT_APPLICABLE, NONE_RAN)
    texts = {v: n for v, n in ledger.counted.bytes.items() if v.service in wanted and v.kind in TEXT}
    value = sum(n for volume, n in texts.items() if volume.region == region)
    extra = sum(n for volume, n in texts.items() if volume.region == "unknown")
    tallies = ledger.choose(
        TallyMark,
        lambda mark: any(
            of in wanted and kind in TEXT and users in (region, "unknown") for of, kind, users in mark.processed
        ),
    )
    more = _("%(n)s more bytes concern users whose region is unknown", n=extra) if extra else NOTHING
    return here.value(value, ledger.events(tallies), at_most=value + extra, note=more)


def _count(
    ledger: Ledger, wanted: Collection[str], kinds: tuple[str, ...], region: str, row: str, service: str | None
) -> Figure:
    def fits(of: str, kind: str, users: str) -> bool:
        return of in wanted and kind in kinds and users in (region, "unknown")

    found = {v: items for v, items in ledger.counted.volumes.items() if fits(*v)}
    value = sum(items for volume, items in found.items() if volume.region == region)
    extra = sum(found.values()) - value
    more = _("%(n)s more items concern users whose region is unknown", n=extra) if extra else None
    by_kind = {kind: sum(n for v, n in found.items() if (v.kind, v.region) == (kind, region)) for kind in kinds}
    note = joined(kinds_note(by_kind), more)
    tallies = ledger.choose(TallyMark, lambda mark: any(fits(*one) for one in mark.processed))
    return cell(row, service).value(value, ledger.events(tallies), at_most=value + extra, note=note)
