"""What does not add up in COM(2023) 797: a known list, and a change of any figure is found."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Precision, exact
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.dataset_file import packaged
from tutela.statistics.union.findings.explaining import explaining
from tutela.statistics.union.findings.finding import Severity
from tutela.statistics.union.findings.registry import checks, findings
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension, Observation
from tutela.statistics.union.words import words

DOCS = Path(__file__).parents[3] / "docs"
SEED = packaged("com-2023-797")
KNOWN = {f.id for f in findings(SEED)}
COUNTED = [
    name for total in SEED.sums for name in total.parts if SEED.by_id[name].amount and not SEED.by_id[name].prose
]


def _changed(name: str, by: int) -> Dataset:
    def other(one: Observation) -> Observation:
        if one.id != name or one.amount is None:
            return one
        return replace(one, value=exact(one.amount.low + by))

    return replace(SEED, observations=tuple(other(o) for o in SEED.observations))


def test_what_is_found_in_the_seed_is_what_the_documentation_lists() -> None:
    page = (DOCS / "reference" / "com-2023-797.md").read_text("utf-8")
    listed = re.findall(r"^\| `([a-z_]+:[^`]+)` \| (.*) \|$", page, re.MULTILINE)
    assert len(listed) == len(dict(listed))
    told = {f.id: f.told(words("en")).arithmetic for f in findings(SEED)}
    assert dict(listed) == {name: text.replace("\u00a0", " ") for name, text in told.items()}
    rules = (DOCS / "reference" / "observations.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` \| .*\?", rules, re.MULTILINE)) == {c.id for c in checks()}


def test_the_seed_adds_up_where_it_does() -> None:
    counts = Counter(f.check for f in findings(SEED))
    assert [check for check in ("totals", "percentages", "shares", "series") if counts[check]] == []
    assert len(KNOWN) == sum(counts.values()) == 94


def test_findings_are_sorted_and_have_their_sources() -> None:
    found = findings(SEED)
    order = list(Severity)
    assert [order.index(f.severity) for f in found] == sorted(order.index(f.severity) for f in found)
    assert all(f.sources(SEED, words("en")) for f in found)


def test_every_erratum_is_explained_by_a_finding() -> None:
    found = findings(SEED)
    for erratum in SEED.errata:
        assert explaining(SEED, erratum, found), erratum
    assert {f.check for e in SEED.errata for f in explaining(SEED, e, found)} >= {
        "languages", "zero_error", "period_cover",
    }  # fmt: skip


@given(st.sampled_from(COUNTED), st.integers(1, 10**6))
def test_a_change_of_any_part_of_a_total_is_found(name: str, by: int) -> None:
    new = [f for f in findings(_changed(name, by)) if f.id not in KNOWN]
    assert any(f.check == "totals" and name in f.places for f in new)


@given(st.sampled_from([s.total for s in SEED.sums]), st.integers(1, 10**6))
def test_a_change_of_any_total_is_found(name: str, by: int) -> None:
    assert f"totals:{name}" in {f.id for f in findings(_changed(name, by))}


@given(st.sampled_from([r for r in SEED.ratios if r.part.startswith("7.")]), st.integers(2, 9))
def test_a_change_of_a_count_is_found_by_its_percentage(ratio: object, times: int) -> None:
    part = ratio.part  # type: ignore[attr-defined]
    amount = SEED.by_id[part].amount
    assert amount is not None
    changed = _changed(part, int(amount.low * Decimal(times)))
    assert any(f.check == "percentages" and part in f.places for f in findings(changed))


def test_the_reference_names_everything_that_an_observation_can_say() -> None:
    page = (DOCS / "reference" / "observations.md").read_text("utf-8")
    for kind in (Measure, Unit, Caveat, Status, Precision, Dimension, Severity):
        assert [one.value for one in kind if f"`{one.value}`" not in page] == []
    document = (DOCS / "reference" / "com-2023-797.md").read_text("utf-8")
    assert f"{len(SEED.observations)} observations" in document
    assert f"{len(KNOWN)} findings" in document
    assert f"{sum(o.prose for o in SEED.observations)} from sentences" in document
