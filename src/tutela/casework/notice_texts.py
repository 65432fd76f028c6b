"""The text of notices in a user's language, made from records whenever it is read, and stored nowhere.

A language is a file in `wording/`. Every file has the same keys, and every text the same places to fill in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Literal

from tutela.casework.reasons import Reason
from tutela.casework.redress_policy import RedressPolicy
from tutela.events.catalogue.base import ActionKind
from tutela.events.catalogue.notices import AccessOutcome, NoticeKind


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """What is told of an action. `item_kind` is of its item; none for an account. `regime` is a title.

    `law`: under which kind of ground the item was processed; `regime` names it, but for none; a language may
    have another name for `regime_id`.
    `verdict` is the decision that the action rests on now, `viewed` whether the item was looked at for it.
    """

    kind: ActionKind
    service: str
    done_at: datetime
    undone: bool
    item_kind: str | None
    verdict: Literal["known", "new", "not"] | None
    viewed: bool
    law: Literal["derogation", "other", "none"]
    regime: str
    regime_id: str = ""


@dataclass(frozen=True, slots=True)
class ComplaintFacts:
    """What is told of a decided complaint; `answer` is empty where nothing was written, or it was erased."""

    lodged_at: datetime
    decided_at: datetime
    upheld: bool
    reason: Reason
    answer: str


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """What is told of an answered request for access."""

    asked_at: datetime
    answered_at: datetime
    outcome: AccessOutcome
    answer: str


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """Everything that a notice says. `url` is the link, if one stands, until `until`."""

    kind: NoticeKind
    action: ActionFacts
    complaint: ComplaintFacts | None = None
    access: AccessFacts | None = None
    url: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; `steps` are things that the user can do, each on its own."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice as the user reads it."""

    language: str
    title: str
    sections: tuple[Section, ...]
    url: str | None

    def plain(self) -> str:
        """Return it as plain text, with the link on a line of its own."""
        lines = [self.title, ""]
        for section in self.sections:
            lines += [section.heading, *section.paragraphs, *(f"- {step}" for step in section.steps)]
            if self.url and section.steps:
                lines.append(f"  {self.url}")
            lines.append("")
        return "\n".join(lines).rstrip() + "\n"


class Wording:
    """The texts of one language."""

    def __init__(self, language: str, texts: Mapping[str, Any]) -> None:
        self.language = language
        self.name = str(texts["name"])
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """Return a text by its key, such as `why.known`, filled in. Raises KeyError for what the file lacks."""
        section, name = key.split(".")
        return str(self._texts[section][name]).format_map(values)

    def date(self, moment: datetime) -> str:
        """Return a day (UTC) as the language writes it."""
        month = self._texts["months"][moment.month - 1]
        return str(self._texts["date"]).format(day=moment.day, month=month, year=moment.year)

    def section(self, name: str) -> Mapping[str, str]:
        """Return all texts of a section as they stand."""
        return dict(self._texts[name])


def languages() -> list[str]:
    """Return the languages that notices have, English first."""
    folder = resources.files("tutela.casework").joinpath("wording")
    found = sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))
    return ["en", *(language for language in found if language != "en")]


@cache
def wording(language: str) -> Wording:
    """Return the texts of a language; raises LookupError for one that notices do not have."""
    if language not in languages():
        raise LookupError(f"notices have no language {language!r}: there is {', '.join(languages())}")
    path = resources.files("tutela.casework").joinpath("wording", f"{language}.toml")
    return Wording(language, tomllib.loads(path.read_text("utf-8")))


