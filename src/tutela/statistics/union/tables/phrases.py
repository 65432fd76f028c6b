"""The stock phrases of the report: what reporters say in the same words, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutela.statistics.figure import Status
from tutela.statistics.union.observation import Caveat
from tutela.statistics.union.words import Words


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase says of the row beside it: why values are missing, or a caveat on those that are there."""

    status: Status | None = None
    caveat: Caveat | None = None


MEANINGS: Mapping[str, Meaning] = {
    "not_available": Meaning(Status.UNKNOWN),
    "not_available_or_reported": Meaning(Status.UNKNOWN),
    "not_submitted": Meaning(Status.NOT_REPORTED),
    "not_by_gender": Meaning(Status.UNKNOWN, Caveat.GENDER_NOT_SEPARATED),
    "online_and_offline": Meaning(None, Caveat.ONLINE_AND_OFFLINE),
    "not_specified": Meaning(),
    "ncmec": Meaning(),
    "providers_and_organisations": Meaning(),
    "organisations": Meaning(),
}


def phrase(code: str, words: Words) -> str:
    """Return a stock phrase in a language. Raises KeyError for one that there is not."""
    return {
        "not_available": words.gettext("Data not available."),
        "not_available_or_reported": words.gettext("Data not available/not reported."),
        "not_submitted": words.gettext("Data not submitted/reported."),
        "not_by_gender": words.gettext("Data differentiated by gender not available."),
        "online_and_offline": words.gettext(
            "The data do not differentiate between offences committed online and offline."
        ),
        "not_specified": words.gettext("Not specified"),
        "ncmec": words.gettext("NCMEC"),
        "providers_and_organisations": words.gettext(
            "Providers and organisations acting in the public interest against child sexual abuse"
        ),
        "organisations": words.gettext("Organisations acting in the public interest against child sexual abuse"),
    }[code]


def code_of(text: str, words: Words) -> str | None:
    """Return the code of a text that is a stock phrase in that language, or None."""
    return next((code for code in MEANINGS if phrase(code, words) == text), None)
