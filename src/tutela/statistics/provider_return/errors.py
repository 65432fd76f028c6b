"""Section 6: errors of each technology, by the day on which an item was flagged.

A counts the items that a technology flagged, C those of them that a person decided, B those found not to be such
material. The form asks for B/A, which is too low while some of A is not decided; beside it stands B/C with its
exact bounds. The total counts an item once, however many technologies flagged it.
"""

from __future__ import annotations

from tutela.statistics.figure import Figure, Status
from tutela.statistics.interval import exact_rate
from tutela.statistics.provider_return.cells import cell
from tutela.statistics.provider_return.facts import Facts, ItemFact, Services, in_year

_NUMBER = {"known": 1, "new": 2, "solicitation": 3}


def errors(facts: Facts, year: int, services: Services, service: str | None) -> list[Figure]:
    """Return the figures of section 6 for a service, or for all in scope: each technology, then the total."""
    wanted = {service} if service else set(services)
    items = [i for i in facts.items.values() if in_year(i.at, year) and i.flagged.service in wanted]
    figures: list[Figure] = []
    for case_class, number in _NUMBER.items():
        of_class = [i for i in items if i.flagged.layer == case_class]
        if case_class != "known" and not of_class:
            reason = f"no technology that detects {'new material' if case_class == 'new' else case_class} ran"
            for key in (f"A{number}", f"B{number}", f"C{number}", "error_rate"):
                figures.append(cell(f"6.{case_class}.{key}", service).without(Status.NOT_APPLICABLE, reason))
            continue
        by_technology: dict[str, list[ItemFact]] = {}
        for item in of_class:
            for name in sorted({f"{d.technology}-{d.version}" for _, d in item.detections}):
                by_technology.setdefault(name, []).append(item)
        for name in sorted(by_technology):
            figures += _of(by_technology[name], case_class, number, service, name)
        figures += _of(of_class, case_class, number, service, None)
    return figures


def _of(
    items: list[ItemFact], case_class: str, number: int, service: str | None, technology: str | None
) -> list[Figure]:
    def flagged(item: ItemFact) -> list[int]:
        return [item.sequence, *(s for s, d in item.detections if _fits(d.technology, d.version, technology))]

    decided = [(i, i.decided) for i in items if i.decided is not None]
    wrong = [(i, d) for i, d in decided if d[1].verdict == "not" and d[1].ground != "lawful_here"]
    lawful = sum(d[1].ground == "lawful_here" for _, d in decided)
    other = sum(d[1].verdict != case_class for _, d in decided) - len(wrong) - lawful
    a, b, c = len(items), len(wrong), len(decided)
    unseen = sum(not d[1].viewed for _, d in decided)
    overturned = sum(i.overturned for i, d in decided if d[1].verdict != "not")
    notes = [
        f"{other} more were decided to be of another class, which is no error of detection" if other else "",
        f"{lawful} more were found to be such material and lawful here, which is no error of detection"
        if lawful
        else "",
        f"{overturned} more were found wrong after a complaint, not on review" if overturned else "",
    ]
    note = "; ".join(filter(None, notes))
    figures = [
        cell(f"6.{case_class}.A{number}", service, technology).value(a, [s for i in items for s in flagged(i)]),
        cell(f"6.{case_class}.B{number}", service, technology).value(
            b, [s for i, d in wrong for s in (i.sequence, d[0])], note=note
        ),
        cell(f"6.{case_class}.C{number}", service, technology).value(
            c,
            [s for i, d in decided for s in (i.sequence, d[0])],
            note=f"{unseen} of them without a look, as byte-for-byte copies of listed files" if unseen else "",
        ),
    ]
    rate_cell = cell(f"6.{case_class}.error_rate", service, technology)
    rate = exact_rate(b, c)
    if a == 0:
        figures.append(rate_cell.without(Status.NOT_APPLICABLE, "nothing was flagged: 0 of 0 has no rate"))
    elif rate is None:
        figures.append(rate_cell.without(Status.UNKNOWN, "nothing that was flagged has been decided"))
    else:
        note = (
            f"B/A as the form asks; among the {c} decided: {100 * rate.rate:.2f} % "
            f"(95 % bounds {100 * rate.low:.2f} to {100 * rate.high:.2f} %)"
        )
        if c < a:
            note += f"; {a - c} of {a} are not decided yet, so B/A is too low"
        figures.append(
            rate_cell.value(
                round(100 * b / a, 4),
                [*(i.sequence for i in items), *(d[0] for _, d in decided)],
                rate=rate,
                note=note,
            )
        )
    return figures


def _fits(name: str, version: str, technology: str | None) -> bool:
    return technology is None or technology == f"{name}-{version}"
