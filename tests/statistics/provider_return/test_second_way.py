"""The figures counted a second way: SQL of DuckDB over the events as they are exported, written for itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.statistics.provider_return.histories import history
from tutela.events.envelope import Event
from tutela.regimes.regime import load
from tutela.regimes.services import Encryption, Service, ServiceRegion, ServiceType
from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.compilation import YearlyReturn, compile_return
from tutela.statistics.provider_return.counting import Counting, count_cases
from tutela.statistics.provider_return.light import OF_CASES, OF_MEASURES, Days, LightEvent
from tutela.statistics.provider_return.measures import measure_marks
from tutela.statistics.provider_return.records import Setup
from tutela.statistics.provider_return.spans import spans_of, whole_year

YEAR = 2025
REGIMES = load(None)
ROUNDED = 0.000101
"""Percentages are rounded to four digits: halves that a binary fraction cannot hold may go either way."""
MESSAGING, HOSTING = ServiceType.NUMBER_INDEPENDENT_MESSAGING, ServiceType.HOSTING
SERVICES = [
    Service(name, name.title(), type_, Encryption.IN_TRANSIT, ServiceRegion.WORLD)
    for name, type_ in (("chat", MESSAGING), ("mail", MESSAGING), ("drive", HOSTING))
]
SQL = (resources.files("tests.statistics.provider_return") / "second_way.sql").read_text("utf-8")


def exported(events: Iterable[Event], path: Path) -> Path:
    """Write events as `tutela events list` does."""
    with path.open("w", encoding="utf-8") as stream:
        for event in events:
            stream.write(
                json.dumps({
                    "sequence": event.sequence, "type": event.type, "subject": event.subject,
                    "occurred_at": event.occurred_at.isoformat(), "data": event.payload.model_dump(mode="json"),
                }) + "\n"
            )  # fmt: skip
    return path


def second_way(path: Path, days: Days, services: Sequence[str]) -> Mapping[str, tuple[float, float]]:
    """Return the least and the most that each countable figure can be, by its id."""
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        database.execute("SET threads = 1")
        database.execute(
            "CREATE TABLE exported AS SELECT sequence, type, subject, CAST(occurred_at AS TIMESTAMP) AS occurred_at, "
            "data FROM read_json(?, format = 'newline_delimited', columns = {sequence: 'BIGINT', type: 'VARCHAR', "
            "subject: 'VARCHAR', occurred_at: 'TIMESTAMPTZ', data: 'JSON'})",
            [str(path)],
        )
        database.execute("CREATE TABLE scope (suffix VARCHAR, service VARCHAR)")
        rows = [("", one) for one in services] + ([(f"@{one}", one) for one in services] if len(services) > 1 else [])
        database.executemany("INSERT INTO scope VALUES (?, ?)", rows)
        database.execute("CREATE TABLE asked AS SELECT CAST(? AS DATE) AS first, CAST(? AS DATE) AS after", [*days])
        database.execute(SQL)
        return {id_: (low, high) for id_, low, high in database.execute("FROM counted").fetchall()}


def first_way(events: Sequence[Event], year: int) -> YearlyReturn:
    """Count as the installation does, from events as they come out of it."""
    spans = spans_of(year, REGIMES)
    days = [whole_year(year), *(span.days for span in spans if len(spans) > 1)]
    countings = [Counting(one, [s.id for s in SERVICES if s.in_scope_of_return], events[-1].sequence) for one in days]
    wanted, done = ({payload.TYPE for payload in some} for some in (OF_CASES, OF_MEASURES))
    against_errors: list[tuple[str, LightEvent]] = []
    cases: dict[str, list[LightEvent]] = {}
    for event in events:
        at = event.occurred_at.strftime("%Y-%m-%d %H:%M:%S.%f")
        light = LightEvent(event.sequence, event.type, at, event.payload.model_dump(mode="json"))
        if event.type == "items.tallied":
            for counting in countings:
                counting.tally(light)
        elif event.type in wanted:
            cases.setdefault(event.subject, []).append(light)
        elif event.type in done:
            against_errors.append((event.subject, light))
    for sequence, mark in measure_marks(against_errors, days[0]):
        countings[0].mark(sequence, mark)
    count_cases(cases.values(), countings)
    counted = [counting.counted() for counting in countings]
    return compile_return(year, counted, Setup(), SERVICES, REGIMES, up_to=events[-1].sequence)


def numbers(figures: Iterable[Figure]) -> dict[str, tuple[float, float]]:
    """Return the figures that have a number."""
    return {f.id: ends(f) for f in figures if f.status is Status.VALUE and not isinstance(f.value, str)}


def different(
    first: Mapping[str, tuple[float, float]], second: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[object, object]]:
    """Return the figures that only one of the two has, or that differ by more than rounding does."""
    return {
        name: (first.get(name), second.get(name))
        for name in {*first, *second}
        if name not in first or name not in second or first[name] != pytest.approx(second[name], rel=1e-9, abs=ROUNDED)
    }


def ends(figure: Figure) -> tuple[float, float]:
    assert isinstance(figure.value, int | float)
    return figure.value, figure.value if figure.at_most is None else figure.at_most


@given(st.integers(0, 10**6), st.integers(1, 60), st.sampled_from([2024, YEAR, 2026]))
@example(20, 400, YEAR)
@settings(max_examples=5, deadline=None)
def test_the_same_figures_from_the_export_alone(
    tmp_path_factory: pytest.TempPathFactory, seed: int, cases: int, year: int
) -> None:
    events = history(seed, cases)
    path = exported(events, tmp_path_factory.mktemp("export") / "events.jsonl")
    compiled = first_way(events, year)
    assert not different(numbers(compiled.figures), second_way(path, whole_year(year), ["chat", "mail"]))
    for part in compiled.parts:
        mine = {name.removeprefix(f"{part.id}-"): ends for name, ends in numbers(part.figures).items()}
        theirs = second_way(path, part.span.days, ["chat", "mail"])
        assert not different(mine, {name: ends for name, ends in theirs.items() if not name.startswith("7.")})
    assert len(compiled.parts) == (0 if year == YEAR else 2 if year == 2024 else 3)


def test_what_is_compared_is_every_row_that_can_be_counted(tmp_path: Path) -> None:
    """In a rich history no countable row is without a number but those of technologies that there are not."""
    events = history(20, 400)
    found = second_way(exported(events, tmp_path / "events.jsonl"), whole_year(YEAR), ["chat", "mail"])
    assert {row.partition("@")[0].partition("~")[0] for row in found} == {
        f.id.partition("@")[0].partition("~")[0]
        for f in first_way(events, YEAR).figures
        if f.unit and f.case_class != "solicitation" and not f.key.startswith("text_bytes")
    }
    assert sum(low > 0 for low, _ in found.values()) > 0.9 * len(found)
