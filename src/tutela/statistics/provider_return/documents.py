"""The return as documents: PDF, XLSX, CSV. They need the extra `statistics`; HTML and JSON do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutela.statistics.figure import Figure, Rate, Status
from tutela.statistics.provider_return.compilation import ReturnPart, YearlyReturn
from tutela.statistics.provider_return.form import SECTIONS
from tutela.statistics.provider_return.introduction import introduction, part_title, title
from tutela.statistics.provider_return.technologies import TITLE
from tutela.statistics.provider_return.words import Words
from tutela.statistics.publishing.delimited import as_csv
from tutela.statistics.publishing.sheets import LONGEST_TEXT, Cell, Sheet, workbook
from tutela.statistics.publishing.typesetting import typeset

COLUMNS = (
    "id", "section", "class", "key", "meaning", "unit", "service", "technology", "participants", "part_from", "part_to",
    "part_regime", "status", "value", "at_most", "rate_numerator", "rate_denominator", "rate", "rate_low", "rate_high",
    "weighted_rate", "weighted_low", "weighted_high", "reason", "note", "event_count",
)  # fmt: skip
"""Of the CSV and of the sheet of all figures; rates are between 0 and 1, times in hours."""


@dataclass(frozen=True, slots=True)
class _Table:
    caption: str
    figures: Sequence[Figure]


def return_as_csv(compiled: YearlyReturn, words: Words) -> str:
    """Return every figure as a line, numbers as machines read them, texts in the language."""
    lines = [["" if cell is None else str(cell) for cell in line] for line in _lines(compiled, words)]
    return as_csv([COLUMNS, *lines])


def return_as_xlsx(compiled: YearlyReturn, words: Words) -> bytes:
    """Return a workbook: what it is made from, each section for reading, all figures for machines."""
    _ = words.gettext
    about = Sheet(_("About"), [[title(compiled, words)]], [[line] for line in _about(compiled, words)], [110])
    header = [[_("What"), _("Value"), _("At most"), _("Unit"), _("Note")]]
    sections = [
        Sheet(f"{number}", header, [_read(figure, words) for figure in table.figures], [70, 18, 14, 12, 80])
        for number, table in enumerate(_tables(compiled, words), start=1)
    ]
    all_of_them = Sheet(_("All figures"), [COLUMNS], list(_lines(compiled, words)), [28] * len(COLUMNS))
    return workbook([about, *sections, all_of_them], title=title(compiled, words))


def return_as_pdf(compiled: YearlyReturn, words: Words) -> bytes:
    """Return the return as a PDF, a table for each section."""
    _ = words.gettext
    header = [[[_("What"), 1], [_("Value"), 1], [_("Unit"), 1], [_("Note"), 1]]]
    lead, *notes = _about(compiled, words)
    tables = [
        {
            "caption": table.caption,
            "header": header,
            "rows": [[_what(f, words), _value(f, words), words.unit(f), _note(f, words)] for f in table.figures],
            "widths": [5, 2, 1.3, 4],
        }
        for table in _tables(compiled, words)
    ]
    data = {"subtitle": lead, "notes": notes, "tables": tables, "landscape": True}
    return typeset("publishing/listing.typ", data, title=title(compiled, words), language=words.language)


def _about(compiled: YearlyReturn, words: Words) -> list[str]:
    return [*introduction(compiled, words), *(words.told(caveat) for caveat in compiled.caveats)]


def _tables(compiled: YearlyReturn, words: Words) -> Iterator[_Table]:
    for number, name in SECTIONS.items():
        figures = [f for f in compiled.figures if f.section == number]
        yield _Table(f"{number}. {words.told(name)}", figures)
    if compiled.technologies:
        yield _Table(words.told(TITLE), compiled.technologies)
    for part in compiled.parts:
        yield _Table(part_title(part, words), part.figures)


def _what(figure: Figure, words: Words) -> str:
    of = [
        f"{words.case_class(figure)}: " if figure.case_class else "",
        words.gettext(figure.meaning),
        " " + words.gettext("(technology %(name)s)", name=figure.technology) if figure.technology else "",
        " " + words.gettext("(automated accounts among them)") if figure.participants else "",
        " " + words.gettext("(service %(name)s)", name=figure.service) if figure.service else "",
    ]
    return "".join(of)


def _value(figure: Figure, words: Words) -> str:
    if isinstance(figure.value, str) and len(figure.value) > 24:
        return words.gettext("see note")
    return words.shown(figure)


def _note(figure: Figure, words: Words) -> str:
    prose = words.shown(figure) if _value(figure, words) != words.shown(figure) else ""
    return "\n".join(filter(None, (prose, words.told(figure.reason or figure.note))))


def _read(figure: Figure, words: Words) -> list[Cell]:
    value: Cell = figure.value if isinstance(figure.value, int) else _value(figure, words)
    return [_what(figure, words), value, figure.at_most, words.unit(figure), _note(figure, words)[:LONGEST_TEXT]]


def _lines(compiled: YearlyReturn, words: Words) -> Iterator[list[Cell]]:
    for figure in (*compiled.figures, *compiled.technologies):
        yield _line(figure, None, words)
    for part in compiled.parts:
        for figure in part.figures:
            yield _line(figure, part, words)


def _line(figure: Figure, part: ReturnPart | None, words: Words) -> list[Cell]:
    span = part.span if part else None
    value = words.told(figure.value) if isinstance(figure.value, str) else figure.value
    return [
        figure.id, figure.section, figure.case_class, figure.key, words.gettext(figure.meaning), figure.unit,
        figure.service, figure.technology, figure.participants,
        str(span.first) if span else None, str(span.last) if span else None,
        span.regime.id if span and span.regime else None, figure.status.value,
        f"{value:g}" if isinstance(value, float) else value if figure.status is Status.VALUE else None, figure.at_most,
        *([figure.rate.numerator, figure.rate.denominator] if figure.rate else [None, None]),
        *_bounds(figure.rate), *_bounds(figure.weighted), words.told(figure.reason), words.told(figure.note),
        len(figure.events),
    ]  # fmt: skip


def _bounds(rate: Rate | None) -> list[Cell]:
    return [None, None, None] if rate is None else [f"{n:.6g}" for n in (rate.rate, rate.low, rate.high)]
