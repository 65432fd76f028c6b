"""Why something was refused, in the language of whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from markupsafe import Markup, escape

from tutela.access.approvals import ApprovalState
from tutela.access.roles import Role
from tutela.casework.actions import ActionState
from tutela.casework.case import CaseState
from tutela.casework.entries.standing import EntryState
from tutela.casework.quality.second_review import ReviewState
from tutela.casework.reasons import Reason
from tutela.events.obstacles import AnyOf, Obstacle, Phrase, Value, Word
from tutela.web.console.pages import words_of
from tutela.web.translation import ENGLISH, decimal, gettext, has, present_language

_WORDS = "words.html"
_TABLES: Mapping[type[StrEnum], tuple[str, str]] = {
    ActionState: (_WORDS, "ACTION_STATE"),
    ApprovalState: (_WORDS, "APPROVAL_STATE"),
    CaseState: (_WORDS, "STATE"),
    EntryState: ("words/entry_terms.html", "STATE"),
    Reason: (_WORDS, "REASON"),
    ReviewState: (_WORDS, "SECOND_STATE"),
    Role: (_WORDS, "ROLE"),
}
"""The template that says an enumeration, and its table there. What is in none, such as a permission, is an id."""


def told(error: Exception) -> str:
    """Return why something was refused, in the present language.

    What comes from outside, such as what a file or a recipient says, has no translation: it is marked as English.
    """
    if present_language() == ENGLISH:
        return str(error)
    if isinstance(error, Obstacle) and has(error.phrase.sentence):
        return _said(error.phrase)
    return Markup('<span lang="en">{}</span>').format(str(error))


def told_in(frame: str, error: Exception) -> Markup:
    """Return a text of the console, with why something was refused in its place `why`."""
    return escape(frame) % {"why": told(error)}


def _said(value: Value) -> str:
    match value:
        case Phrase():
            return gettext(value.sentence) % {name: _said(one) for name, one in value.values.items()}
        case tuple():
            return ", ".join(map(_said, value))
        case AnyOf():
            # The gettext of a word stands outside the f-string, where the catalogue's reader finds it.
            either = gettext("or")
            return f" {either} ".join(map(_said, value.words))
        case Word():
            return _word(_WORDS, value.of.upper(), value.id, str(value))
        case StrEnum():
            return _word(*_TABLES.get(type(value), (_WORDS, "")), value.value, value.value)
        case int():
            return decimal(value)
        case _:
            return value


def _word(template: str, table: str, id_: str, otherwise: str) -> str:
    said: Mapping[str, str] = getattr(words_of(present_language(), template), table, {})
    return said.get(id_, otherwise)
