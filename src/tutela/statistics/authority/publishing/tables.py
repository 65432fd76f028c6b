"""The submission as tables in one language: what every form of it for people shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutela.statistics.authority.cohorts import Cohort
from tutela.statistics.authority.counted import Counted
from tutela.statistics.authority.submission import Submission
from tutela.statistics.authority.wording import Wording
from tutela.statistics.figure import Rate


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `key` names it in files. `numbers` are the columns of numbers, from 0."""

    key: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    numbers: tuple[int, ...]
    note: str = ""


def title(one: Submission, w: Wording) -> str:
    """Return the title of the document."""
    return w.gettext("Statistics under Article 8 of Regulation (EU) 2021/1232: %(state)s, %(period)s") % {
        "state": w.words.country(one.state),
        "period": w.words.period(one.period),
    }


def subtitle(one: Submission, w: Wording) -> str:
    """Return when it was taken, and what it goes back to."""
    return w.gettext("As the register stood at the end of %(day)s (UTC), up to event %(event)s; made on %(made)s.") % {
        "day": str(one.extraction.as_of),
        "event": str(one.up_to),
        "made": f"{one.made_at:%Y-%m-%d %H:%M} UTC",
    }


def notes(one: Submission, w: Wording) -> list[str]:
    """Return for whom it is, how figures are made, then every caveat that the data shows."""
    _ = w.gettext
    rules = [
        _(
            "Reports are of one case if they bear the same number or name each other, share an account and a file, "
            "share a page, or, without account or page, have the same files. By the widest rule anything that they "
            "share makes them one case, by the narrowest their numbers alone."
        ),
        _("What was not kept is told as not collected or not known, and never as zero."),
    ]
    return [*w.form(one), *rules, *(w.caveat(c) for c in one.caveats)]


def tables(one: Submission, w: Wording) -> tuple[Table, ...]:
    """Return the tables: (a) reports, (b) children, (c) convictions, investigations; of a submission also cohorts."""
    _ = w.gettext
    captions = (
        (
            "reports",
            _("(a) Reports of detected online child sexual abuse"),
            ("reports", "cases", "repeats", "cases_repeated"),
        ),
        ("victims", _("(b) Children identified"), ("victims",)),
        ("convictions", _("(c) Perpetrators convicted"), ("persons", "convictions", "convictions_quashed")),
        (
            "investigations",
            _("Investigations"),
            (
                "reports_investigated", "investigations", "investigations_of_reports", "investigations_merged",
                "investigations_closed",
            ),
        ),
    )  # fmt: skip
    figures = tuple(_figures(one, w, *given) for given in captions)
    return figures if one.rule else (*figures, _cohorts(one, w))


def _figures(one: Submission, w: Wording, key: str, caption: str, names: Sequence[str]) -> Table:
    _ = w.gettext
    of = {name: [f for f in one.figures if f.id.split(".")[0] == name] for name in names}
    rows = [row for name in names for row in _rows(of[name], w)]
    return Table(key, caption, (_("Figure"), _("Number"), _("Remarks")), tuple(rows), (5, 2, 4), (1,))


def _rows(figures: Sequence[Counted], w: Wording) -> Iterator[tuple[str, str, str]]:
    total, *parts = figures
    yield name_of(total.id, w), w.value(total), w.remark(total)
    for part in parts:
        # Why it is not told to the end stands beside the total, and is the same for every part of it.
        yield name_of(part.id, w), w.value(part), ""


def name_of(figure: str, w: Wording) -> str:
    """Return the name of a figure by its id; of a part, what it is part of and by what."""
    name, _, rest = figure.partition(".")
    if not rest:
        return w.heading(name)
    breakdown, _, value = rest.partition(".")
    return f"{w.heading(name)}, {w.breakdown(breakdown)}: {w.part(breakdown, value)}"


def _cohorts(one: Submission, w: Wording) -> Table:
    _ = w.gettext
    header = (
        _("Reports of"),
        _("Reports"),
        _("In no investigation"),
        _("Investigations"),
        _("Still open"),
        _("With a conviction"),
        _("Convictions"),
        _("Direct"),
        _("Indirect"),
        _("Persons"),
        _("Days to conviction, median"),
        _("Share with a conviction so far"),
    )
    return Table(
        "cohorts",
        _("What came of the reports of a year so far"),
        header,
        tuple(_cohort(row, w) for row in one.cohorts),
        (2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 4),
        tuple(range(1, 12)),
        _(
            "Counted is what the register holds. An investigation belongs to the year of its earliest report. Those "
            "that are still open may yet end in a conviction, so that later years cannot be compared with earlier "
            "ones. Direct: the report is part of the investigation that the conviction ended, and that began with a "
            "report. Bounds are at 95 %%. Convictions of no report in the register: %(n)s."
        )
        % {"n": w.number(one.of_no_report)},
    )


def _cohort(row: Cohort, w: Wording) -> tuple[str, ...]:
    persons = w.number(row.persons_least)
    if row.persons_most > row.persons_least:
        ends = {"low": persons, "high": w.number(row.persons_most)}
        persons = w.words.gettext("%(low)s to %(high)s") % ends
    counts = (row.reports, row.not_investigated, row.investigations, row.open, row.convicted, row.convictions)
    return (
        str(row.year),
        *map(w.number, (*counts, row.direct, row.indirect)),
        persons,
        w.number(round(row.lag.median)) if row.lag else w.gettext("not applicable"),
        _share(row.share, w),
    )


def _share(rate: Rate | None, w: Wording) -> str:
    if rate is None:
        return w.gettext("not applicable")
    return w.gettext("%(share)s (%(low)s to %(high)s)") % {
        "share": w.share(rate.rate),
        "low": w.share(rate.low),
        "high": w.share(rate.high),
    }
