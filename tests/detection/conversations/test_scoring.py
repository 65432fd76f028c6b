"""Rating while messages arrive is rating the whole; the state is fixed, and holds no text."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.detection.conversations.given import labelled
from tutela.content.conversation import Conversation, Message
from tutela.detection.conversations.indicators import Factors, Indicator
from tutela.detection.conversations.model_file import ModelFile
from tutela.detection.conversations.scoring import Arrival, Scorer
from tutela.detection.conversations.state import SIZE, BadStateError, State

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["", "pay here https://pay.example.com/1", "don't tell anyone", "säg inget", "@a \uff57\uff57\uff57\uff0ex 99?"]
)
_MESSAGES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(-5, 200_000), _TEXTS), min_size=1, max_size=12).map(
    lambda drawn: Conversation(
        tuple(Message(sender=sender, at=BEGIN + timedelta(seconds=at), text=text) for sender, at, text in drawn)
    )
)
_FACTORS = st.builds(
    Factors,
    age_gap=st.sampled_from([None, "under_5", "15_or_more"]),
    new_contact=st.none() | st.booleans(),
    similar_contacts=st.none() | st.integers(0, 1_000_000),
    unanswered_share=st.none() | st.floats(0, 1),
)
_MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_MANY
@given(data=st.data())
def test_message_by_message_through_bytes_and_among_others_it_is_the_same_to_the_last_bit(
    file: ModelFile, data: st.DataObject
) -> None:
    scorer = Scorer(file.model, b"key")
    several = data.draw(st.lists(st.tuples(_MESSAGES, _FACTORS), min_size=1, max_size=3))
    whole = [scorer.rate(one, factors) for one, factors in several]
    states, after, indicators = [State() for _ in several], [[] for _ in several], [[] for _ in several]  # type: ignore[var-annotated]
    left = [(n, m) for n, (one, _) in enumerate(several) for m in one.messages]
    while left:
        # Any batches, the conversations mixed in any way that keeps the order within each.
        batch = []
        for _ in range(data.draw(st.integers(1, len(left)))):
            number = data.draw(st.sampled_from(sorted({n for n, _ in left})))
            place = next(i for i, (n, _) in enumerate(left) if n == number)
            batch.append(left.pop(place))
        states = [State.of_bytes(bytes(state)) for state in states]
        rated = scorer.feed([Arrival(states[n], m.sender, m.at, m.text, several[n][1]) for n, m in batch])
        for (n, _), value, row in zip(batch, rated.after.tolist(), rated.indicators.tolist(), strict=True):
            after[n].append(value)
            indicators[n].append(row)
    for number, one in enumerate(whole):
        assert after[number] == one.after.tolist()
        assert indicators[number] == one.messages.indicators.tolist()
        assert 0 <= one.probability <= 1
        assert one.probability == max(after[number])


@_MANY
@given(conversation=_MESSAGES, factors=_FACTORS)
def test_a_flag_is_at_the_first_message_that_reaches_the_threshold_and_reasons_name_messages_that_are_there(
    file: ModelFile, conversation: Conversation, factors: Factors
) -> None:
    rated = Scorer(file.model, b"key").rate(conversation, factors)
    over = [n for n, value in enumerate(rated.after.tolist(), 1) if value >= file.model.threshold]
    assert rated.flagged_at == (over[0] if over else None)
    strengths = [one.log_odds for one in rated.reasons]
    assert strengths == sorted(strengths, reverse=True)
    for one in rated.reasons:
        assert set(one.messages) <= set(range(1, len(conversation.messages) + 1))
        assert one.log_odds > 0
        assert (len(one.messages) > 0) == (one.subject in {*Indicator, "wording"})


def test_the_state_has_one_size_and_holds_neither_text_nor_names(file: ModelFile) -> None:
    scorer, state = Scorer(file.model, b"key"), State()
    for number in range(500):
        scorer.feed([Arrival(state, f"someone-{number}", BEGIN, f"my word {number}")])
        assert len(bytes(state)) == 8 * SIZE
    assert b"someone" not in bytes(state)
    assert b"word" not in bytes(state)
    other = State()
    Scorer(file.model, b"another key").feed([Arrival(other, "someone-0", BEGIN, "my word 0")])
    again = State()
    scorer.feed([Arrival(again, "someone-0", BEGIN, "my word 0")])
    assert bytes(other)[:8] != bytes(again)[:8]


@pytest.mark.parametrize("data", [b"", bytes(8 * SIZE - 1), np.full(SIZE, np.nan).tobytes()])
def test_a_state_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(BadStateError, match="begin the conversation anew"):
        State.of_bytes(data)


def test_a_scam_on_the_stand_in_is_rated_above_talk_and_its_reasons_say_where(file: ModelFile) -> None:
    scorer = Scorer(file.model, b"key")
    ratings = [(one.label, scorer.rate(one.conversation, one.factors)) for one in labelled(60, seed=9)]
    scams = np.median([rated.probability for label, rated in ratings if label])
    talk = np.median([rated.probability for label, rated in ratings if not label])
    assert scams > 0.8
    assert talk < 0.2
    told = [str(reason) for label, rated in ratings if label for reason in rated.reasons]
    assert any(one.startswith("asks for personal details (message") for one in told)


def test_given_factors_count_and_are_named(file: ModelFile) -> None:
    one = Conversation((Message(sender="a", at=BEGIN, text="hello"),))
    scorer = Scorer(file.model, b"key")
    risky = scorer.rate(one, Factors(new_contact=True, similar_contacts=200, unanswered_share=0.9))
    calm = scorer.rate(one, Factors(new_contact=False, similar_contacts=0, unanswered_share=0.0))
    assert risky.probability > calm.probability
    assert {"similar_contacts", "new_contact", "unanswered_share"} & {reason.subject for reason in risky.reasons}


def test_no_messages_give_no_ratings_and_a_key_is_needed(file: ModelFile) -> None:
    assert Scorer(file.model, b"k").feed([]).after.shape == (0,)
    with pytest.raises(ValueError, match="1 to 64 bytes"):
        Scorer(file.model, b"")


def test_rating_needs_neither_scikit_learn_nor_scipy() -> None:
    said = (
        "import sys, tutela.detection.conversations.scoring, tutela.detection.conversations.model_file, "
        "tutela.detection.conversations.card, tutela.cli.conversations; "
        "print(sorted({'sklearn', 'scipy', 'joblib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
