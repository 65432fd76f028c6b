"""What to know before a figure is compared, as far as the register itself shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tutela.statistics.authority.cohorts import Cohorts
from tutela.statistics.authority.figures import Extraction
from tutela.statistics.union.observation import Caveat


@dataclass(frozen=True, slots=True)
class Shown:
    """A caveat of a figure: it holds for `part` of `whole` units. `detail` is an age limit, or how many changed.

    Where it is not `told` of how many it holds, there are no numbers but an age limit.
    """

    figure: str
    caveat: Caveat
    part: int
    whole: int
    detail: int | None = None
    told: bool = True


def shown(extraction: Extraction, earlier: Extraction) -> tuple[Shown, ...]:
    """Return the caveats that the data shows. `earlier` is the same period as it stood on its last day."""
    return (
        *_reports(extraction),
        *_victims(extraction),
        *_convictions(extraction),
        *_changed(extraction, earlier),
    )


def _reports(one: Extraction) -> Iterator[Shown]:
    whole = one.by_id["reports"].low
    interpersonal = one.by_id["reports.provider_type.interpersonal_communications"].low
    if interpersonal < whole:
        yield Shown("reports", Caveat.OTHER_SERVICES_POSSIBLE, whole - interpersonal, whole)


def _victims(one: Extraction) -> Iterator[Shown]:
    register = one.register
    chosen = [register.victims[v] for v in one.by_id["victims"].units]
    whole = len(chosen)
    counts = (
        (Caveat.ONLINE_AND_OFFLINE, sum(v.setting != "online" for v in chosen)),
        (Caveat.SELF_GENERATED, sum(v.self_generated != "no" for v in chosen)),
        (Caveat.SOURCE_NOT_SEPARATED, sum(v.path == "not_stated" for v in chosen)),
        (Caveat.OTHER_PATHS, sum(v.path not in {"report", "not_stated"} for v in chosen)),
        (Caveat.GENDER_NOT_SEPARATED, sum(v.gender == "not_stated" for v in chosen)),
    )
    yield from (Shown("victims", caveat, part, whole) for caveat, part in counts if part)
    declared = register.collected.get("victims")
    if declared is not None and declared.age_limit is not None and declared.age_limit < 18:
        yield Shown("victims", Caveat.AGE_LIMIT, whole, whole, declared.age_limit)


def _convictions(one: Extraction) -> Iterator[Shown]:
    register = one.register
    chosen = [register.convictions[c] for c in one.by_id["convictions"].units]
    whole = len(chosen)
    counts = (
        (Caveat.ONLINE_AND_OFFLINE, sum(c.said.setting != "online" for c in chosen)),
        (Caveat.SOURCE_NOT_SEPARATED, sum(c.said.referral == "not_recorded" for c in chosen)),
        (Caveat.OTHER_PATHS, sum(c.said.referral not in {"report", "not_recorded"} for c in chosen)),
        (Caveat.NOT_FINAL, sum(c.finality != "final" for c in chosen)),
    )
    yield from (Shown("convictions", caveat, part, whole) for caveat, part in counts if part)
    ids = {c.id for c in chosen}
    earlier = sum(
        c.id in ids and thread.reports[0].on < one.period.first
        for thread in Cohorts(register).threads
        if thread.reports
        for c in thread.convictions
    )
    if earlier:
        yield Shown("convictions", Caveat.EARLIER_REPORTS, earlier, whole)


def _changed(one: Extraction, earlier: Extraction) -> Iterator[Shown]:
    for name in ("reports", "cases", "investigations", "victims", "convictions"):
        now, then = one.by_id[name], earlier.by_id[name]
        changed = len(now.units.keys() ^ then.units.keys())
        if changed:
            yield Shown(name, Caveat.DYNAMIC_DATA, changed, now.low, then.low)
