"""From an action to its statement of reasons. Pure: no account, no name, no free text of a reviewer enters it.

Source: Regulation (EU) 2022/2065, Articles 17 and 24(5), and the schema of the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from tutela.referral.transparency.target import TransparencySettings
from tutela.regimes.services import ServiceType

Kind = Literal["remove_content", "suspend_account"]
NO_WORDS = "no-ground"
STATED: tuple[Kind, ...] = ("remove_content", "suspend_account")
_CONTENT = {
    "image": "CONTENT_TYPE_IMAGE",
    "video": "CONTENT_TYPE_VIDEO",
    "audio": "CONTENT_TYPE_AUDIO",
    "text": "CONTENT_TYPE_TEXT",
}
_OTHER = "CONTENT_TYPE_OTHER"
_SYNTHETIC = "CONTENT_TYPE_SYNTHETIC_MEDIA"
_KEYWORDS = {
    "known": "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL",
    "new": "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL",
    "solicitation": "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS",
}


class NotForThisService(ValueError):
    """The service is no online platform: nothing of it is stated in public."""


class NotStateable(ValueError):
    """The record or the configuration lacks what a statement must say; the message says what, `code` in short."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """A confirmed item that the action rests on. `decided`: a person decided it. `technologies` found it."""

    kind: str
    layer: str
    verdict: str
    generated: bool
    decided: bool
    technologies: tuple[str, ...]
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """An action that the platform confirmed, with what it rests on."""

    action: str
    kind: Kind
    service_type: ServiceType
    carried_out_at: datetime
    items: tuple[ItemFacts, ...]


def build_statement(facts: ActionFacts, settings: TransparencySettings) -> dict[str, Any]:
    """Return the statement as JSON for the database. Raises NotForThisService, NotStateable."""
    if facts.service_type is not ServiceType.ONLINE_PLATFORM:
        raise NotForThisService(f"a service of type {facts.service_type.value} states no reasons in public")
    require_words(settings)
    if not facts.items or not all(item.decided for item in facts.items):
        raise NotStateable(
            "no-item", "the record holds no confirmed item, decided by a person, that the action rests on"
        )
    sent = [item.sent_at for item in facts.items if item.sent_at is not None]
    if not sent:
        raise NotStateable("no-date", "the record does not hold when the content was posted")
    keywords = {_KEYWORDS[item.layer] for item in facts.items if item.layer in _KEYWORDS}
    types = {_CONTENT.get(item.kind, _OTHER) for item in facts.items}
    types |= {_SYNTHETIC for item in facts.items if item.generated}
    found = any(item.technologies for item in facts.items)
    statement: dict[str, Any] = {
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "illegal_content_legal_ground": settings.legal_ground,
        "illegal_content_explanation": settings.explanation,
        "category": "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
        "category_specification": sorted(keywords),
        "content_type": sorted(types),
        "content_date": _day(min(sent)),
        "territorial_scope": sorted(settings.territorial_scope),
        "application_date": _day(facts.carried_out_at),
        "decision_facts": _facts(facts),
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes" if found else "No",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        "puid": facts.action,
    }
    if _OTHER in types:
        statement["content_type_other"] = "A file of another kind"
    if facts.kind == "remove_content":
        statement["decision_visibility"] = ["DECISION_VISIBILITY_CONTENT_REMOVED"]
    else:
        statement["decision_account"] = "DECISION_ACCOUNT_SUSPENDED"
    return statement


def require_words(settings: TransparencySettings) -> None:
    """Raise NotStateable unless the operator's own words are there."""
    if not settings.legal_ground or not settings.explanation or not settings.territorial_scope:
        raise NotStateable(
            NO_WORDS, "set [transparency] legal_ground, explanation and territorial_scope in tutela.toml"
        )


def _facts(facts: ActionFacts) -> str:
    known = sum(item.verdict == "known" for item in facts.items)
    technologies = sorted({name for item in facts.items for name in item.technologies})
    found = f"Found by comparison with hash lists ({', '.join(technologies)}). " if technologies else ""
    return f"{found}A person confirmed {known} as known and {len(facts.items) - known} as not known before."


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()
