"""The rules that the service states beside its schema."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from tutela.sandboxes.cybertipline.moments import parse_moment
from tutela.sandboxes.cybertipline.vocabulary import SUPPLEMENTAL

URL_ELEMENTS = ("url", "profileUrl", "legalURL", "locationOfFile")
# In characters.
TEXT_LIMITS = {
    "platform": 3000,
    "escalateToHighPriority": 3000,
    "originalFileName": 2056,
    "locationOfFile": 2083,
}


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: the element that breaks it, and what to do."""

    element: etree._Element
    message: str


Rule = Callable[[etree._Element, datetime], Iterator[Violation]]


def _is_true(element: etree._Element | None) -> bool:
    return element is not None and (element.text or "").strip() in {"true", "1"}


def _incident_in_the_past(root: etree._Element, now: datetime) -> Iterator[Violation]:
    for element in root.iterfind("incidentSummary/incidentDateTime"):
        if parse_moment(element.text or "") >= now:
            yield Violation(element, "incidentDateTime must lie in the past")


def _urls_without_white_space(root: etree._Element, _now: datetime) -> Iterator[Violation]:
    for element in root.iter(*URL_ELEMENTS):
        text = element.text or ""
        if any(character.isspace() or unicodedata.category(character) == "Cc" for character in text):
            yield Violation(element, f"{element.tag} must be a URL without white space or control characters")


def _texts_within_limits(root: etree._Element, _now: datetime) -> Iterator[Violation]:
    for element in root.iter(*TEXT_LIMITS):
        limit = TEXT_LIMITS[str(element.tag)]
        length = len(element.text or "")
        if length > limit:
            yield Violation(element, f"{element.tag} has {length} characters; at most {limit} are allowed")


def _metadata_viewed_with_file(root: etree._Element, _now: datetime) -> Iterator[Violation]:
    viewed = root.find("exifViewedByEsp")
    if viewed is not None and _is_true(viewed) and not _is_true(root.find("fileViewedByEsp")):
        yield Violation(viewed, "exifViewedByEsp can be true only where fileViewedByEsp is true")


def _supplemental_without_judgement(root: etree._Element, _now: datetime) -> Iterator[Violation]:
    if root.findtext("fileRelevance") != SUPPLEMENTAL:
        return
    for path in ("industryClassification", "potentialMeme", "fileAnnotations/potentialMeme"):
        for element in root.iterfind(path):
            yield Violation(element, f"a file with fileRelevance {SUPPLEMENTAL!r} carries no {element.tag}")


RULES: tuple[Rule, ...] = (
    _incident_in_the_past,
    _urls_without_white_space,
    _texts_within_limits,
    _metadata_viewed_with_file,
    _supplemental_without_judgement,
)


def violations(root: etree._Element, now: datetime) -> Iterator[Violation]:
    """Yield every broken rule of a document that the schema accepts; ``now`` is an aware UTC time."""
    for rule in RULES:
        yield from rule(root, now)
