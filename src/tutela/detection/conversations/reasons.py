"""Why a conversation has its probability, in words: what raised it most, with the numbers of the messages."""

from __future__ import annotations

from dataclasses import dataclass

from tutela.detection.conversations import state as s
from tutela.detection.conversations.features import SUBJECTS, factor_rows, features
from tutela.detection.conversations.indicators import Factors
from tutela.detection.conversations.model import Model
from tutela.detection.conversations.texts import F64
from tutela.detection.conversations.wording import OUTPUTS, WORDING

MOST = 5
_LEAST = 0.05
"""Log-odds below which a reason is not worth a reader's time."""
_LIKELY = 0.5
_WORDS = {
    "asks_for_secrecy": "asks for secrecy",
    "asks_to_move_elsewhere": "asks to move to another service",
    "asks_for_personal_details": "asks for personal details",
    "asks_to_meet": "asks to meet",
    "wording": "worded like conversations that were labelled",
    "length": "its length",
    "one_sidedness": "how much one side writes",
    "turns": "how often the writer changes",
    "tempo": "how fast the messages follow each other",
    "questions": "how many questions are asked, and by whom",
    "digits": "how many digits are written",
    "links": "how many links are written",
    "handles": "how many handles are written",
    "age_difference": "the age difference that was given",
    "new_contact": "a new contact, as given",
    "similar_contacts": "many contacts of the same kind, as given",
    "unanswered_share": "contacts that did not answer, as given",
    "moved_elsewhere": "moved to another service, as given",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A subject, the log-odds that it adds before calibration, and the numbers of its messages, from 1."""

    subject: str
    log_odds: float
    messages: tuple[int, ...] = ()
    unknown: bool = False

    def __str__(self) -> str:
        words = f"{self.subject.replace('_', ' ')}: not given" if self.unknown else _WORDS[self.subject]
        where = ""
        if self.messages:
            where = f" (message{'s' if len(self.messages) > 1 else ''} {', '.join(map(str, self.messages))})"
        return f"{words}{where}: {self.log_odds:+.1f}"


def reasons(model: Model, values: F64, factors: Factors) -> tuple[Reason, ...]:
    """Return at most MOST subjects that raise the log-odds of a state (SIZE,), the strongest first."""
    added = model.contributions(features(values[None, :], factor_rows([factors])))[0]
    found = []
    for subject in dict.fromkeys(SUBJECTS):
        total = float(added[[one == subject for one in SUBJECTS]].sum())
        if total < _LEAST:
            continue
        messages = _messages(values, subject)
        if subject in OUTPUTS and not messages:
            continue  # it counts by its absence: no message is there to be read
        found.append(Reason(subject, total, messages, _unknown(factors, subject)))
    return tuple(sorted(found, key=lambda one: -one.log_odds)[:MOST])


def _messages(values: F64, subject: str) -> tuple[int, ...]:
    if subject not in OUTPUTS:
        return ()
    place = len(s.FIELDS) + OUTPUTS.index(subject) * s.PER_OUTPUT + 1
    highest, numbers = values[place : place + s.KEPT], values[place + s.KEPT : place + 2 * s.KEPT]
    # The wording's numbers are log-odds, the indicators' are probabilities.
    counted = highest > (0.0 if subject == WORDING else _LIKELY)
    return tuple(sorted(int(number) for number in numbers[counted & (numbers > 0)]))


def _unknown(factors: Factors, subject: str) -> bool:
    names = {"age_difference": "age_gap"}
    name = names.get(subject, subject)
    return name in Factors.model_fields and getattr(factors, name) is None
