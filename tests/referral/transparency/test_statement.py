"""Statements: right by the sandbox's rules, silent on people, and never of a messaging service."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.referral.recipient import RecipientError
from tutela.referral.transparency.client import TransparencyClient
from tutela.referral.transparency.statement import (
    ActionFacts,
    ItemFacts,
    NotForThisService,
    NotStateable,
    build_statement,
)
from tutela.referral.transparency.target import SCOPE, TransparencySettings, WrongTarget
from tutela.regimes.services import ServiceType
from tutela.sandboxes.transparency import Fault, Kind, running
from tutela.sandboxes.transparency.rules import errors_of

SENT = datetime(2025, 6, 1, 23, 30, tzinfo=UTC)
SETTINGS = TransparencySettings(
    legal_ground="Penal Code, chapter 16, section 10a",
    explanation="Such content is a crime.",
    territorial_scope=("SE",),
)
ITEM = ItemFacts(
    kind="image",
    layer="known",
    verdict="known",
    generated=False,
    decided=True,
    technologies=("pdq",),
    sent_at=SENT,
)
FACTS = ActionFacts("0194c1d2-1", "remove_content", ServiceType.ONLINE_PLATFORM, SENT + timedelta(hours=1), (ITEM,))
items = st.builds(
    ItemFacts,
    kind=st.sampled_from(["image", "video", "audio", "text", "other"]),
    layer=st.sampled_from(["known", "new", "solicitation"]),
    verdict=st.sampled_from(["known", "new"]),
    generated=st.booleans(),
    decided=st.sampled_from([True]),
    technologies=st.lists(st.sampled_from(["md5", "pdq", "sha256"]), unique=True).map(tuple),
    sent_at=st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2025, 6, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)


@given(
    kind=st.sampled_from(["remove_content", "suspend_account"]),
    of=st.lists(items, min_size=1, max_size=4).map(tuple),
    scope=st.lists(st.sampled_from(sorted(SCOPE)), min_size=1, unique=True).map(tuple),
)
def test_whatever_the_record_holds_the_statement_is_right(
    kind: str, of: tuple[ItemFacts, ...], scope: tuple[str, ...]
) -> None:
    facts = replace(FACTS, kind=kind, items=of)  # type: ignore[arg-type]
    settings = replace(SETTINGS, territorial_scope=scope)
    sent = [item.sent_at for item in of if item.sent_at]
    if not sent:
        with pytest.raises(NotStateable, match="when the content was posted"):
            build_statement(facts, settings)
        return
    statement = build_statement(facts, settings)
    assert errors_of(statement, date(2025, 6, 2)) == {}
    assert statement["puid"] == FACTS.action
    assert statement["content_date"] == min(sent).date().isoformat()
    assert (statement["automated_detection"] == "Yes") is any(item.technologies for item in of)
    assert ("decision_visibility" in statement) is (kind == "remove_content")
    assert ("decision_account" in statement) is (kind == "suspend_account")
    assert ("CONTENT_TYPE_SYNTHETIC_MEDIA" in statement["content_type"]) is any(item.generated for item in of)


@pytest.mark.parametrize("type_", [one for one in ServiceType if one is not ServiceType.ONLINE_PLATFORM])
def test_no_other_service_states_anything(type_: ServiceType) -> None:
    with pytest.raises(NotForThisService):
        build_statement(replace(FACTS, service_type=type_), SETTINGS)


def test_what_is_not_on_record_is_not_stated() -> None:
    for lacking in (replace(SETTINGS, legal_ground=""), replace(SETTINGS, explanation="")):
        with pytest.raises(NotStateable, match="legal_ground"):
            build_statement(FACTS, lacking)
    with pytest.raises(NotStateable, match="territorial_scope"):
        build_statement(FACTS, replace(SETTINGS, territorial_scope=()))
    for wrong in ((), (replace(ITEM, decided=False),)):
        with pytest.raises(NotStateable, match="decided by a person"):
            build_statement(replace(FACTS, items=wrong), SETTINGS)


def test_settings_that_cannot_be_meant() -> None:
    cases: tuple[dict[str, Any], ...] = (
        {"url": "https://database.example"},
        {"target": "production"},
        {"target": "production", "url": "https://database.example"},
        {"target": "live"},
        {"territorial_scope": ("EL",)},
        {"legal_ground": "x" * 501},
        {"url": "http://127.0.0.1:8680?token=x"},
    )
    for wrong in cases:
        with pytest.raises(WrongTarget):
            TransparencySettings(**wrong)


def test_the_sandbox_refuses_whatever_is_changed() -> None:
    good = build_statement(FACTS, SETTINGS)
    today = date(2025, 6, 2)
    assert errors_of(good, today) == {}
    for field in good:
        without = {key: value for key, value in good.items() if key != field}
        optional = field in ("category_specification", "territorial_scope")
        assert (errors_of(without, today) == {}) is optional, field
        values: tuple[Any, ...] = (7, "", "x" * 5001, ["x"], {}, True)
        for value in values:
            assert errors_of({**good, field: value}, today), (field, value)
    assert "more" in errors_of({**good, "more": "x"}, today)
    assert "application_date" in errors_of({**good, "application_date": "2025-06-03"}, today)
    assert "content_type_other" in errors_of({**good, "content_type_other": "x"}, today)


def test_sent_twice_it_is_there_once() -> None:
    statement = build_statement(FACTS, SETTINGS)
    with running() as database:
        client = TransparencyClient(database.url, "sandbox")
        database.faults.order(Fault(Kind.DROP_AFTER))
        with pytest.raises(RecipientError) as lost:
            client.send(statement)
        assert lost.value.retry
        assert client.send(statement) is None
        (one,) = database.ledger.as_dict()["statements"]
        assert (one["statement"], one["times"]) == (statement, 2)
        other = {**statement, "puid": "0194c1d2-2"}
        assert client.send(other) == database.ledger.as_dict()["statements"][1]["uuid"]
        for fault, retry in ((Fault(Kind.DROP), True), (Fault(Kind.STATUS, status=503), True)):
            database.faults.order(fault)
            with pytest.raises(RecipientError) as failed:
                client.send(other)
            assert failed.value.retry is retry
        database.faults.order(Fault(Kind.REDIRECT))
        with pytest.raises(RecipientError, match="307"):
            client.send(other)
        with pytest.raises(RecipientError, match="content_date") as refused:
            client.send({**statement, "puid": "p-3", "content_date": "yesterday"})
        assert not refused.value.retry
        client.close()
        stranger = TransparencyClient(database.url, "wrong")
        with pytest.raises(RecipientError, match="401"):
            stranger.send(statement)
        stranger.close()
        assert len(database.ledger.as_dict()["statements"]) == 2
