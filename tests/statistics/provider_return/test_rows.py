"""Rows that say what the record says, and why they say nothing: zero, unknown and not applicable stay apart."""

from __future__ import annotations

from typing import Any

import pytest

from tests.statistics.provider_return.test_participants import flagged, opened, reported, told
from tests.statistics.provider_return.test_second_way import SERVICES, first_way
from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.words import words


def complained(channel: str, *, decided: bool = False) -> list[Any]:
    lines: list[Any] = [
        ("action.ordered", 2, {"action": "x", "kind": "suspend_account", "item": None}),
        ("action.carried_out", 1, {"action": "x"}),
        ("complaint.lodged", 2, {"complaint": "k", "action": "x", "channel": channel, "claim": "not_me"}),
    ]
    if decided:
        lines.append(("complaint.decided", 2, {"complaint": "k", "upheld": False, "reason": "out_of_time"}))
    return lines


def figure_of(compiled: YearlyReturn, row: str) -> Figure:
    return compiled.figure(f"5.known.accounts_{row}")


@pytest.mark.parametrize("channel", ["internal", "judicial"])
def test_where_nobody_complained_reasons_and_times_do_not_apply(channel: str) -> None:
    compiled = first_way(told(opened(), flagged("1", "a"), *reported("1")), 2025)
    for key in ("reasons", "average_time"):
        figure = figure_of(compiled, f"{channel}_{key}")
        assert (figure.status, figure.reason) == (Status.NOT_APPLICABLE, "no complaint was lodged in the year")


@pytest.mark.parametrize("channel", ["internal", "judicial"])
def test_complaints_of_accounts_of_unknown_region_alone_leave_them_unknown(channel: str) -> None:
    events = told(opened(), flagged("1", "a", sender_region="unknown"), *reported("1"), *complained(channel))
    compiled = first_way(events, 2025)
    assert figure_of(compiled, f"{channel}_complaints").at_most == 1
    for key in ("reasons", "average_time"):
        figure = figure_of(compiled, f"{channel}_{key}")
        assert (figure.status, "region is unknown" in figure.reason) == (Status.UNKNOWN, True)


def test_an_average_is_unknown_until_a_complaint_is_decided() -> None:
    begun = [opened(), flagged("1", "a"), *reported("1")]
    waiting = first_way(told(*begun, *complained("internal")), 2025)
    assert figure_of(waiting, "internal_average_time").status is Status.UNKNOWN
    decided = first_way(told(*begun, *complained("internal", decided=True)), 2025)
    assert figure_of(decided, "internal_average_time").value == 0
    court = first_way(told(*begun, *complained("judicial")), 2025)
    assert figure_of(court, "judicial_reasons").status is Status.NOT_COLLECTED


def test_what_was_told_of_senders_is_said_and_what_is_not_known_too() -> None:
    events = told(
        opened(),
        flagged("1", "a", sender_known=["name", "ip_address"]),
        flagged("2", "b", sender_known=["ip_address"]),
        flagged("3", None),
    )
    figure = first_way(events, 2025).figure("1.metadata_processed")
    assert str(figure.value) == (
        "yes; of 3 flagged items, the account of the sender with 2; names with 1; IP addresses with 2"
    )
    assert len(figure.events) == 3
    assert "ip-adresser med 2" in words("sv").told(str(figure.value) if figure.value is None else figure.value)  # type: ignore[arg-type]
    assert first_way(told(opened()), 2025).figure("1.metadata_processed").status is Status.NOT_COLLECTED


def test_a_sample_does_not_apply_where_everything_was_looked_at() -> None:
    compiled = first_way(told(opened(), flagged("1", "a"), *reported("1")), 2025)
    assert compiled.figure("7.known.review_sample").status is Status.NOT_APPLICABLE
    assert compiled.figure("7.known.feedback_complaints").value == "0 flagged items were found wrong after a complaint"
    unseen = [
        (type_, version, data | {"viewed": False} if type_ == "item.decided" else data)
        for type_, version, data in reported("1")
    ]
    blind = first_way(told(opened(), flagged("1", "a"), *unseen), 2025)
    assert blind.figure("7.known.review_sample").status is Status.NOT_COLLECTED


def test_reports_to_a_stand_in_are_said_to_be_none_of_the_organisation() -> None:
    lines = [opened(), flagged("1", "a"), *reported("1")]
    assert first_way(told(*lines), 2025).figure("9.ncmec").note == "reports were filed"
    rehearsed = [(t, v, d | {"target": "sandbox"} if t == "referral.opened" else d) for t, v, d in lines]
    figure = first_way(told(*rehearsed), 2025).figure("9.ncmec")
    assert (figure.value, figure.note) == ("yes", "reports were filed with a stand-in (sandbox) alone")


def test_a_case_of_another_service_or_year_counts_nowhere() -> None:
    drive = [opened(), flagged("1", "a"), *reported("1")]
    moved = [
        (type_, version, data | {"service": "drive"} if "service" in data else data) for type_, version, data in drive
    ]
    assert "drive" in {service.id for service in SERVICES}
    for compiled in (first_way(told(*moved), 2025), first_way(told(*drive), 2024)):
        assert not any(figure.value for figure in compiled.figures if isinstance(figure.value, int | float))
