"""The words of a submission under Article 8, in English as written here and in other languages by a catalogue alone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from tutela.statistics.authority.caveats import Shown
from tutela.statistics.authority.counted import Counted
from tutela.statistics.authority.submission import Submission
from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Amount
from tutela.statistics.union.observation import Caveat
from tutela.statistics.union.words import HARD_SPACE, Words, catalogue_of, words

CATALOGUES = Path(__file__).parent / "locale"


class Wording:
    """The words of one language. Raises ValueError for one that the tables of the Union are not in either."""

    def __init__(self, language: str) -> None:
        self.words: Words = words(language)
        self.language = language
        self._catalogue = catalogue_of(CATALOGUES, language)

    def gettext(self, message: str) -> str:
        """Return a text in this language; as it is where the catalogue has none."""
        return str(self._catalogue.gettext(message))

    def pgettext(self, context: str, message: str) -> str:
        """Return a text that means another thing elsewhere."""
        return str(self._catalogue.pgettext(context, message))

    def number(self, number: int) -> str:
        """Return a whole number as the language writes it."""
        return self.words.number(_decimal(number))

    def share(self, share: float) -> str:
        """Return a share between 0 and 1 in per cent, with one decimal place."""
        return self.words.number(_decimal(share * 100), 1) + HARD_SPACE + "%"

    def value(self, one: Counted) -> str:
        """Return a figure as a cell tells it; what there is not has its word, and never a zero."""
        value = one.value
        if isinstance(value, Amount):
            if value.high is None:
                return self.gettext("at least %(n)s") % {"n": self.number(int(value.low))}
            return self.words.amount(value)
        if value.status is Status.SUPPRESSED:
            return self.gettext("suppressed")
        return self.gettext("not collected") if value.status is Status.NOT_COLLECTED else self.gettext("not known")

    def remark(self, one: Counted) -> str:
        """Return what is to be known of one figure: why it is not told to the end, and its bounds by other rules."""
        said = [self._why(one)] if one.why else []
        if one.fewest is not None and one.most is not None and one.fewest < one.most:
            bounds = {"low": self.number(one.fewest), "high": self.number(one.most)}
            said.append(self.gettext("%(low)s to %(high)s, by the widest and the narrowest rule") % bounds)
        return "; ".join(said)

    def _why(self, one: Counted) -> str:
        match one.why:
            case "undeclared":
                return self.gettext("the authority has not said from which day on all are in the register")
            case "not_kept":
                return self.gettext("not kept in the register")
            case "since":
                return self.gettext("all are in the register from %(day)s on") % {"day": str(one.day)}
            case _:
                return self.gettext("the period was not over on %(day)s") % {"day": str(one.day)}

    def heading(self, figure: str) -> str:
        """Return the name of a figure that is no part of another."""
        return self._headings[figure]

    def breakdown(self, name: str) -> str:
        """Return what a breakdown is by."""
        return self._breakdowns[name]

    def part(self, breakdown: str, value: str) -> str:
        """Return the name of a part."""
        return self._parts[breakdown].get(value, self._not_stated)

    @property
    def _not_stated(self) -> str:
        return self.gettext("not stated")

    @property
    def _headings(self) -> Mapping[str, str]:
        _ = self.gettext
        return {
            "reports": _("Reports received"),
            "cases": _("Cases reported for the first time (absolute number)"),
            "repeats": _("Reports of a case that was reported before"),
            "cases_repeated": _("Cases reported several times by the end of the period"),
            "reports_investigated": _("Reports that are part of an investigation"),
            "investigations": _("Investigations opened"),
            "investigations_of_reports": _("Investigations opened that have reports in them"),
            "investigations_merged": _("Investigations merged into another"),
            "investigations_closed": _("Investigations closed"),
            "victims": _("Children identified"),
            "convictions": _("Convictions"),
            "persons": _("Persons convicted"),
            "convictions_quashed": _("Convictions quashed in the period"),
        }

    @property
    def _breakdowns(self) -> Mapping[str, str]:
        _ = self.gettext
        return {
            "source": _("by source"),
            "object": _("by object"),
            "grade": _("by mark"),
            "provider_type": _("by type of provider"),
            "reason": _("by reason"),
            "gender": _("by gender"),
            "age": _("by age"),
            "self_generated": _("by who made the material"),
            "path": _("by what led to the child"),
            "setting": _("online or offline"),
            "referral": _("by initial referral"),
            "finality": _("final or not"),
        }

    @property
    def _parts(self) -> Mapping[str, Mapping[str, str]]:
        _ = self.gettext
        settings = {
            "online": _("online"),
            "offline": _("offline"),
            "mixed": _("online and offline, not told apart"),
        }
        return {
            "source": {
                "ncmec": _("NCMEC"),
                "hotline": _("hotlines"),
                "provider": _("providers"),
                "helpline": _("helplines"),
                "other": _("others"),
            },
            "object": {"account": _("accounts"), "web_page": _("web pages"), "file": _("files")},
            "grade": {"actionable": _("actionable"), "informational": _("informational")},
            "provider_type": {
                "interpersonal_communications": _("interpersonal communications"),
                "social_media": _("social media"),
                "gaming": _("online gaming"),
                "hosting": _("hosting"),
                "online_platform": _("other online platforms"),
                "search": _("search engines"),
                "other": _("others"),
            },
            "reason": {
                "charged": _("somebody was charged"),
                "no_crime": _("no crime under national law"),
                "insufficient_information": _("too little information"),
                "suspect_not_identified": _("suspect not identified"),
                "handed_to_another_state": _("handed to another state"),
                "time_barred": _("time-barred"),
                "other": self.pgettext("reason", "other"),
            },
            "gender": {"female": _("female"), "male": _("male")},
            "age": {age: _("%(ages)s years") % {"ages": age.replace("-", "–")} for age in _AGES},  # noqa: RUF001
            "self_generated": {"yes": _("the child"), "no": _("somebody else")},
            "path": {
                "report": _("a report of a provider or an organisation"),
                "victim": _("the child"),
                "other_person": _("somebody who knew of it"),
                "chat_log": _("a chat log"),
                "seized_material": _("seized material"),
                "other": self.pgettext("path", "other"),
            },
            "setting": settings,
            "referral": {
                "report": _("a report of a provider or an organisation"),
                "victim": _("the victim"),
                "other_person": _("somebody who knew of it"),
                "other_investigation": _("another investigation"),
                "other": self.pgettext("path", "other"),
                "not_recorded": _("not recorded"),
            },
            "finality": {"final": _("final"), "under_appeal": _("under appeal")},
        }

    def caveat(self, one: Shown) -> str:
        """Return a caveat as a sentence, with the numbers that show it where they are told."""
        sentence = self._sentence(one) if one.told or one.caveat is Caveat.AGE_LIMIT else self._numberless(one)
        return sentence % {
            "part": self.number(one.part),
            "whole": self.number(one.whole),
            "n": self.number(one.detail or 0),
            "figure": self.heading(one.figure),
        }

    def form(self, one: Submission) -> list[str]:
        """Return for whom it is, and of a publication its rule; of what nobody submits, nothing."""
        if not one.state:
            return []
        _ = self.gettext
        if one.rule is not None:
            rule = _(
                "This is the form for publication. Counts above 0 and below %(n)s could point at a person "
                "(%(ground)s): they are suppressed, and so are others from which they could be computed. What is "
                "suppressed is at least 1; zeros are told. Caveats are told without numbers, and what came of reports "
                "is left out. The Commission gets every figure in the submission."
            )
            return [rule % {"n": self.number(one.rule.below), "ground": one.rule.ground}]
        return [_("This is the form for the Commission. It tells small counts too; another form is for publication.")]

    def _numberless(self, one: Shown) -> str:
        _ = self.gettext
        of_children = one.figure == "victims"
        match one.caveat:
            case Caveat.OTHER_SERVICES_POSSIBLE:
                return _(
                    "Some reports are from services other than interpersonal communications, or the type of provider "
                    "is not stated."
                )
            case Caveat.ONLINE_AND_OFFLINE if of_children:
                return _("For some children, abuse was offline, or online and offline is not told apart.")
            case Caveat.ONLINE_AND_OFFLINE:
                return _("For some convictions, offences were offline, or online and offline are not told apart.")
            case Caveat.SELF_GENERATED:
                return _("Some children made the material themselves, or that is not stated.")
            case Caveat.SOURCE_NOT_SEPARATED if of_children:
                return _("For some children it is not stated what led to them.")
            case Caveat.SOURCE_NOT_SEPARATED:
                return _("For some convictions the initial referral is not recorded.")
            case Caveat.OTHER_PATHS if of_children:
                return _("Some children were identified otherwise than by a report of a provider or an organisation.")
            case Caveat.OTHER_PATHS:
                return _("Some convictions began otherwise than with a report of a provider or an organisation.")
            case Caveat.GENDER_NOT_SEPARATED:
                return _("For some children the gender is not stated.")
            case Caveat.NOT_FINAL:
                return _("Some convictions are not final, or that is not stated.")
            case Caveat.EARLIER_REPORTS:
                return _("Some convictions go back to reports that came before the period.")
            case _:
                return _("%(figure)s: entries have come or gone since the last day of the period.")

    def _sentence(self, one: Shown) -> str:
        _ = self.gettext
        of_children = one.figure == "victims"
        match one.caveat:
            case Caveat.OTHER_SERVICES_POSSIBLE:
                return _(
                    "%(part)s of %(whole)s reports are from services other than interpersonal communications, or the "
                    "type of provider is not stated."
                )
            case Caveat.ONLINE_AND_OFFLINE if of_children:
                return _(
                    "For %(part)s of %(whole)s children, abuse was offline, or online and offline is not told apart."
                )
            case Caveat.ONLINE_AND_OFFLINE:
                return _(
                    "For %(part)s of %(whole)s convictions, offences were offline, or online and offline are not told "
                    "apart."
                )
            case Caveat.SELF_GENERATED:
                return _("%(part)s of %(whole)s children made the material themselves, or that is not stated.")
            case Caveat.SOURCE_NOT_SEPARATED if of_children:
                return _("For %(part)s of %(whole)s children it is not stated what led to them.")
            case Caveat.SOURCE_NOT_SEPARATED:
                return _("For %(part)s of %(whole)s convictions the initial referral is not recorded.")
            case Caveat.OTHER_PATHS if of_children:
                return _(
                    "%(part)s of %(whole)s children were identified otherwise than by a report of a provider or an "
                    "organisation."
                )
            case Caveat.OTHER_PATHS:
                return _(
                    "%(part)s of %(whole)s convictions began otherwise than with a report of a provider or an "
                    "organisation."
                )
            case Caveat.GENDER_NOT_SEPARATED:
                return _("For %(part)s of %(whole)s children the gender is not stated.")
            case Caveat.AGE_LIMIT:
                return _("Only children below the age of %(n)s are counted.")
            case Caveat.NOT_FINAL:
                return _("%(part)s of %(whole)s convictions are not final, or that is not stated.")
            case Caveat.EARLIER_REPORTS:
                return _("%(part)s of %(whole)s convictions go back to reports that came before the period.")
            case _:
                return _(
                    "%(figure)s: as the register stood on the last day of the period, there were %(n)s; %(part)s "
                    "entries have come or gone since."
                )


_AGES = ("0-2", "3-6", "7-12", "13-15", "16-17")


@cache
def wording(language: str) -> Wording:
    """Return the words of a language. Raises ValueError for one without a catalogue."""
    return Wording(language)


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))
