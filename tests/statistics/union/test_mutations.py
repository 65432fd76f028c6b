"""A submission in which nothing is wrong has no finding; each check finds the change that it is for, where it is.

The submission is a file, as it comes in: JSON that is changed and read again.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.statistics.union.builders import dataset, percent, told
from tutela.statistics.figure import Status
from tutela.statistics.union.amount import at_least
from tutela.statistics.union.dataset import Partition, Ratio, Sum
from tutela.statistics.union.dataset_file import parsed, written
from tutela.statistics.union.findings.registry import checks, findings
from tutela.statistics.union.measure import Measure, Unit

M = Measure
Raw = dict[str, Any]


def _children(name: str, value: int, who: str, **by: str) -> Any:
    return told(name, value, M.CHILDREN_IDENTIFIED, who=who, unit=Unit.PERSONS, prose=False, **by)


def _provider(name: str, value: int, measure: Measure, unit: Unit, when: str = "2022") -> Any:
    return told(name, value, measure, who="provider:acme", unit=unit, when=when)


def clean() -> Raw:
    """Return a file in which every check has something to look at, and nothing to find."""
    ncmec = {"who": "body:ncmec", "region": "EU"}
    observations = [
        told("r.SE", 120, who="state:SE"),
        told("r.FI", 130, who="state:FI"),
        told("r.MT", Status.NOT_REPORTED, who="state:MT"),
        *(told(f"s.{c}", n, M.REPORTS_SENT, state=c, **ncmec) for c, n in (("SE", 120), ("FI", 130))),  # type: ignore[arg-type]
        told("s.total", 250, M.REPORTS_SENT, who="union:EU"),
        *(
            told(f"p.{c}", percent(p), M.SHARE_OF_REPORTS, unit=Unit.PERCENT, state=c, **ncmec)  # type: ignore[arg-type]
            for c, p in (("SE", "48.00"), ("FI", "52.00"))
        ),
        _children("c.SE.female", 11, "state:SE", gender="female"),
        _children("c.SE.male", 6, "state:SE", gender="male"),
        _children("c.SE", 17, "state:SE"),
        _children("c.FI.female", 3, "state:FI", gender="female"),
        _children("c.FI.male", 2, "state:FI", gender="male"),
        _children("c.FI", 5, "state:FI"),
        _children("c.total.female", 14, "union:EU", gender="female"),
        _children("c.total.male", 8, "union:EU", gender="male"),
        _children("c.total", 22, "union:EU"),
        *(
            told(f"v.{when}", n, M.CONVICTIONS, who="state:SE", unit=Unit.CONVICTIONS, when=when)
            for when, n in (("2021", 7), ("2022", 9))
        ),
        told("v.union", at_least(8), M.CONVICTIONS, who="body:commission", unit=Unit.CONVICTIONS, when=None, prose=True,
             region="EU"),
        told("silent", 1, M.STATES_SILENT_ON_REPORTS, who="body:commission", unit=Unit.STATES, when=None, prose=True),
        _provider("cases.2021", 212, M.CASES_IDENTIFIED, Unit.ITEMS, "2021"),
        _provider("cases.2022", 215, M.CASES_IDENTIFIED, Unit.ITEMS),
        _provider("complaints", 40, M.COMPLAINTS, Unit.COMPLAINTS),
        _provider("reinstated", 4, M.REINSTATED, Unit.ITEMS),
        _provider("rate.part", 4, M.REINSTATED_ON_APPEAL, Unit.ITEMS),
        _provider("rate.whole", 40, M.APPEALS, Unit.COMPLAINTS),
        told("rate", percent("10.00"), M.REINSTATED_PER_APPEAL, who="provider:acme", unit=Unit.PERCENT),
        _provider("reviewed", 75, M.ITEMS_REVIEWED, Unit.ITEMS),
        _provider("confirmed", 70, M.ITEMS_CONFIRMED, Unit.ITEMS),
        *(
            told(f"people.{c}", percent(p), M.SHARE_OF_POPULATION, who="body:commission", unit=Unit.PERCENT, when=None,
                 region="EU", state=c)
            for c, p in (("SE", "40.00"), ("FI", "60.00"))
        ),
        *(told(f"s.{c}.2021", n, M.REPORTS_SENT, state=c, when="2021", **ncmec) for c, n in (("SE", 110), ("FI", 130))),  # type: ignore[arg-type]
        told("s.total.2021", 240, M.REPORTS_SENT, who="union:EU", when="2021"),
        told("items", 300, M.ITEMS_REPORTED, unit=Unit.ITEMS, **ncmec),  # type: ignore[arg-type]
        told("claim", 1_001, M.ITEMS_PER_FALSE_POSITIVE, who="provider:acme", unit=Unit.ITEMS, when=None),
        _provider("processed", 90_001, M.ITEMS_PROCESSED, Unit.ITEMS),
        _provider("reversals", 40, M.REVERSALS, Unit.DECISIONS),
        told("precision", percent("99"), M.PRECISION, who="provider:maker", unit=Unit.PERCENT, when=None),
        told("false", percent("1"), M.FALSE_POSITIVE_RATE, who="provider:maker", unit=Unit.PERCENT, when=None),
    ]  # fmt: skip
    data = dataset(
        *observations,
        sums=[
            Sum("s.total", ("s.SE", "s.FI")),
            Sum("s.total.2021", ("s.SE.2021", "s.FI.2021")),
            Sum("c.total.female", ("c.SE.female", "c.FI.female")),
            Sum("c.total.male", ("c.SE.male", "c.FI.male")),
            Sum("c.total", ("c.SE", "c.FI")),
        ],
        ratios=[
            Ratio("p.SE", "s.SE", "s.total"),
            Ratio("p.FI", "s.FI", "s.total"),
            Ratio("rate", "rate.part", "rate.whole"),
        ],
        partitions=[Partition(("p.SE", "p.FI"))],
    )  # fmt: skip
    found: Raw = json.loads(written(data))
    named = {"sources": [{"language": "en", "words": "somewhere in it"}]}
    found["mentions"] = [
        {"id": "m", "measure": "reports_received", "says": "not_reported", "states": ["MT"], **named},
        {"id": "n", "measure": "convictions", "says": "online_and_offline", "states": [], **named},
    ]
    return found


def one(raw: Raw, name: str) -> Raw:
    found: Raw = next(o for o in raw["observations"] if o["id"] == name)
    return found


def value(name: str, new: str) -> Callable[[Raw], None]:
    def change(raw: Raw) -> None:
        target = one(raw, name)
        if isinstance(target["value"], str):
            target["value"] = new
        else:
            target["value"] = {**target["value"], "stated": new, "low": new, "high": new}

    return change


def field(name: str, key: str, new: Any) -> Callable[[Raw], None]:
    return lambda raw: one(raw, name).__setitem__(key, new)


def another(name: str, like: str, **fields: Any) -> Callable[[Raw], None]:
    return lambda raw: raw["observations"].append({**one(raw, like), "id": name, **fields})


def several(*changes: Callable[[Raw], None]) -> Callable[[Raw], None]:
    def change(raw: Raw) -> None:
        for each in changes:
            each(raw)

    return change


def silenced(raw: Raw) -> None:
    one(raw, "c.SE.female").pop("value")
    one(raw, "c.SE.female")["status"] = "unknown"
    value("c.total.female", "3")(raw)
    raw["observations"].append({
        **one(raw, "c.FI.female"), "id": "told", "reporter": "state:SE", "value": "11", "prose": True,
    })  # fmt: skip


def disagreed(raw: Raw) -> None:
    raw["disagreements"].append({
        "place": "r.SE", "rule": "unresolved", "told": {"en": "120", "sv": "12"}, "refused": "",
    })  # fmt: skip


ROUNDED = {"precision": "rounded", "stated": "40", "low": "35", "high": "45", "step": "10"}
MUTATIONS: dict[str, tuple[Callable[[Raw], None], str]] = {
    "totals": (value("s.total", "251"), "s.total"),
    "percentages": (value("p.SE", "47"), "p.SE"),
    "rounding": (several(field("rate.whole", "value", ROUNDED), field("complaints", "value", ROUNDED)), "rate"),
    "shares": (value("p.FI", "60"), "p.FI"),
    "genders": (value("c.SE", "18"), "c.SE"),
    "units": (field("cases.2022", "unit", "accounts"), "cases.2022"),
    "period_cover": (field("c.SE", "period", "2022/2023"), "c.SE"),
    "mixed_periods": (field("c.FI", "period", "2022-H1"), "c.FI"),
    "left_out": (silenced, "told"),
    "same_fact": (another("again", "r.SE", value="12", prose=True), "again"),
    "part_of_period": (another("half", "v.2022", value="99", period="2022-H1"), "half"),
    "series": (
        several(
            another("half", "v.2022", value="6", period="2022-H1"),
            another("other", "v.2022", value="7", period="2022-H2"),
        ),
        "other",
    ),
    "overlapping": (field("v.2021", "period", "2021-07/2022-06"), "v.2021"),
    "complaints_over_actions": (value("reinstated", "41"), "reinstated"),
    "zero_error": (
        several(*(value(n, "0") for n in ("rate", "rate.part", "rate.whole", "complaints", "reinstated"))), "rate"
    ),
    "review_errors": (several(value("rate", "0"), value("rate.part", "0"), value("reinstated", "0")), "reviewed"),
    "precision": (value("false", "0.1"), "false"),
    "state_against_ncmec": (value("r.SE", "5"), "r.SE"),
    "silent_states": (value("silent", "2"), "silent"),
    "round_numbers": (value("cases.2022", "340000"), "cases.2022"),
    "languages": (disagreed, "r.SE"),
    "claims": (field("v.union", "value", "8"), "v.union"),
    "claimed_rate": (value("claim", "100000"), "reversals"),
    "day_twice": (field("c.SE", "period", "2022-02-03/2023-02-03"), "c.SE"),
    "growth": (value("s.SE.2021", "900"), "s.SE"),
    "leaps": (value("v.2022", "71"), "v.2021"),
    "named_states": (field("v.2022", "caveats", ["online_and_offline"]), "n"),
    "near_periods": (field("c.SE", "period", "2022-01-02/2022-12-31"), "c.SE"),
    "outcomes_over_reports": (value("v.2022", "121"), "v.2022"),
    "over_received": (value("items", "214"), "cases.2022"),
    "population": (value("people.SE", "9"), "p.SE"),
    "scope": (field("cases.2021", "by", {"service": "chat"}), "cases.2022"),
}  # fmt: skip


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert [f"{f.id}: {f.arithmetic}" for f in findings(parsed(json.dumps(clean()).encode()))] == []


def test_there_is_a_change_for_every_check() -> None:
    assert set(MUTATIONS) == {c.id for c in checks()}


@pytest.mark.parametrize("check", sorted(MUTATIONS))
def test_a_change_is_found_by_the_check_that_it_is_for(check: str) -> None:
    change, place = MUTATIONS[check]
    raw = copy.deepcopy(clean())
    change(raw)
    found = [f for f in findings(parsed(json.dumps(raw).encode())) if f.check == check]
    assert any(place in f.places for f in found), [f.id for f in findings(parsed(json.dumps(raw).encode()))]
