"""What a statement must hold: every field, its form and its values. Answers as the service does: errors by field."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

_COUNTRIES = frozenset(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO".split()  # noqa: SIM905
)
_LANGUAGES = frozenset(
    "BG HR CS DA NL EN ET FI FR DE EL HU GA IT LV LT MT PL PT RO SK SL ES SV".split()  # noqa: SIM905
)
_VISIBILITY = frozenset(
    f"DECISION_VISIBILITY_{name}"
    for name in (
        "CONTENT_REMOVED",
        "CONTENT_DISABLED",
        "CONTENT_DEMOTED",
        "CONTENT_AGE_RESTRICTED",
        "CONTENT_INTERACTION_RESTRICTED",
        "CONTENT_LABELLED",
        "OTHER",
    )
)
_TYPES = frozenset(
    f"CONTENT_TYPE_{name}" for name in ("APP", "AUDIO", "IMAGE", "PRODUCT", "SYNTHETIC_MEDIA", "TEXT", "VIDEO", "OTHER")
)
_ONE_OF = {
    "decision_account": frozenset({"DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"}),
    "decision_ground": frozenset({"DECISION_GROUND_ILLEGAL_CONTENT", "DECISION_GROUND_INCOMPATIBLE_CONTENT"}),
    "category": frozenset({"STATEMENT_CATEGORY_PROTECTION_OF_MINORS"}),
    "content_language": _LANGUAGES,
    "source_type": frozenset(
        {"SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_TYPE_OTHER_NOTIFICATION", "SOURCE_VOLUNTARY"}
    ),
    "automated_detection": frozenset({"Yes", "No"}),
    "automated_decision": frozenset(
        {"AUTOMATED_DECISION_FULLY", "AUTOMATED_DECISION_PARTIALLY", "AUTOMATED_DECISION_NOT_AUTOMATED"}
    ),
}
_SOME_OF = {
    "decision_visibility": _VISIBILITY,
    "content_type": _TYPES,
    "territorial_scope": _COUNTRIES,
    "category_specification": frozenset(
        {"KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL", "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS"}
    ),
}
_TEXTS = {
    "illegal_content_legal_ground": 500,
    "illegal_content_explanation": 2000,
    "content_type_other": 500,
    "decision_facts": 5000,
    "puid": 500,
}
_DATES = ("content_date", "application_date")
_ALWAYS = (
    "decision_ground",
    "category",
    "content_type",
    "content_date",
    "application_date",
    "decision_facts",
    "source_type",
    "automated_detection",
    "automated_decision",
    "puid",
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PUID = re.compile(r"[A-Za-z0-9_-]+")


def errors_of(statement: dict[str, Any], today: date) -> dict[str, list[str]]:
    """Return what is wrong with a statement, by field; nothing where it is right. Unknown fields are wrong."""
    errors: dict[str, list[str]] = {}

    def wrong(field: str, why: str) -> None:
        errors.setdefault(field, []).append(why)

    for field in _ALWAYS:
        if statement.get(field) in (None, "", []):
            wrong(field, f"The {field} field is required.")
    if not statement.get("decision_visibility") and not statement.get("decision_account"):
        wrong("decision_visibility", "At least one decision is required.")
    if statement.get("decision_ground") == "DECISION_GROUND_ILLEGAL_CONTENT":
        for field in ("illegal_content_legal_ground", "illegal_content_explanation"):
            if not statement.get(field):
                wrong(field, f"The {field} field is required for illegal content.")
    types = statement.get("content_type")
    if isinstance(types, list) and ("CONTENT_TYPE_OTHER" in types) != bool(statement.get("content_type_other")):
        wrong("content_type_other", "It goes with the content type other, and with no other.")
    for field, value in statement.items():
        if why := _wrong(field, value, today):
            wrong(field, why)
    return errors


def _wrong(field: str, value: Any, today: date) -> str | None:
    if field in _ONE_OF:
        return None if isinstance(value, str) and value in _ONE_OF[field] else f"The selected {field} is invalid."
    if field in _SOME_OF:
        fits = isinstance(value, list) and all(isinstance(one, str) and one in _SOME_OF[field] for one in value)
        return None if fits and len(set(value)) == len(value) else f"The selected {field} is invalid."
    if field in _DATES:
        return _wrong_day(field, value, today)
    if field not in _TEXTS:
        return f"There is no field {field}."
    if not isinstance(value, str) or not 1 <= len(value) <= _TEXTS[field]:
        return f"The {field} field is a text of at most {_TEXTS[field]} characters."
    if field == "puid" and not _PUID.fullmatch(value):
        return "The puid holds letters, digits, dashes and underscores."
    return None


def _wrong_day(field: str, value: Any, today: date) -> str | None:
    try:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError
        day = date.fromisoformat(value)
    except ValueError:
        return f"The {field} field is a day: YYYY-MM-DD."
    if day > today or day.year < 2000:
        return f"The {field} field lies between 2000 and today."
    return None
