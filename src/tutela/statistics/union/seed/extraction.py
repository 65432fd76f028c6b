"""The data set of a report, out of its text in English and in Swedish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tutela.statistics.figure import Status
from tutela.statistics.union.dataset import Dataset, Disagreement, Note, Partition, Ratio, Sum
from tutela.statistics.union.errata import errata_of
from tutela.statistics.union.grammar import grammar
from tutela.statistics.union.measure import Unit
from tutela.statistics.union.members import MEMBERS
from tutela.statistics.union.observation import Observation, Reporter, Source
from tutela.statistics.union.period import Period
from tutela.statistics.union.seed.agreement import Told, agree
from tutela.statistics.union.seed.mentions import mentions
from tutela.statistics.union.seed.passages import Found, Key, Passage, locate, reading_key
from tutela.statistics.union.seed.raw_tables import RawDocument, UnreadableDocument, read_document
from tutela.statistics.union.seed.readings import ReadRow, ReadTable, read_tables
from tutela.statistics.union.seed.statements import statements, tools
from tutela.statistics.union.tables import labels, phrases
from tutela.statistics.union.tables.column import Column
from tutela.statistics.union.tables.count_column import Counts
from tutela.statistics.union.tables.labels import TOTAL
from tutela.statistics.union.tables.reading import Amounts, Phrase, Prose, RateTold, Reading, Spans, Unreadable
from tutela.statistics.union.tables.report import tables
from tutela.statistics.union.tables.rows import UNION, RowIn
from tutela.statistics.union.tables.share_columns import Given, Shares
from tutela.statistics.union.tables.table import Table
from tutela.statistics.union.words import words

LANGUAGES = ("en", "sv")
_SHOWN = 60
"""Characters of a row that are shown of it."""
ID, DOCUMENT, YEARS = "com-2023-797", "COM(2023) 797", (2021, 2022)


@dataclass
class _Taken:
    """What was taken out so far."""

    observations: list[Observation] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    partitions: list[Partition] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    disagreements: list[Disagreement] = field(default_factory=list)


def extract(texts: Iterable[str]) -> Dataset:
    """Return the data set of COM(2023) 797 out of its two texts, in any order.

    Raises UnreadableDocument for other texts, or if they are not one in English and one in Swedish.
    """
    try:
        return _extract(texts)
    except ValueError as error:
        raise UnreadableDocument(f"a figure cannot be: {error}") from error


def _extract(texts: Iterable[str]) -> Dataset:
    report = tables()
    documents = {d.language: d for d in (read_document(text, report) for text in texts)}
    if set(documents) != set(LANGUAGES):
        raise UnreadableDocument(f"one text in English and one in Swedish are needed; there is {', '.join(documents)}")
    key, taken = reading_key(), _Taken()
    read = [read_tables(documents[language], report) for language in LANGUAGES]
    for table, one, other in zip(report, *read, strict=True):
        _take_table(taken, table, one, other, key)
    _take_passages(taken, key, documents, {(t.number, r.code): r for t in read[0] for r in t.rows}, read)
    _relate(taken, report)
    flows = {language: documents[language].flow for language in LANGUAGES}
    data = Dataset(
        id=ID,
        title=DOCUMENT,
        years=YEARS,
        observations=tuple(sorted(taken.observations, key=lambda o: o.prose)),
        ratios=tuple(taken.ratios),
        sums=(*taken.sums, *key.sums),
        partitions=(*taken.partitions, *key.partitions),
        notes=tuple(taken.notes),
        disagreements=tuple(taken.disagreements),
        statements=statements(flows, DOCUMENT),
        tools=tools(flows, DOCUMENT),
        mentions=mentions(flows, DOCUMENT),
    )
    return replace(data, errata=errata_of(data, {d.language: d.tables for d in documents.values()}))


def _take_table(taken: _Taken, table: Table, one: ReadTable, other: ReadTable, key: Key) -> None:
    codes = [[row.code for row in read.rows] for read in (one, other)]
    if codes[0] != codes[1]:
        raise UnreadableDocument(f"table {table.number}: the rows are {codes[0]} in English and {codes[1]} in Swedish")
    if not (one.whole or other.whole):
        raise UnreadableDocument(f"table {table.number}: labels have slipped against rows in both languages")
    for slipped, followed in ((one, other), (other, one)):
        if not slipped.whole:
            taken.disagreements += _slipped(table, slipped, followed)
    for first, second in zip(one.rows, other.rows, strict=True):
        _take_row(taken, table, first, second, key)


def _slipped(table: Table, slipped: ReadTable, followed: ReadTable) -> Iterable[Disagreement]:
    for row, right in zip(slipped.rows, followed.rows, strict=True):
        if row.printed_label == "" or _name(table, row.printed_label, slipped.language) != row.code:
            cells = " | ".join(filter(None, row.printed.values()))
            yield Disagreement(
                f"{table.number}.{row.code}",
                "rows_whole",
                ((slipped.language, row.printed_label), (followed.language, right.printed_label)),
                slipped.language,
                (("row", str(row.printed_at)), ("cells", cells if len(cells) <= _SHOWN else f"{cells[:_SHOWN]}…")),
            )


def _name(table: Table, label: str, language: str) -> str:
    return labels.code_of(label, table.rows_of, words(language)) or TOTAL


def _take_row(taken: _Taken, table: Table, one: ReadRow, other: ReadRow, key: Key) -> None:
    at = {column.key: number for number, column in enumerate(table.columns, start=1)}
    row = RowIn(
        table=table.number,
        code=one.code,
        reporter=_reporter(table, one.code),
        periods=_periods(table, one, other),
        sources={
            name: tuple(
                Source(DOCUMENT, language, table.number, r.printed_at, number)
                for language, r in zip(LANGUAGES, (one, other), strict=True)
            )
            for name, number in at.items()
        },
    )
    said = [r for r in one.cells.values() if isinstance(r, Phrase)]
    caveats = [phrases.MEANINGS[r.code].caveat for r in said]
    caveats += key.caveats.get(f"{table.number}.{one.code}", ())
    row.caveats = tuple(c for c in dict.fromkeys(caveats) if c is not None)
    # A dash is silence, unless the row says anything of why it stands there.
    explained = Status.UNKNOWN if one.printed.get("comments") else row.missing
    row.missing = next((s for r in said if (s := phrases.MEANINGS[r.code].status)), explained)
    for column in table.columns[1:]:
        _take_cell(taken, column, row, one, other)
    taken.observations += row.observations
    taken.ratios += row.ratios
    taken.notes += row.notes


def _take_cell(taken: _Taken, column: Column, row: RowIn, one: ReadRow, other: ReadRow) -> None:
    told = [
        Told(lang, r.cells[column.key], r.printed[column.key]) for lang, r in zip(LANGUAGES, (one, other), strict=True)
    ]
    agreed = agree(row.place(column.key), told[0], told[1], counts=isinstance(column, Counts))
    if agreed.disagreement is not None:
        taken.disagreements.append(agreed.disagreement)
    if any(_says_nothing(reading) for reading, _ in agreed.readings):
        raise UnreadableDocument(f"{row.place(column.key)}: no language prints a figure: {told[0].printed!r}")
    whole_sources = row.sources[column.key]
    for number, (reading, languages) in enumerate(agreed.readings):
        row.sources[column.key] = tuple(s for s in whole_sources if s.language in languages)
        before = len(row.observations)
        column.observe(row, reading)
        if number:
            row.observations[before:] = [replace(o, id=f"{o.id}.{languages[0]}") for o in row.observations[before:]]


def _says_nothing(reading: Reading) -> bool:
    return isinstance(reading, Unreadable) or (isinstance(reading, RateTold) and reading.percent is None)


def _reporter(table: Table, code: str) -> Reporter:
    if code == TOTAL:
        return UNION
    return Reporter(table.rows_of, code)


def _periods(table: Table, one: ReadRow, other: ReadRow) -> tuple[Period, ...]:
    if table.has_periods:
        spans = [r.cells["period"] for r in (one, other)]
        if spans[0] != spans[1]:
            raise UnreadableDocument(f"table {table.number}, {one.code}: the languages tell other periods")
        return spans[0].periods if isinstance(spans[0], Spans) else ()
    if table.year is None:
        return ()
    told = [
        {p for name, text in r.printed.items() if name == "comments" for p in grammar(lang).periods_in(text)}
        for lang, r in zip(LANGUAGES, (one, other), strict=True)
    ]
    # A period that the comment tells in both languages is that of the row; a table of one year is of that year else.
    common = [p for p in told[0] & told[1] if p.within(table.year)]
    return (common[0],) if len(common) == 1 else (Period.of_year(table.year),)


def _take_passages(
    taken: _Taken,
    key: Key,
    documents: Mapping[str, RawDocument],
    rows: Mapping[tuple[int, str], ReadRow],
    read: Sequence[Sequence[ReadTable]],
) -> None:
    cells = {
        (lang, f"{t.number}.{r.code}.{name}"): (text, t.number, r.printed_at, at)
        for lang, found in zip(LANGUAGES, read, strict=True)
        for t in found
        for r in t.rows
        for at, (name, text) in enumerate(r.printed.items(), start=2)
    }
    cuts: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    for passage in key.passages:
        found = {}
        for language in LANGUAGES:
            text = cells[language, passage.at][0] if passage.at else documents[language].flow
            found[language] = locate(passage, text, grammar(language))
            if passage.at:
                cuts.setdefault((passage.at, language), []).append(
                    (found[language].start, found[language].end, passage.id)
                )
        _take_passage(taken, passage, found, {k: v[1:] for (k, at), v in cells.items() if at == passage.at})
    known = {note.place for note in taken.notes}
    for place in sorted({at for _, at in cells}, key=lambda at: list(cells).index(("en", at))):
        texts = {language: cells[language, place][0] for language in LANGUAGES}
        if place in known or not _is_prose(place, rows) or not any(texts.values()):
            continue
        cut = tuple((lang, _with_places(text, cuts.get((place, lang), []), place)) for lang, text in texts.items())
        taken.notes.append(Note(place, texts=cut))
    taken.notes.sort(key=lambda note: list(cells).index(("en", note.place)))


def _is_prose(place: str, rows: Mapping[tuple[int, str], ReadRow]) -> bool:
    table, code, column = place.split(".")
    reading = rows[int(table), code].cells[column]
    return isinstance(reading, Prose) and bool(reading.text)


def _with_places(text: str, cuts: list[tuple[int, int, str]], place: str) -> str:
    if "{" in text or "}" in text:
        raise UnreadableDocument(f"{place}: a brace in the text would be taken for the place of a figure")
    for start, end, name in sorted(cuts, reverse=True):
        text = f"{text[:start]}{{{name}}}{text[end:]}"
    return text


def _take_passage(
    taken: _Taken, passage: Passage, found: Mapping[str, Found], at: Mapping[str, tuple[int, int, int]]
) -> None:
    told = [
        Told(language, Unreadable(one.printed) if one.amount is None else Amounts((one.amount,)), one.printed)
        for language, one in found.items()
    ]
    agreed = agree(passage.id, told[0], told[1], counts=passage.unit is not Unit.PERCENT)
    if agreed.disagreement is not None:
        taken.disagreements.append(agreed.disagreement)
    for number, (reading, languages) in enumerate(agreed.readings):
        if not isinstance(reading, Amounts):
            raise UnreadableDocument(f"{passage.id}: no language prints a figure: {told[0].printed!r}")
        taken.observations.append(
            Observation(
                id=f"{passage.id}.{languages[0]}" if number else passage.id,
                reporter=passage.reporter,
                measure=passage.measure,
                unit=passage.unit,
                period=passage.period,
                value=reading.amounts[0],
                sources=tuple(
                    Source(DOCUMENT, lang, *at[lang])
                    if passage.at
                    else Source(DOCUMENT, lang, words=passage.words[lang])
                    for lang in languages
                ),
                breakdown=passage.breakdown,
                prose=True,
            )
        )
    if passage.ratio is not None:
        taken.ratios.append(Ratio(passage.id, *passage.ratio))


def _relate(taken: _Taken, report: Sequence[Table]) -> None:
    """Relate a row of all to the rows, and the shares of a column to the whole that they are of."""
    for table in report:
        for column in table.columns:
            if isinstance(column, Shares | Given):
                named = {f"{table.number}.{code}.{column.key}" for code in MEMBERS}
                taken.partitions.append(Partition(tuple(o.id for o in taken.observations if o.id in named)))
            if table.has_total and isinstance(column, Counts):
                parts = [
                    o.id
                    for code in MEMBERS
                    for o in taken.observations
                    if o.id == f"{table.number}.{code}.{column.key}"
                ]
                taken.sums.append(Sum(f"{table.number}.{TOTAL}.{column.key}", tuple(parts)))
