"""Automated participants counted apart, and solicitation that counts as soon as the record holds any."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.databases import SteppableClock
from tests.rig import Rig, picture
from tests.statistics.provider_return.test_second_way import first_way
from tutela.casework.intake import Recorded
from tutela.content.item import Provenance
from tutela.events.catalogue.base import Operation, parse
from tutela.events.catalogue.intake import ItemFlagged, ItemSeenAgain
from tutela.events.envelope import Event, new_id
from tutela.regimes.eu_users import EuBasis, Party
from tutela.statistics.figure import Status
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.form import form_rows
from tutela.storage.workplace import Workplace

BEGAN = datetime.fromisoformat("2025-03-03T09:00:00+00:00")


def told(*lines: tuple[str, int, dict[str, Any]], subject: str = "") -> list[Event]:
    """Return events of one case, in their order."""
    case = subject or new_id(BEGAN)
    return [
        Event(sequence, new_id(BEGAN), parse(type_, version, data), case, "system", BEGAN, BEGAN)
        for sequence, (type_, version, data) in enumerate(lines, start=1)
    ]


def flagged(item: str, sender: str | None, layer: str = "known", version: int = 3, **more: Any) -> Any:
    data: dict[str, Any] = {
        "item": item, "service": "chat", "regime": "r", "kind": "image", "region": "eu", "layer": layer,
        "content": item, "sender": sender, "sender_region": "eu", "recipients_eu": [], "recipients_unknown": 0,
        "sent_at": None,
    }  # fmt: skip
    return ("item.flagged", version, data | more)


def opened(layer: str = "known") -> Any:
    return ("case.opened", 2, {"service": "chat", "account": "a", "layer": layer, "planted": None})


def reported(*items: str, verdict: str = "known") -> list[Any]:
    said = [{"item": one, "verdict": verdict} for one in items]
    decided = [
        ("item.decided", 2, {"item": one, "verdict": verdict, "classification": None, "viewed": True, "remarks": False})
        for one in items
    ]
    ordered = {"referral": "r", "recipient": "cybertipline", "items": said}
    attempt = {"referral": "r", "attempt": 1, "report_id": "1", "target": "production"}
    filed = {"referral": "r", "attempt": 1, "report_id": "1", "files": 1, "confirmed_by": "finish"}
    return [*decided, ("referral.ordered", 1, ordered), ("referral.opened", 1, attempt), ("referral.filed", 1, filed)]


def ends(compiled: YearlyReturn, name: str) -> tuple[Any, Any]:
    figure = compiled.figure(name)
    return figure.value, figure.value if figure.at_most is None else figure.at_most


def test_automated_accounts_are_counted_apart_and_nothing_said_is_neither() -> None:
    events = told(
        opened(),
        flagged("1", "a", sender_operation="automated", recipients_eu=["p", "q", "r"],
                recipients_automated=["q"], recipients_persons=["p"]),
        flagged("2", "b", sender_operation="person"),
        flagged("3", "c"),
        flagged("4", None),
        *reported("1", "2", "3", "4"),
    )  # fmt: skip
    compiled = first_way(events, 2025)
    assert ends(compiled, "4.known.accounts_sending") == (3, 4)
    assert ends(compiled, "4.known.accounts_sending~automated") == (1, 3)
    assert ends(compiled, "4.known.accounts_receiving") == (3, 3)
    assert ends(compiled, "4.known.accounts_receiving~automated") == (1, 2)
    apart = compiled.figure("4.known.accounts_sending~automated")
    assert (apart.participants, "by 1 more accounts a person acts" in apart.note) == ("automated", True)
    flaggings = {e.sequence: e.payload for e in events if isinstance(e.payload, ItemFlagged)}
    assert {flaggings[n].item for n in apart.events} == {"1", "3", "4"}


def test_where_nothing_was_said_of_any_account_the_number_is_unknown() -> None:
    compiled = first_way(told(opened(), flagged("1", "a", version=2), *reported("1")), 2025)
    apart = compiled.figure("4.known.accounts_sending~automated")
    assert (apart.status, apart.value, apart.reason != "") == (Status.UNKNOWN, None, True)
    assert ends(compiled, "4.new.accounts_sending~automated") == (0, 0)


@pytest.mark.parametrize("operation", ["automated", "person", "not_stated"])
def test_the_platform_says_who_acts_by_an_account(
    place: Workplace, clock: SteppableClock, operation: Operation
) -> None:
    def party(name: str, by: Operation) -> Party:
        return Party(name, "SE", EuBasis.DECLARED, None, by)

    rig = Rig(place, clock)
    sent = Provenance(party("s", operation), (party("r", operation), party("r", "not_stated"), party("q", "person")))
    first, again = (rig.take(name, picture(0), sent) for name in ("1", "2"))
    assert isinstance(first, Recorded)
    assert again.seen_again
    with place.transactions.reading() as log:
        payloads = [e.payload for e in log.read(types=["item.flagged", "item.seen_again"])]
    assert len(payloads) == 2
    for payload in payloads:
        assert isinstance(payload, ItemFlagged | ItemSeenAgain)
        assert payload.sender_operation == operation
        assert len(payload.recipients_automated) == (operation == "automated")
        assert len(payload.recipients_persons) == 1 + (operation == "person")
        assert {*payload.recipients_automated, *payload.recipients_persons} <= {*payload.recipients_eu}


SOLICITATION = [row.id for row in form_rows() if row.case_class == "solicitation" or row.key.startswith("text_bytes")]


def test_solicitation_does_not_apply_while_the_record_holds_nothing_of_it() -> None:
    compiled = first_way(told(opened(), flagged("1", "a"), *reported("1")), 2025)
    assert len(SOLICITATION) == 33
    for row in SOLICITATION:
        figure = compiled.figure(row)
        assert figure.status is Status.NOT_APPLICABLE, row
        assert "no technology that detects solicitation was in operation in the year" in figure.reason, row


def detected(item: str) -> Any:
    data = {
        "detection": new_id(BEGAN), "item": item, "technology": "talks", "version": "3", "threshold": 1,
        "hashlist": "none", "entry_id": 0, "distance": 0, "orientation": "upright", "computed": "here", "quality": None,
    }  # fmt: skip
    return ("detection.recorded", 2, data)


def test_solicitation_counts_as_soon_as_the_record_holds_some() -> None:
    talk: dict[str, Any] = {"layer": "solicitation", "kind": "text"}
    events = told(
        opened("solicitation"),
        flagged("1", "a", **talk, recipients_eu=["child"]), detected("1"),
        flagged("2", "b", **talk, recipients_unknown=1), detected("2"),
        flagged("3", "c", **talk, sender_region="unknown", recipients_eu=["other"]), detected("3"),
        *reported("1"),
        ("item.decided", 2, {"item": "2", "verdict": "not", "classification": None, "viewed": True, "remarks": False,
                             "ground": "error"}),
        ("action.ordered", 2, {"action": "x", "kind": "suspend_account", "item": None}),
        ("action.carried_out", 1, {"action": "x"}),
        ("complaint.lodged", 2, {"complaint": "k", "action": "x", "channel": "internal", "claim": "not_me"}),
        ("complaint.decided", 2, {"complaint": "k", "upheld": False, "reason": "out_of_time"}),
        ("items.tallied", 1, {"batch": "1", "rows": [{
            "day": "2025-03-03", "service": "chat", "regime": "r", "kind": "text", "region": region, "outcome": "clean",
            "technologies": ["talks"], "items": 7, "bytes": size, "low_quality": 0,
        } for region, size in (("eu", 700), ("unknown", 50))]}),
    )  # fmt: skip
    compiled = first_way(events, 2025)
    assert ends(compiled, "1.text_bytes_eu") == (700, 750)
    assert ends(compiled, "1.text_bytes_non_eu") == (0, 50)
    assert ends(compiled, "4.solicitation.reports") == (1, 1)
    assert ends(compiled, "4.known.reports") == (0, 0)
    assert ends(compiled, "4.solicitation.accounts_eu") == (1, 1)
    assert ends(compiled, "4.solicitation.accounts_soliciting_child_in_eu") == (1, 1)
    assert ends(compiled, "5.solicitation.accounts_actioned") == (1, 1)
    assert ends(compiled, "5.solicitation.accounts_internal_complaints") == (1, 1)
    assert ends(compiled, "5.known.accounts_actioned") == (0, 0)
    # a, child, b and other are certain; c and the one whom b wrote to may be of the Union.
    for name in ("", "~talks-3"):
        assert ends(compiled, f"6.solicitation.A3{name}") == (4, 6)
        assert ends(compiled, f"6.solicitation.C3{name}") == (3, 4)
        assert ends(compiled, f"6.solicitation.B3{name}") == (1, 2)
        assert compiled.figure(f"6.solicitation.error_rate{name}").value == 25
        assert {events[n - 1].type for n in compiled.figure(f"6.solicitation.A3{name}").events} == {
            "item.flagged", "detection.recorded",
        }  # fmt: skip
    assert compiled.figure("7.solicitation.error_rate_achieved").value == 25
    assert compiled.figure("7.solicitation.indicators_quality").status is Status.NOT_COLLECTED
    assert ends(compiled, "6.known.A1") == (0, 0)
    mail = compiled.figure("4.solicitation.reports@mail")
    assert mail.status is Status.NOT_APPLICABLE
