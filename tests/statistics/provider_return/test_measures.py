"""What was done against errors is told from its events, of its class and year, and opens to them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.statistics.provider_return.test_participants import flagged, opened, reported, told
from tests.statistics.provider_return.test_second_way import first_way
from tutela.statistics.figure import Status
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.words import words

YEAR = 2025


def compiled(*lines: Any, year: int = YEAR) -> YearlyReturn:
    return first_way(told(opened(), flagged("1", "a"), *lines), year)


def opens_to(one: YearlyReturn, row: str, *lines: Any) -> list[str]:
    """The types of the events that a figure opens to."""
    types = ["case.opened", "item.flagged", *(type_ for type_, _, _ in lines)]
    return [types[number - 1] for number in one.figure(row).events]


def training(name: str, person: str, *layers: str, since: str = "2025-02-01", until: str | None = None) -> Any:
    data = {
        "training": name, "person": person, "course": "C-7", "layers": list(layers), "valid_from": since,
        "valid_until": until,
    }  # fmt: skip
    return ("training.recorded", 1, data)


def drawn(review: str, layer: str = "known") -> Any:
    data = {
        "review": review, "case": "c", "item": "i", "decision": "d", "person": "rita", "verdict": "known",
        "layer": layer, "share_ppm": 1, "urgent": False, "planted_case": "p", "planted_item": "q", "excluded": [],
    }  # fmt: skip
    return ("second_review.drawn", 1, data)


def decided(review: str, *, agrees: bool) -> Any:
    return ("second_review.decided", 1, {"review": review, "person": "rolf", "verdict": "known", "agrees": agrees})


def word(said: str | None, *items: str, on: str = "2025-05-01") -> Any:
    data = {
        "referral": "r", "said": said, "items": list(items), "reference": None, "said_on": on, "jurisdiction": None,
        "via": "command",
    }  # fmt: skip
    return ("referral.feedback_recorded", 1, data)


def test_training_that_counted_in_the_year_is_told_of_its_classes() -> None:
    lines = [
        training("1", "rita", "known", "new"),
        training("2", "rita", "known"),
        training("3", "rolf", "known", until="2024-12-31", since="2024-01-01"),
        training("4", "sara", "known", since="2026-01-01"),
        training("5", "olle", "known"),
        ("training.withdrawn", 1, {"training": "5"}),
    ]
    one = compiled(*lines)
    figure = one.figure("7.known.reviewer_training")
    assert figure.value == "1 people have a training for it on record that counted in the year (C-7)"
    assert opens_to(one, "7.known.reviewer_training", *lines) == ["training.recorded"] * 2
    assert len(one.figure("7.new.reviewer_training").events) == 1
    assert one.figure("7.solicitation.reviewer_training").status is not Status.VALUE


def test_second_reviews_are_quality_control() -> None:
    lines = [drawn("1"), drawn("2"), drawn("3", "new"), decided("1", agrees=True), decided("2", agrees=False)]
    one = compiled(*lines)
    figure = one.figure("7.known.reviewer_quality_control")
    assert figure.value == (
        "2 decisions were drawn for a second person; of 2 that a second person decided, 1 agreed with the first"
    )
    assert sorted(opens_to(one, figure.id, *lines)) == ["second_review.decided"] * 2 + ["second_review.drawn"] * 2
    assert one.figure("7.new.reviewer_quality_control").value == "1 decisions were drawn for a second person"
    assert compiled(*lines, year=2024).figure(figure.id).status is Status.NOT_COLLECTED


def test_golden_items_that_people_decided_are_quality_control_and_no_cases() -> None:
    case = ("case.opened", 2, {"service": "chat", "account": "a", "layer": "known", "planted": "golden"})
    one = first_way(told(case, flagged("1", "a"), *reported("1")[:1]), YEAR)
    figure = one.figure("7.known.reviewer_quality_control")
    assert figure.value == "1 items whose truth is known were decided by people who did not know it"
    assert list(figure.events) == [3]
    assert one.figure("6.known.A1").value in {None, 0}


def test_the_latest_word_of_a_recipient_on_each_item_counts() -> None:
    lines = [
        flagged("2", "a"), *reported("1", "2"), word("informational", "1", "2"), word("actionable", "1"),
        word(None, "2"),
    ]  # fmt: skip
    one = compiled(*lines)
    figure = one.figure("7.known.feedback_organisations")
    assert figure.value == "cybertipline said: enough to investigate of 1 items"
    assert len(figure.events) == 1
    assert one.figure("7.known.feedback_law_enforcement").status is Status.NOT_COLLECTED
    to_police = [
        (t, v, d | {"recipient": "national_contact_point"} if t == "referral.ordered" else d) for t, v, d in lines
    ]
    assert compiled(*to_police).figure("7.known.feedback_law_enforcement").value == (
        "national_contact_point said: enough to investigate of 1 items"
    )


def test_what_was_found_out_about_entries_is_told() -> None:
    entry = {"entry_id": 7, "hashlist": "own"}
    lines = [
        ("entry.verified", 1, {**entry, "active": False}),
        ("entry.verified", 1, {**entry, "active": True}),
        ("entry.suspended", 1, {**entry, "reason": "precision", "confirmed": 1, "rejected": 4}),
        ("entry.found_wrong", 1, {**entry, "reason": "other", "cause": None}),
    ]
    one = compiled(*lines)
    vetted = one.figure("7.known.indicators_vetting")
    assert (
        vetted.value == "1 entries of own lists were verified by two people after a look, before they matched anything"
    )
    assert list(vetted.events) == [4]
    assert "1 times an entry was suspended, and 1 times one was found wrong" in str(
        one.figure("7.known.indicators_quality").value
    )


@pytest.mark.parametrize("row", ["reviewer_training", "reviewer_quality_control", "feedback_organisations"])
def test_where_nothing_was_recorded_nothing_is_told(row: str) -> None:
    figure = compiled().figure(f"7.known.{row}")
    assert figure.status is Status.NOT_COLLECTED
    assert words("sv").told(figure.reason) != figure.reason