def render(facts: NoticeFacts, policy: RedressPolicy, language: str) -> NoticeText:
    """Return the text of a notice; raises LookupError for a language that notices do not have."""
    say = wording(language)
    match facts:
        case NoticeFacts(complaint=ComplaintFacts() as complaint):
            title = say(f"title.complaint_{'upheld' if complaint.upheld else 'rejected'}")
            sections = [*result_of(complaint, facts.action, say), _turn_to(say, remedies_of(policy, say))]
        case NoticeFacts(access=AccessFacts() as access):
            title = say("title.access_answered")
            sections = [*answer_of(access, say), _turn_to(say, remedies_of(policy, say))]
        case _:
            title = say(f"title.{facts.action.kind}", service=facts.action.service)
            sections = [*grounds_of(facts.action, say), _turn_to(say, _rights(facts, policy, say))]
    if contact := policy.said("contact", language):
        sections.append(Section(say("heading.contact"), (say("rights.contact", contact=contact),)))
    return NoticeText(language, title, tuple(sections), facts.url)


def grounds_of(action: ActionFacts, say: Wording) -> list[Section]:
    """Return what was done, why, and under what law."""
    of_item = action.item_kind is not None
    kinds = say.section("kind")
    kind = kinds.get(action.item_kind or "other", kinds["other"])
    done = [say(f"facts.{action.kind}", date=say.date(action.done_at), service=action.service, kind=kind)]
    if action.undone:
        done.append(say("facts.undone"))
    sections = [Section(say("heading.facts"), tuple(done))]
    if not action.undone:
        found, checked = "why.account", "why.viewed_all" if action.viewed else "why.confirmed_all"
        if of_item:
            found = f"why.{'new' if action.verdict == 'new' else 'known'}"
            checked = "why.viewed" if action.viewed else "why.unseen"
        sections.append(Section(say("heading.why"), (say(found), say(checked), say("why.terms"))))
    law = {
        "derogation": say("law.derogation", regime=say.section("regime").get(action.regime_id, action.regime)),
        "other": say("law.other", ground=action.regime),
        "none": say("law.none"),
    }[action.law]
    sections.append(Section(say("heading.law"), (law, say("law.report"))))
    return sections


def result_of(complaint: ComplaintFacts, action: ActionFacts, say: Wording) -> list[Section]:
    """Return how a complaint was decided, and what the person who decided it wrote."""
    dates = {"lodged": say.date(complaint.lodged_at), "date": say.date(complaint.decided_at)}
    said = [say(f"result.{'upheld' if complaint.upheld else 'rejected'}", **dates), say(f"reason.{complaint.reason}")]
    if complaint.upheld:
        said.append(say(f"result.{action.kind}"))
    return [Section(say("heading.result"), tuple(said)), *_written(complaint.answer, say)]


def answer_of(access: AccessFacts, say: Wording) -> list[Section]:
    """Return how a request for access was answered."""
    dates = {"asked": say.date(access.asked_at), "date": say.date(access.answered_at)}
    return [Section(say("heading.result"), (say(f"result.{access.outcome}", **dates),)), *_written(access.answer, say)]


def remedies_of(policy: RedressPolicy, say: Wording) -> list[str]:
    """Return where a user can turn to besides the provider."""
    authority, court = policy.said("authority", say.language), policy.said("court", say.language)
    return [
        say("rights.authority", authority=authority) if authority else say("rights.authority_unnamed"),
        say("rights.court", court=court) if court else say("rights.court_unnamed"),
    ]


def _rights(facts: NoticeFacts, policy: RedressPolicy, say: Wording) -> list[str]:
    if facts.url and facts.until:
        steps = [say("rights.complain", until=say.date(facts.until), days=policy.decide_days)]
        if facts.action.kind == "suspend_account":
            steps.append(say("rights.access", days=policy.access_days))
    else:
        steps = [say("rights.complain_without_link", date=say.date(facts.action.done_at), days=policy.decide_days)]
    return steps + remedies_of(policy, say)


def _turn_to(say: Wording, steps: list[str]) -> Section:
    return Section(say("heading.rights"), steps=tuple(steps))


def _written(answer: str, say: Wording) -> list[Section]:
    return [Section(say("heading.answer"), (answer,))] if answer else []
