"""Section 6: errors of each technology, by the day on which an item was flagged.

A counts the items that a technology flagged, C those of them that a person decided, B those found not to be such
material. The form asks for B/A, which is too low while some of A is not decided; beside it stands B/C with its
exact bounds, and the rate weighted by how much of each part was decided. The total counts an item once, however many
technologies flagged it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from tutela.statistics.figure import Figure, Status
from tutela.statistics.interval import exact_rate
from tutela.statistics.provider_return.cells import cell, rounded
from tutela.statistics.provider_return.counting import CLASSES
from tutela.statistics.provider_return.ledger import Chosen, Ledger, Services
from tutela.statistics.provider_return.marks import DetectionMark, ItemMark
from tutela.statistics.provider_return.telling import NOTHING, _, joined
from tutela.statistics.provider_return.weighting import Stratum, weighted_rate

CLASS_NUMBER = {"known": 1, "new": 2, "solicitation": 3}
"""The number that the form gives A, B and C of each class."""
_NONE_RAN = _("no technology that detects new material flagged anything in the year")


def errors(ledger: Ledger, services: Services, service: str | None) -> list[Figure]:
    """Return the figures of section 6 for a service, or for all in scope: each technology, then the total."""
    wanted = {service} if service else set(services)
    figures: list[Figure] = []
    for case_class in CLASSES:
        number = CLASS_NUMBER[case_class]

        def is_of(mark: ItemMark, case_class: str = case_class) -> bool:
            return mark.flagged and mark.layer == case_class and mark.service in wanted

        names = {name for mark, _ in ledger.marks(ItemMark) if is_of(mark) for name in mark.technologies}
        if case_class != "known" and not ledger.choose(ItemMark, is_of).count:
            for key in (f"A{number}", f"B{number}", f"C{number}", "error_rate"):
                figures.append(cell(f"6.{case_class}.{key}", service).without(Status.NOT_APPLICABLE, _NONE_RAN))
            continue
        for name in [*sorted(names), None]:
            figures += _of(ledger, is_of, case_class, number, wanted, service, name)
    return figures


def _of(
    ledger: Ledger,
    is_of: Callable[[ItemMark], bool],
    case_class: str,
    number: int,
    wanted: Collection[str],
    service: str | None,
    technology: str | None,
) -> list[Figure]:
    def choose(what: str, fits: Callable[[ItemMark], bool] = lambda _: True) -> Chosen:
        return ledger.choose(
            ItemMark,
            lambda m: m.what == what and is_of(m) and (technology is None or technology in m.technologies) and fits(m),
        )

    def count(fits: Callable[[ItemMark], bool]) -> int:
        return choose("flagged", fits).count

    flagged, decisions = choose("flagged"), choose("decided")
    a, c = flagged.count, decisions.count
    b = count(lambda m: m.outcome == "wrong")
    lawful = count(lambda m: m.outcome == "lawful")
    other = count(lambda m: m.outcome in ("known", "new") and m.outcome != case_class)
    unseen = count(lambda m: m.unseen)
    overturned = count(lambda m: m.overturned and m.outcome in ("known", "new"))
    note = joined(
        _("%(n)s more were decided to be of another class, which is no error of detection", n=other) if other else None,
        _("%(n)s more were found to be such material and lawful here, which is no error of detection", n=lawful)
        if lawful
        else None,
        _("%(n)s more were found wrong after a complaint, not on review", n=overturned) if overturned else None,
    )
    detections = ledger.choose(
        DetectionMark,
        lambda m: m.service in wanted and m.layer == case_class and technology in (None, m.technology),
    )
    wrong = [choose(what, lambda m: m.outcome == "wrong") for what in ("flagged", "decided")]
    reviewed = [choose("flagged", lambda m: m.outcome != "undecided"), decisions]
    figures = [
        cell(f"6.{case_class}.A{number}", service, technology).value(a, ledger.events(flagged, detections)),
        cell(f"6.{case_class}.B{number}", service, technology).value(b, ledger.events(*wrong), note=note),
        cell(f"6.{case_class}.C{number}", service, technology).value(
            c,
            ledger.events(*reviewed),
            note=_("%(n)s of them without a look, as byte-for-byte copies of listed files", n=unseen)
            if unseen
            else NOTHING,
        ),
    ]
    here = cell(f"6.{case_class}.error_rate", service, technology)
    rate = exact_rate(b, c)
    if a == 0:
        figures.append(here.without(Status.NOT_APPLICABLE, _("nothing was flagged: 0 of 0 has no rate")))
    elif rate is None:
        figures.append(here.without(Status.UNKNOWN, _("nothing that was flagged has been decided")))
    else:
        weighted = None
        if c < a:
            weighted = weighted_rate(_strata(ledger, lambda m: is_of(m) and technology in (None, *m.technologies)))
        note = joined(
            _(
                "B/A as the form asks; among the %(c)s decided: %(rate)s %% (95 %% bounds %(low)s to %(high)s %%)",
                c=c, rate=100 * rate.rate, low=100 * rate.low, high=100 * rate.high,
            ),
            _(
                "%(n)s of %(a)s are not decided yet, so B/A is too low: it is at most %(most)s %% when they are",
                n=a - c, a=a, most=100 * (b + a - c) / a,
            )
            if c < a
            else None,
            _(
                "weighted by how much of each service and set of technologies was decided: %(rate)s %% "
                "(%(low)s to %(high)s %%)",
                rate=100 * weighted.rate, low=100 * weighted.low, high=100 * weighted.high,
            )
            if weighted is not None
            else None,
        )  # fmt: skip
        value = rounded(100 * b, a, 4)
        figures.append(here.value(value, ledger.events(flagged, decisions), rate=rate, weighted=weighted, note=note))
    return figures


def _strata(ledger: Ledger, wanted: Callable[[ItemMark], bool]) -> list[Stratum]:
    """Return the parts within which what is decided stands for what is not: a service and a set of technologies."""
    found: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for mark, items in ledger.marks(ItemMark):
        if mark.what == "flagged" and wanted(mark):
            counts = found.setdefault((mark.service, mark.technologies), [0, 0, 0])
            counts[0] += items
            counts[1] += items if mark.outcome != "undecided" else 0
            counts[2] += items if mark.outcome == "wrong" else 0
    return [Stratum(*found[key]) for key in sorted(found)]
