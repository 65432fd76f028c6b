"""How a Member State counts and tells: its periods, gaps, forms and caveats, all of them declared."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tutela.events.catalogue.authority import Kept
from tutela.statistics.simulation.world import FIRST, LAST
from tutela.statistics.union.members import MEMBERS
from tutela.statistics.union.period import Period

How = Literal["exact", "about", "rounded", "at_least", "range", "monthly"]
Form = Literal["dataset", "csv", "sdmx", "cells"]
"""A data set as Tutela writes it, its observations as CSV or SDMX-CSV, or a table with words such as `ca 40`."""
PERIODS = (
    ("2022", "2023"),
    ("2022", "2023"),
    ("2022/2023",),
    ("2022-01/2022-07", "2022-08/2023-07"),
    ("2022-08/2023-07",),
    ("2022-H1", "2022-H2", "2023-H1", "2023-H2"),
    ("2022", "2022/2023"),
    ("2023",),
    ("2022-03/2023-02", "2022"),
)
"""The periods of which a state tells; they overlap, leave gaps, or leave out what is asked for."""
WITHOUT_GAP = (PERIODS[0], PERIODS[2], PERIODS[5], PERIODS[6])
"""Those of which every day of both years has an upper end."""
TOLD: tuple[Kept, ...] = ("reports", "victims", "convictions")


@dataclass(frozen=True, slots=True)
class Practice:
    """What a Member State does. `silent`: it sends nothing. `untold`: of these it has no register.

    `since`: the first day from which its register holds all. `late` days pass before something is recorded. `as_of` is
    the day of its figures. `age_limit`: only children below it are counted. `settings`, `genders`, `services`, `paths`
    and `origins` say whether it records them of each child, conviction or report; without `settings` all are `mixed` or
    not stated. `how`: how each total is told. `parts`: whether breakdowns are told too. `form` is that of its files.
    """

    silent: bool
    untold: frozenset[Kept]
    since: date
    late: int
    as_of: date
    periods: tuple[Period, ...]
    age_limit: int | None
    settings: bool
    mixed: bool
    genders: bool
    services: bool
    paths: bool
    origins: bool
    how: tuple[tuple[Kept, How], ...]
    parts: bool
    form: Form


def practices(rng: random.Random) -> dict[str, Practice]:
    """Return the practice of each Member State; in some regimes nobody leaves a gap, so that there are upper ends."""
    open_handed = rng.random() < 0.4
    return {code: _practice(rng, open_handed) for code in MEMBERS}


def _practice(rng: random.Random, open_handed: bool) -> Practice:
    def now_and_then(share: float) -> bool:
        return not open_handed and rng.random() < share

    late = rng.choice([0, 0, 3, 30])
    early = now_and_then(0.1)
    periods: Sequence[str] = rng.choice(PERIODS)
    if open_handed:
        periods = rng.choice(WITHOUT_GAP)
    hows: list[How] = ["exact", "exact", "exact", "about", "rounded", "range"]
    if not open_handed:
        hows.append("at_least")
    return Practice(
        silent=now_and_then(0.12),
        untold=frozenset(kind for kind in TOLD if now_and_then(0.08)),
        since=rng.choice([date(2022, 4, 1), date(2023, 1, 1)]) if now_and_then(0.1) else FIRST,
        late=late,
        as_of=date(2023, 11, 30) if early else LAST.replace(year=LAST.year + 1, month=3),
        periods=tuple(map(Period.parse, periods)),
        age_limit=rng.choice([14, 16]) if now_and_then(0.15) else None,
        settings=rng.random() < 0.6,
        mixed=rng.random() < 0.5,
        genders=rng.random() < 0.7,
        services=rng.random() < 0.7,
        paths=rng.random() < 0.7,
        origins=rng.random() < 0.7,
        how=tuple((kind, rng.choice([*hows, "monthly"] if kind == "reports" else hows)) for kind in TOLD),
        parts=rng.random() < 0.7,
        form=rng.choice(["dataset", "csv", "sdmx", "cells"]),
    )
