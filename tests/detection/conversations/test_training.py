"""Training and its proof: thresholds, folds, leaks, figures, and the same model from the same seed."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detection.conversations.given import labelled, read
from tutela.content.item import Limits
from tutela.detection.conversations.card import card, verdict
from tutela.detection.conversations.duplicates import ALIKE, near_duplicates
from tutela.detection.conversations.features import SUBJECTS
from tutela.detection.conversations.indicators import Indicator
from tutela.detection.conversations.labelled import BadDataError, read_labelled
from tutela.detection.conversations.measures import Outcomes, curve, figures, latency, reliability
from tutela.detection.conversations.model_file import ModelFile, written
from tutela.detection.conversations.scoring import Scorer
from tutela.detection.conversations.stand_in.generator import stand_in
from tutela.detection.conversations.wording import OUTPUTS, WORDING

pytest.importorskip("sklearn", reason="training needs scikit-learn, extra classifiers")

from tutela.detection.conversations.evaluation import evaluate, evaluate_given
from tutela.detection.conversations.material import Material
from tutela.detection.conversations.report import Report
from tutela.detection.conversations.training import CannotTrainError, Choices, Rule, folds_of, train


@pytest.fixture(scope="module")
def report() -> Report:
    return evaluate(Material(labelled(200)), Choices(1))


def test_the_same_seed_makes_the_same_bytes_and_another_does_not(file: ModelFile) -> None:
    def made(seed: int) -> bytes:
        material = Material(labelled(160))
        return written(replace(file, model=train(material, np.arange(len(material.data)), Choices(seed))))

    assert made(1) == written(file) == made(1)
    assert made(2) != made(1)


def test_isotonic_calibration_gives_probabilities_too() -> None:
    material = Material(labelled(120))
    model = train(material, np.arange(120), Choices(1, calibration="isotonic"))
    assert model.calibration.method == "isotonic"
    rows, _ = material.rows(model.wording, np.arange(120))
    found = model.probabilities(rows)
    assert 0 <= found.min() < 0.2
    assert 0.8 < found.max() <= 1


def test_without_the_wording_only_what_has_a_name_counts() -> None:
    data = labelled(160)
    model = train(Material(data), np.arange(160), Choices(1, wording=False))
    assert not model.wording.weights[:, OUTPUTS.index(WORDING)].any()
    assert [w for subject, w in zip(SUBJECTS, model.weights.tolist(), strict=True) if subject == WORDING] == [0.0, 0.0]
    ratings = [Scorer(model, b"k").rate(one.conversation, one.factors) for one in data if one.label]
    subjects = {reason.subject for rated in ratings for reason in rated.reasons}
    assert WORDING not in subjects
    assert set(Indicator) & subjects


@settings(max_examples=200)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=30), st.floats(0.05, 1))
def test_a_threshold_keeps_the_precision_and_none_below_it_does(drawn: list[tuple[float, int]], wanted: float) -> None:
    scores, labels = np.array([s for s, _ in drawn]), np.array([one for _, one in drawn])

    def precision(at: float) -> float:
        return float(labels[scores >= at].mean())

    if not any(precision(at) >= wanted for at in scores):
        with pytest.raises(CannotTrainError, match="bring more data"):
            Rule(wanted).threshold(scores, labels)
        return
    threshold = Rule(wanted).threshold(scores, labels)
    assert precision(threshold) >= wanted
    assert all(precision(at) < wanted for at in scores if at < threshold)


def test_no_account_is_in_two_folds_and_too_few_accounts_are_refused() -> None:
    data = labelled(100)
    groups, labels = [one.account for one in data], np.array([int(one.label) for one in data])
    fold = folds_of(groups, labels, 4, 1)
    assert all(len({f for f, g in zip(fold.tolist(), groups, strict=True) if g == name}) == 1 for name in groups)
    assert set(fold.tolist()) == {0, 1, 2, 3}
    with pytest.raises(CannotTrainError, match="labelled true are of 1 accounts"):
        folds_of(["a" if one else f"b{n}" for n, one in enumerate(labels)], labels, 4, 1)


def test_near_duplicates_are_found_across_accounts_and_left_out() -> None:
    rows = list(stand_in(120, 0.3, 1))
    scams = [row for row in rows if row["label"]]
    copies = []
    for number, one in enumerate(scams[:6]):
        names = {m["sender"]: f"copy{number}-{n}" for n, m in enumerate(one["messages"])}
        messages = [{**m, "sender": names[m["sender"]]} for m in one["messages"]]
        copies.append({**one, "id": f"copy{number}", "account": messages[0]["sender"], "messages": messages})
    data = read([*rows, *copies])
    pairs = {(data[a].id, data[b].id) for a, b, alike in near_duplicates([d.conversation for d in data]) if alike == 1}
    assert {(one["id"], f"copy{number}") for number, one in enumerate(scams[:6])} <= pairs
    by_account = evaluate(Material(data), Choices(1), ("account",)).splits[0]
    assert by_account.leaks is not None
    assert by_account.leaks.near_duplicates > 0
    assert by_account.leaks.left_out >= by_account.leaks.near_duplicates // 2
    assert all(alike >= ALIKE for *_, alike in by_account.leaks.pairs)


def test_an_account_in_both_parts_is_left_out_of_training() -> None:
    rows = list(stand_in(120, 0.3, 1))
    for row in rows[:30]:
        for message in row["messages"]:
            if message["sender"] != row["account"]:
                message["sender"] = "everyone"
    leaks = evaluate(Material(read(rows)), Choices(1), ("account",)).splits[0].leaks
    assert leaks is not None
    assert leaks.shared_accounts > 0


def test_every_way_of_testing_has_its_figures_and_baselines(report: Report) -> None:
    assert [one.by for one in report.splits] == ["account", "time", "campaign"]
    for split in report.splits:
        assert split.figures is not None
        assert split.latency is not None
        assert split.figures.conversations == sum(one.conversations for _, one in split.by_language)
        assert split.figures.flagged == sum(one.flagged for _, one in split.by_length)
        assert {one.name for one in split.baselines} == {"always", "length only", "20 keywords", "metadata only"}
        always = next(one.figures for one in split.baselines if one.name == "always")
        assert (always.recall.value, always.flagged) == (1.0, always.conversations)
        shares = [share for _, share in split.latency.found_by]
        assert shares == sorted(shares)
        assert sum(one.conversations for one in split.reliability) == split.figures.conversations


def test_a_model_of_labels_that_mean_nothing_is_seen_to_be_poor() -> None:
    rows = list(stand_in(150, 0.3, 1))
    accounts = sorted({row["account"] for row in rows})
    drawn = dict(zip(accounts, (np.random.default_rng(1).random(len(accounts)) < 0.4).tolist(), strict=True))
    changed = ({**row, "label": drawn[row["account"]], "campaign": None} for row in rows)
    made = evaluate(Material(read(changed)), Choices(1), ("account", "campaign"))
    assert "not clearly better" in verdict(made.splits[0])
    assert made.splits[1].skipped is not None


def test_the_card_tells_what_a_flag_is_worth_and_where_it_fails(file: ModelFile, report: Report) -> None:
    text = card(replace(file, report=report), "0" * 64)
    for said in (
        "## By account",
        "## By time",
        "## By campaign",
        "| always |",
        "1,000,000",
        "ERDE5",
        "near-duplicate",
        "## Limits",
    ):
        assert said in text
    widths = [line.count("|") for line in text.splitlines() if line.startswith("|")]
    assert min(widths) >= 3


def test_a_finished_model_is_held_against_other_data(file: ModelFile) -> None:
    split = evaluate_given(file.model, Material(labelled(60, seed=5)), 1)
    assert split.figures is not None
    assert (split.by, split.figures.conversations) == ("given", 60)
    rows = [{**row, "label": False, "id": f"n{n}"} for n, row in enumerate(stand_in(10, 0.3, 5))]
    with pytest.raises(CannotTrainError, match="labelled true"):
        evaluate_given(file.model, Material(read(rows)), 1)


def test_figures_by_hand() -> None:
    labels, flagged = np.array([1, 1, 1, 0, 0, 0, 0, 0]), np.array([1, 1, 0, 1, 0, 0, 0, 0], bool)
    found = figures(labels, flagged, [f"a{n}" for n in range(8)], 1)
    assert found.precision.value == pytest.approx(2 / 3)
    assert found.recall.value == pytest.approx(2 / 3)
    assert found.f_half.value == pytest.approx(2 / 3)
    assert found.false_positive_rate.value == pytest.approx(0.2)
    perfect = figures(labels, labels == 1, [f"a{n}" for n in range(8)], 1)
    assert perfect.precision.low == pytest.approx(0.025 ** (1 / 3))
    assert perfect.false_positive_rate.high == pytest.approx(1 - 0.025 ** (1 / 5))
    assert figures(np.zeros(2, int), np.zeros(2, bool), ["a", "b"], 1).recall.value is None


def test_bounds_are_wider_where_one_account_has_many_conversations() -> None:
    labels = np.array([1, 0] * 20)
    many = figures(labels, np.ones(40, bool), [f"a{n}" for n in range(40)], 1).precision
    few = figures(labels, np.ones(40, bool), ["t" if one else "f" for one in labels], 1).precision
    assert many.low is not None
    assert few.low is not None
    assert few.low < many.low


def test_latency_curve_and_reliability_by_hand() -> None:
    tested = Outcomes(
        np.array([1, 1, 0, 0]),
        ["a", "b", "c", "d"],
        ["en"] * 4,
        np.array([10, 10, 10, 10]),
        np.array([5, 0, 5, 0]),
        np.array([0.9, 0.2, 0.8, 0.1]),
        np.array([0.9, 0.2, 0.8, 0.1]),
    )
    found = latency(tested)
    assert (found.messages_median, found.half_speed_at) == (5, 10)
    assert found.erde_5 == pytest.approx((0.5 + 1 + 0.5 + 0) / 4)
    # F1 is 1/2; at 5 messages the penalty is -1 + 2 / (1 + 3 ** (-4/9)).
    assert found.f_latency == pytest.approx(0.5 * (2 - 2 / (1 + 3 ** (-4 / 9))))
    assert dict(found.found_by)[3] == 0
    assert dict(found.found_by)[5] == 0.5
    points, average = curve(tested.labels, tested.highest)
    assert average == pytest.approx(0.5 * 1 + 0.5 * (2 / 3))
    assert points[0].precision == 1
    bins, brier, _ = reliability(tested.labels, tested.last)
    assert brier == pytest.approx((0.01 + 0.64 + 0.64 + 0.01) / 4)
    assert len(bins) == 4


def test_the_stand_in_is_the_same_for_a_seed_and_holds_what_it_says() -> None:
    rows = list(stand_in(80, 0.25, 3))
    assert rows == list(stand_in(80, 0.25, 3)) != list(stand_in(80, 0.25, 4))
    data = read(rows)
    assert sum(one.label for one in data) == 20
    assert {one.language for one in data} == {"en", "sv"}
    assert any(found for one in data if not one.label for found in one.indicators)  # hard negatives
    assert len({len(one.conversation.messages) > 15 for one in data if one.label}) == 2  # fast and slow
    with pytest.raises(ValueError, match="share of scams"):
        list(stand_in(5, 1.0, 1))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"language": "English"}, "language"),
        ({"messages": []}, "messages"),
        ({"label": "maybe"}, "label"),
        ({"factors": {"age": 3}}, "factors.age"),
        ({"more": 1}, "more"),
        (
            {"messages": [{"sender": "a", "at": "2026-01-01T00:00:00Z", "text": "x", "indicators": ["other"]}]},
            "indicators",
        ),
    ],
)
def test_a_line_that_is_no_labelled_conversation_is_named(change: dict[str, object], says: str) -> None:
    row = next(stand_in(1, 0.5, 1))
    with pytest.raises(BadDataError, match=f"line 2: .*{says}"):
        list(read_labelled([b"\n", json.dumps({"id": "x", **row, **change}).encode()], Limits()))


def test_limits_and_ids_of_labelled_data() -> None:
    line = json.dumps(next(stand_in(1, 0.5, 1))).encode()
    with pytest.raises(BadDataError, match="was there before"):
        list(read_labelled([line, line], Limits()))
    with pytest.raises(BadDataError, match="more than 1 messages"):
        list(read_labelled([line], Limits(max_messages=1)))
    with pytest.raises(BadDataError, match="2 characters"):
        list(read_labelled([line], Limits(max_characters=2)))
