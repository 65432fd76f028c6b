"""Parts of a breakdown in the words of a language: what a figure is of, beside what it counts.

A value that is no code of Tutela, such as the name of a service that a reporter gave, stands as it was told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from tutela.statistics.provider_return.form import form_rows
from tutela.statistics.provider_return.words import nearest
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.observation import Dimension, Observation
from tutela.statistics.union.words import Words

Pair = tuple[Dimension, str]


def of(one: Observation, told: Words) -> str:
    """Return what a figure is broken down to, such as `female, 7 to 12 years`; nothing where it is of all."""
    return ", ".join(part(pair, told, one.measure) for pair in one.breakdown)


def part(pair: Pair, told: Words, measure: Measure | None = None) -> str:
    """Return the name of one value of a dimension; the measure says of what, where a code is used for several."""
    dimension, value = pair
    if dimension is Dimension.STATE:
        return str(told.locale.territories.get(value, value))
    if dimension is Dimension.KIND and measure is Measure.ROW_OF_FORM:
        return _row(value, told)
    if (measure, value) == (Measure.INVESTIGATIONS_CLOSED, "other"):
        return told.gettext("closed for another reason")
    if (measure, dimension, value) == (Measure.CHILDREN_IDENTIFIED, Dimension.KIND, "not_stated"):
        return told.gettext("who made the material is not stated")
    named = _names(told)[dimension]
    if (name := named.get(value)) is not None:
        return name
    case_class, separator, kind = value.partition("-")
    if dimension is Dimension.KIND and separator and case_class in named and kind in named:
        return f"{named[case_class]}: {named[kind]}"
    return value


def told_codes(text: str, told: Words) -> str:
    """Return a breakdown that is written as `gender=female, region=EU` in words; what is none as it stands."""
    pairs = [one.partition("=") for one in text.split(", ")]
    if not all(separator and name in set(Dimension) for name, separator, _ in pairs):
        return text
    return ", ".join(part((Dimension(name), value), told) for name, _, value in pairs)


def codes(breakdown: Iterable[Pair]) -> str:
    """Return a breakdown for machines, as `told_codes` reads it; a dash for none."""
    return ", ".join(f"{dimension.value}={value}" for dimension, value in breakdown) or "-"


def _row(value: str, told: Words) -> str:
    """Return what a row of the standard form asks for."""
    row = _rows().get(value)
    return nearest(told.language).gettext(row) if row else value


@cache
def _rows() -> Mapping[str, str]:
    return {row.id.replace(".", "-").replace("_", "-"): row.meaning for row in form_rows()}


@cache
def _names(told: Words) -> Mapping[Dimension, Mapping[str, str]]:
    _ = told.gettext
    ages = {
        "0-2": _("0 to 2 years"),
        "3-6": _("3 to 6 years"),
        "7-12": _("7 to 12 years"),
        "13-15": _("13 to 15 years"),
        "16-17": _("16 and 17 years"),
    }
    grades = {"actionable": _("actionable"), "informational": _("informational")}
    return {
        Dimension.STATE: {},
        Dimension.GENDER: {
            "female": _("female"),
            "male": _("male"),
            "not_stated": _("gender not stated"),
        },
        Dimension.AGE: {**ages, "not_stated": _("age not stated")},
        Dimension.SETTING: {
            "online": _("online"),
            "offline": _("offline"),
            "mixed": _("online and offline, not told apart"),
            "not_stated": _("online or offline not stated"),
        },
        Dimension.FINALITY: {
            "final": _("final"),
            "under_appeal": _("under appeal"),
            "not_stated": _("final or not is not stated"),
        },
        Dimension.GRADE: {**grades, "not_stated": _("mark not stated")},
        Dimension.REGION: {"EU": _("in the Union"), "world": _("world-wide"), "outside": _("outside the Union")},
        Dimension.SERVICE: {
            "google_chat": "Google Chat",
            "interpersonal_communications": _("interpersonal communications"),
            "social_media": _("social media"),
            "gaming": _("online gaming"),
            "hosting": _("hosting"),
            "online_platform": _("other online platforms"),
            "search": _("search engines"),
            "other": _("other services"),
            "not_stated": _("type of provider not stated"),
        },
        Dimension.ORIGIN: {
            "messaging": _("from messaging services"),
            "social_or_gaming": _("from social media or online games"),
            "ncmec": _("from NCMEC"),
            "hotline": _("from hotlines"),
            "provider": _("from providers"),
            "helpline": _("from helplines"),
            "other": _("from others"),
            "items": _("about the removal of content"),
            "accounts": _("about the suspension of accounts"),
            "automated": _("automated participants"),
        },
        Dimension.KIND: {
            **grades,
            "known": _("known material"),
            "new": _("new material"),
            "solicitation": _("solicitation"),
            "grooming": _("solicitation"),
            "material": _("child sexual abuse material"),
            "trafficking": _("trafficking of children"),
            "non_contact": _("offences without physical contact"),
            "content": _("content"),
            "image": _("images"),
            "images": _("images"),
            "video": _("videos"),
            "videos": _("videos"),
            "other-files": _("other files"),
            "webpages": _("web pages"),
            "web_page": _("web pages"),
            "account": _("accounts"),
            "file": _("files"),
            "yes": _("the child made the material"),
            "no": _("somebody else made the material"),
            "charged": _("somebody was charged"),
            "no_crime": _("no crime under national law"),
            "insufficient_information": _("too little information"),
            "suspect_not_identified": _("suspect not identified"),
            "handed_to_another_state": _("handed to another state"),
            "time_barred": _("time-barred"),
            "not_stated": _("kind not stated"),
        },
        Dimension.CHANNEL: {
            "automated": _("by automated means"),
            "online": _("online"),
            "report": _("by a report of a provider or an organisation"),
            "victim": _("by the child"),
            "other_person": _("by somebody who knew of it"),
            "chat_log": _("by a chat log"),
            "seized_material": _("by seized material"),
            "other_investigation": _("by another investigation"),
            "other": _("otherwise"),
            "not_stated": _("how it began is not stated"),
            "not_recorded": _("how it began is not recorded"),
            "internal": _("with the provider"),
            "judicial": _("with a court"),
            "sending": _("accounts that sent"),
            "receiving": _("accounts that received"),
        },
    }
