"""The words of notices: every language says all of it, for every kind, and nothing is left to fill in."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.casework.notice_texts import (
    AccessFacts,
    ActionFacts,
    ComplaintFacts,
    NoticeFacts,
    languages,
    render,
    wording,
)
from tutela.casework.reasons import Reason
from tutela.casework.redress_policy import RedressPolicy
from tutela.events.catalogue.base import ActionKind
from tutela.events.catalogue.notices import AccessOutcome
from tutela.events.catalogue.redress import Claim

AT = datetime(2025, 3, 9, 12, tzinfo=UTC)
SECTIONS = ("kind", "title", "heading", "facts", "why", "law", "rights", "result", "reason", "claim", "page")
POLICY = RedressPolicy(authority="IMY, imy.se", court="your district court", contact="help@lantern.example")


def actions() -> st.SearchStrategy[ActionFacts]:
    return st.builds(
        ActionFacts,
        kind=st.sampled_from(get_args(ActionKind)),
        service=st.just("Lantern"),
        done_at=st.just(AT),
        undone=st.booleans(),
        item_kind=st.sampled_from([None, "image", "video", "something else"]),
        verdict=st.sampled_from(["known", "new", "not", None]),
        viewed=st.booleans(),
        law=st.sampled_from(["derogation", "other", "none"]),
        regime=st.just("Regulation X"),
    )


def facts() -> st.SearchStrategy[NoticeFacts]:
    complaint = st.builds(
        ComplaintFacts, st.just(AT), st.just(AT), st.booleans(), st.sampled_from(Reason), st.sampled_from(["", "So."])
    )
    access = st.builds(
        AccessFacts, st.just(AT), st.just(AT), st.sampled_from(get_args(AccessOutcome)), st.sampled_from(["", "So."])
    )
    linked = st.tuples(st.just("https://r.example/redress/t"), st.just(AT)) | st.just((None, None))
    taken = st.builds(lambda a, u: NoticeFacts("action_taken", a, url=u[0], until=u[1]), actions(), linked)
    decided = st.builds(lambda a, c: NoticeFacts("complaint_decided", a, complaint=c), actions(), complaint)
    answered = st.builds(lambda a, c: NoticeFacts("access_answered", a, access=c), actions(), access)
    return taken | decided | answered


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", languages())
def test_a_language_has_every_text_with_no_other_places(language: str) -> None:
    english, other = wording("en"), wording(language)
    for section in SECTIONS:
        mine, theirs = english.section(section), other.section(section)
        assert set(mine) == set(theirs), section
        for key, text in theirs.items():
            assert text.strip() == text
            assert places(text) <= places(mine[key]), f"{section}.{key}"
    assert set(other.section("reason")) == {r.value for r in Reason}
    assert set(other.section("claim")) == set(get_args(Claim))
    assert len({other.date(AT.replace(month=month)) for month in range(1, 13)}) == 12


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("policy", [POLICY, RedressPolicy()])
@given(given_facts=facts())
def test_every_notice_is_whole_in_every_language(
    language: str, policy: RedressPolicy, given_facts: NoticeFacts
) -> None:
    text = render(given_facts, policy, language)
    plain = text.plain()
    assert not re.search(r"[{}]|None", plain)
    assert (given_facts.url or "-- none") in plain or given_facts.url is None
    rights = next(s for s in text.sections if s.steps)
    assert len(rights.steps) >= 2  # authority and court always
    assert all(policy.said(what, language) in plain for what in ("authority", "court", "contact"))


@given(given_facts=facts())
def test_whom_to_turn_to_is_named_in_the_language_of_the_notice(given_facts: NoticeFacts) -> None:
    policy = RedressPolicy(authority={"en": "the Authority", "sv": "Myndigheten"}, court={"en": "the Court"})
    english, swedish = (render(given_facts, policy, language).plain() for language in ("en", "sv"))
    assert "the Authority" in english
    assert "the Court" in english
    assert "Myndigheten" not in english
    assert "Myndigheten" in swedish
    assert "the Court" not in swedish
    assert "Du behöver inte klaga hos oss först." in swedish  # the general words


def test_a_language_that_is_not_there_is_told() -> None:
    with pytest.raises(LookupError, match="there is en, sv"):
        wording("xx")


@pytest.mark.parametrize(
    ("setting", "value"),
    [("link_days", 0), ("decide_days", 400), ("address", "http://example.org"), ("access_days", 91)],
)
def test_a_limit_that_cannot_be_is_refused(setting: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"redress.{setting}"):
        RedressPolicy(**{setting: value})
