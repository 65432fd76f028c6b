"""What is on record of each technology that was in use: impact assessment, prior consultation, written advice.

Article 3(1)(c) and (d) of Regulation (EU) 2021/1232 ask for them; the standard form has no row for them, so they stand
beside it. A technology was in use if it flagged something in the year, or if a tally of the year says that it ran; the
tallies name no version. A record belongs to a technology that it names, by name and version or by name alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tutela.events.catalogue.governance import RecordKind
from tutela.statistics.figure import Figure
from tutela.statistics.provider_return.cells import Cell
from tutela.statistics.provider_return.form import FormRow
from tutela.statistics.provider_return.ledger import Ledger
from tutela.statistics.provider_return.marks import RecordMark
from tutela.statistics.provider_return.quoted import Texts
from tutela.statistics.provider_return.records import Version
from tutela.statistics.provider_return.telling import Told, _, joined

TITLE = _("Technologies in use, and what is on record of each")
NONE = _("none on record")
_MEANINGS: dict[RecordKind, Told] = {
    "impact_assessment": _("Data protection impact assessment (GDPR Article 35)"),
    "prior_consultation": _("Prior consultation of the supervisory authority (GDPR Article 36)"),
    "authority_advice": _("Written advice of the supervisory authority (Article 3(1)(d))"),
}
KINDS = tuple(_MEANINGS)


def in_use(ran: Collection[str]) -> list[str]:
    """Return the technologies in use, sorted: with their version where something was flagged, or else by name."""
    return sorted(name for name in ran if not any(_is_version_of(other, name) for other in ran))


def technologies(ledger: Ledger, versions: Sequence[Version], texts: Texts) -> tuple[Figure, ...]:
    """Return what is on record of each technology in use, at the end of the year: a figure for each kind."""
    return tuple(_of(ledger, versions, texts, name, kind) for name in in_use(ledger.counted.ran) for kind in _MEANINGS)


def _of(ledger: Ledger, versions: Sequence[Version], texts: Texts, technology: str, kind: RecordKind) -> Figure:
    here = Cell(FormRow(0, "", kind, _MEANINGS[kind], "", "text"), technology=technology)
    of_kind = [v for v in versions if v.kind == kind and v.digest in texts]
    found = [
        v for v in of_kind if any(name == technology or _is_version_of(technology, name) for name in v.technologies)
    ]
    unnamed = sum(not v.technologies for v in of_kind)
    if not found:
        note = _("%(n)s records of this kind name no technology (tutela governance write --technology)", n=unnamed)
        return here.value(NONE, note=note if unnamed else joined())
    numbers = {v.sequence for v in found}
    events = ledger.events(ledger.choose(RecordMark, lambda mark: mark.sequence in numbers))
    return here.value(
        joined(*_titles(found, texts)), events, note=_("the versions that applied at the end of the year")
    )


def _titles(found: Sequence[Version], texts: Texts) -> Iterator[Told]:
    for v in found:
        yield _("%(title)s, version %(n)s, from %(day)s", title=texts[v.digest][0], n=v.version, day=v.effective_from)


def _is_version_of(technology: str, name: str) -> bool:
    return technology.startswith(f"{name}-")
