"""From the submission of a Member State to what it may publish: the same figures, those of few people suppressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tutela.statistics.authority.counted import Counted
from tutela.statistics.authority.disclosure.earlier import NoPublication, Published
from tutela.statistics.authority.disclosure.equations import Equations
from tutela.statistics.authority.disclosure.relations import beside, equations_of, named
from tutela.statistics.authority.disclosure.suppression import Window, hidden_counts
from tutela.statistics.authority.figures import extract
from tutela.statistics.authority.statement import Statement
from tutela.statistics.authority.submission import Submission
from tutela.statistics.figure import Status
from tutela.statistics.small_counts import SmallCounts


@dataclass(frozen=True, slots=True)
class _Before:
    """An earlier publication, and what its figures were."""

    published: Published
    figures: tuple[Counted, ...]
    equations: Equations


def small_figures(figures: Iterable[Counted], rule: SmallCounts) -> tuple[str, ...]:
    """Return the ids of figures that could point at a person: an end of one is small."""
    return tuple(one.id for one in figures if rule.is_small(one.low) or rule.is_small(one.high))


def publication(
    one: Submission, rule: SmallCounts, statements: Iterable[Statement] = (), earlier: Sequence[Published] = ()
) -> Submission:
    """Return what may be told to everybody.

    Suppressed are small counts, and what they could be computed from (`hidden_counts`). Beside `earlier` publications
    of the same period also what changed by a small number since, as a change counts people too; `statements` are those
    of the register. Cohorts are left out, and caveats are told without their numbers. Raises NoPublication for an
    earlier one of another state, period or register, or where it gives away what is small now.
    """
    now = equations_of(one.figures)
    before = {f"{number}": _before(one, was, statements) for number, was in enumerate(earlier, start=1)}
    sensitive = {name: Window(1, rule.below - 1) for name in small_figures(one.figures, rule)}
    already: set[str] = set()
    for key, was in before.items():
        already |= {named(key, name) for name in was.published.hidden}
        small = small_figures(was.figures, rule)
        sensitive |= {named(key, name): Window(1, rule.below - 1) for name in small if name in was.published.hidden}
        sensitive |= {
            name: _joined(sensitive.get(name), Window(told - rule.below + 1, told + rule.below - 1))
            for name, told in was.published.told.items()
            if name in now.counts and now.counts[name] and rule.is_small(abs(now.counts[name] - told))
        }
    every = beside(now, {key: was.equations for key, was in before.items()})
    told = {name for name in every.counts if ":" in name} - every.hidden(already)
    known = {
        name for was in before.values() for name, count in was.published.told.items() if now.counts.get(name) == count
    }
    try:
        hidden = hidden_counts(every, sensitive, already, told, known)
    except ValueError as error:
        raise NoPublication(str(error)) from error
    return replace(
        one,
        figures=tuple(_told(figure, rule, hidden=figure.id in hidden) for figure in one.figures),
        caveats=tuple(replace(caveat, part=0, whole=0, told=False) for caveat in one.caveats),
        cohorts=(),
        of_no_report=0,
        rule=rule,
    )


def _joined(first: Window | None, second: Window) -> Window:
    """Return the window that holds both where they meet: neither may be what can be shown."""
    return second if first is None else Window(min(first.low, second.low), max(first.high, second.high))


def _told(figure: Counted, rule: SmallCounts, *, hidden: bool) -> Counted:
    """Return a figure as everybody may know it; what is suppressed has nothing left of what it counts."""
    if hidden:
        return replace(figure, units={}, maybe={}, status=Status.SUPPRESSED, fewest=None, most=None)
    if figure.fewest is not None and rule.is_small(figure.fewest):
        return replace(figure, fewest=None, most=None)
    return figure


def _before(one: Submission, was: Published, statements: Iterable[Statement]) -> _Before:
    if (was.state, was.period) != (one.state, one.period):
        raise NoPublication(
            f"it is of {was.state}, {was.period}: only publications of the same period can be held beside each other; "
            "publish no periods that overlap"
        )
    if was.as_of > one.extraction.as_of:
        raise NoPublication(f"it is as of {was.as_of}, after {one.extraction.as_of}")
    figures = extract(statements, one.period, was.as_of).figures
    now: Mapping[str, int] = {figure.id: figure.low for figure in figures if figure.value and figure.low}
    if any(now.get(name, 0) != told for name, told in was.told.items()) or not was.hidden <= now.keys():
        raise NoPublication(f"its figures are not those of this register as of {was.as_of}")
    return _Before(was, figures, equations_of(figures))
