"""Clocks: what the law and the policy say, and laws that hold for every case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tutela.casework.clocks import CaseFacts, Phase, Reason, RetentionPolicy, add_months, clock
from tutela.regimes.permission import NO_DEROGATION_NEEDED
from tutela.regimes.retention import BadRetentionTable, load

TABLE = load()
T0 = datetime(2025, 3, 1, 12, tzinfo=UTC)
EU = ("eu-2021-1232-extended",)
DUTY = RetentionPolicy(conflict="duty", conflict_reference="counsel's note")
moments = st.integers(0, 900).map(lambda days: T0 + timedelta(days=days))
facts = st.builds(
    CaseFacts,
    phase=st.sampled_from(Phase),
    identified_at=st.just(T0),
    regimes=st.sampled_from([(), EU, (NO_DEROGATION_NEEDED,), (NO_DEROGATION_NEEDED, *EU)]),
    decided_at=st.none() | moments,
    reported=st.dictionaries(st.sampled_from(["cybertipline", "other"]), moments, max_size=2),
    complaint_open=st.booleans(),
    complaint_decided_at=st.none() | moments,
    held_until=st.none() | moments,
)
policies = st.builds(
    RetentionPolicy,
    confirmed_days=st.integers(1, 800),
    dismissed_days=st.integers(1, 800),
    undecided_days=st.integers(1, 800),
    after_complaint_days=st.integers(1, 800),
    conflict=st.sampled_from(["cap", "duty"]),
    conflict_reference=st.just("note"),
)


def test_each_phase_by_the_default_policy() -> None:
    policy = RetentionPolicy()
    decided = T0 + timedelta(days=3)
    cases = [
        (CaseFacts(phase=Phase.AWAITING, identified_at=T0, regimes=EU), T0 + timedelta(days=365), "policy:awaiting"),
        (CaseFacts(phase=Phase.DISMISSED, identified_at=T0, decided_at=decided), decided + timedelta(days=14),
         "policy:dismissed"),
        (CaseFacts(phase=Phase.CONFIRMED, identified_at=T0, regimes=EU, decided_at=decided),
         decided + timedelta(days=90), "policy:confirmed"),
    ]  # fmt: skip
    for one, due, rule in cases:
        found = clock(one, TABLE, policy)
        assert (found.due, found.rule, found.reasons) == (due, rule, (Reason.POLICY,))


def test_a_conflict_is_shown_and_the_operator_says_which_wins() -> None:
    filed = T0 + timedelta(days=5)
    reported = CaseFacts(
        phase=Phase.REPORTED, identified_at=T0, regimes=EU, decided_at=filed, reported={"cybertipline": filed}
    )
    for policy, due in ((RetentionPolicy(), T0 + timedelta(days=365)), (DUTY, filed + timedelta(days=365))):
        found = clock(reported, TABLE, policy)
        assert found.due == due
        (conflict,) = found.conflicts
        assert (conflict.duty_until, conflict.cap_until) == (filed + timedelta(days=365), T0 + timedelta(days=365))
        assert conflict.wins == policy.conflict
    elsewhere = clock(reported.model_copy(update={"regimes": (NO_DEROGATION_NEEDED,)}), TABLE, RetentionPolicy())
    assert (elsewhere.due, elsewhere.conflicts, elsewhere.cap) == (filed + timedelta(days=365), (), None)


def test_a_choice_for_the_duty_needs_its_note() -> None:
    with pytest.raises(ValidationError, match="conflict_reference"):
        RetentionPolicy(conflict="duty")


@given(facts, policies)
def test_never_beyond_the_cap_without_a_hold(one: CaseFacts, policy: RetentionPolicy) -> None:
    found = clock(one, TABLE, policy)
    if found.cap is None:
        return
    kept_by_duty = [c.duty_until for c in found.conflicts if c.wins == "duty"]
    assert found.due <= max([found.cap, *kept_by_duty, *([one.held_until] if one.held_until else [])])


@given(facts, policies, moments)
def test_a_hold_never_ends_a_clock_earlier_and_always_keeps_to_its_end(
    one: CaseFacts, policy: RetentionPolicy, until: datetime
) -> None:
    bare = one.model_copy(update={"held_until": None})
    held = one.model_copy(update={"held_until": until})
    assert clock(held, TABLE, policy).due == max(clock(bare, TABLE, policy).due, until)


@given(facts, policies, st.sampled_from(["confirmed_days", "dismissed_days", "undecided_days", "after_complaint_days"]))
def test_more_time_in_the_policy_is_never_less(one: CaseFacts, policy: RetentionPolicy, name: str) -> None:
    longer = policy.model_copy(update={name: getattr(policy, name) + 40})
    assert clock(one, TABLE, longer).due >= clock(one, TABLE, policy).due


@given(facts, policies)
def test_an_open_complaint_never_ends_a_clock_earlier(one: CaseFacts, policy: RetentionPolicy) -> None:
    none = one.model_copy(update={"complaint_open": False, "complaint_decided_at": None})
    opened = none.model_copy(update={"complaint_open": True})
    assert clock(opened, TABLE, policy).due >= clock(none, TABLE, policy).due


@given(facts, policies)
def test_what_moved_the_end_is_named(one: CaseFacts, policy: RetentionPolicy) -> None:
    found = clock(one, TABLE, policy)
    assert found.reasons[0] is Reason.POLICY
    assert (Reason.HOLD in found.reasons) == (found.rule == "hold")
    assert len(set(found.reasons)) == len(found.reasons)


@pytest.mark.parametrize(
    ("moment", "months", "later"),
    [("2024-02-29", 12, "2025-02-28"), ("2025-08-31", 6, "2026-02-28"), ("2025-12-15", 1, "2026-01-15")],
)
def test_months_end_on_a_day_that_is_there(moment: str, months: int, later: str) -> None:
    assert add_months(datetime.fromisoformat(moment), months) == datetime.fromisoformat(later)


@pytest.mark.parametrize(
    "written",
    [
        "[[cap]]\nid = 'x'",
        "nonsense =",
        "[[duty]]\nid='x'\ntitle='t'\njurisdiction='us'\nrecipient='r'\nfrom=2025-01-01\nto=2024-01-01\ndays=1",
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / "t.toml").write_text(written)
    with pytest.raises(BadRetentionTable):
        load(tmp_path / "t.toml")
