"""What the model of a conversation weighs, made from states and given factors, and the subject that each belongs to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tutela.detection.conversations import state as s
from tutela.detection.conversations.indicators import Factors
from tutela.detection.conversations.texts import F64
from tutela.detection.conversations.wording import OUTPUTS, WORDING

FACTOR_COLUMNS = (
    ("age_gap_5_or_more", "age_difference"),
    ("age_gap_15_or_more", "age_difference"),
    ("age_estimated", "age_difference"),
    ("age_unknown", "age_difference"),
    ("new_contact", "new_contact"),
    ("new_contact_unknown", "new_contact"),
    ("similar_contacts_log", "similar_contacts"),
    ("similar_contacts_unknown", "similar_contacts"),
    ("unanswered_share", "unanswered_share"),
    ("unanswered_share_unknown", "unanswered_share"),
    ("moved_elsewhere", "moved_elsewhere"),
    ("moved_elsewhere_unknown", "moved_elsewhere"),
)
_SHAPE = (
    ("messages_log", "length"),
    ("characters_a_message_log", "length"),
    ("one_sided_messages", "one_sidedness"),
    ("one_sided_characters", "one_sidedness"),
    ("opener_share", "one_sidedness"),
    ("turns_a_message", "turns"),
    ("gap_log", "tempo"),
    ("short_gap_share", "tempo"),
    ("long_gap_share", "tempo"),
    ("questions_a_message", "questions"),
    ("opener_question_share", "questions"),
    ("digits_log", "digits"),
    ("links_log", "links"),
    ("handles_log", "handles"),
)
_TEXT = tuple(
    (f"{output}_{what}", output)
    for output in OUTPUTS
    for what in (("mean", "highest") if output == WORDING else ("highest", "sum_log"))
)
COLUMNS = (*_TEXT, *_SHAPE, *FACTOR_COLUMNS)
NAMES = tuple(name for name, _ in COLUMNS)
SUBJECTS = tuple(subject for _, subject in COLUMNS)
FACTORS_FROM = len(_TEXT) + len(_SHAPE)


def features(states: F64, factors: F64) -> F64:
    """Return (n, len(NAMES)) from states (n, SIZE) after at least one message, and rows of `factor_row` (n, 12)."""
    made = np.empty((len(states), len(NAMES)))
    column = 0
    messages = states[:, s.MESSAGES]
    for number, output in enumerate(OUTPUTS):
        place = len(s.FIELDS) + number * s.PER_OUTPUT
        total, highest = states[:, place], states[:, place + 1 : place + 1 + s.KEPT]
        if output == WORDING:
            made[:, column] = total / messages
            counted = np.minimum(messages, s.KEPT)
            made[:, column + 1] = np.where(highest > s.NOTHING, highest, 0.0).sum(axis=1) / counted
        else:
            made[:, column] = highest[:, 0]
            made[:, column + 1] = np.log1p(total)
        column += 2
    gaps = np.maximum(messages - 1, 1)
    characters = np.maximum(states[:, s.CHARACTERS], 1)
    share = states[:, s.BY_OPENER] / messages
    for values in (
        np.log1p(messages),
        np.log1p(states[:, s.CHARACTERS] / messages),
        np.abs(2 * share - 1),
        np.abs(2 * states[:, s.CHARACTERS_BY_OPENER] / characters - 1),
        share,
        states[:, s.TURNS] / gaps,
        states[:, s.LOG_GAPS] / gaps,
        states[:, s.SHORT_GAPS] / gaps,
        states[:, s.LONG_GAPS] / gaps,
        states[:, s.QUESTIONS] / messages,
        states[:, s.QUESTIONS_BY_OPENER] / np.maximum(states[:, s.QUESTIONS], 1),
        np.log1p(states[:, s.DIGITS]),
        np.log1p(states[:, s.LINKS]),
        np.log1p(states[:, s.HANDLES]),
    ):
        made[:, column] = values
        column += 1
    made[:, column:] = factors
    return made


def factor_row(given: Factors) -> tuple[float, ...]:
    """Return the numbers of given factors; what is unknown is 0 with a mark of its own."""
    return (
        float(given.age_gap in {"5_to_14", "15_or_more"}),
        float(given.age_gap == "15_or_more"),
        float(given.age_gap is not None and given.age_basis == "estimated"),
        float(given.age_gap is None),
        float(given.new_contact or False),
        float(given.new_contact is None),
        float(np.log1p(given.similar_contacts or 0)),
        float(given.similar_contacts is None),
        given.unanswered_share or 0.0,
        float(given.unanswered_share is None),
        float(given.moved_elsewhere or False),
        float(given.moved_elsewhere is None),
    )


def factor_rows(given: Sequence[Factors]) -> F64:
    """Return (n, 12), a row for each."""
    return np.array([factor_row(one) for one in given]).reshape(len(given), len(FACTOR_COLUMNS))
