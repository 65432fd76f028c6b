"""Names of reporters and units as the tables write them."""

from __future__ import annotations

import re
from decimal import Decimal

from tutela.statistics.union.measure import Unit
from tutela.statistics.union.members import MEMBERS
from tutela.statistics.union.observation import Reporter
from tutela.statistics.union.words import Words

PROVIDERS = ("google", "linkedin", "meta", "microsoft", "x")
TOTAL = "total"


def provider(code: str, words: Words) -> str:
    """Return the name of a provider; its code, with a capital, where the report does not name it."""
    names = {
        "google": "Google",
        "linkedin": "LinkedIn",
        "meta": "Meta",
        "microsoft": "Microsoft",
        "x": words.gettext("X (former Twitter)"),
    }
    return names.get(code, code.capitalize())


def name_of(reporter: Reporter, words: Words) -> str:
    """Return the name of a reporter in the first column of a table."""
    if reporter.kind == "state":
        return words.country(reporter.code)
    return provider(reporter.code, words) if reporter.kind == "provider" else reporter.code.upper()


def code_of(name: str, kind: str, words: Words) -> str | None:
    """Return the code of a provider or state by its name in a language, or None."""
    if kind == "state":
        return next((code for code in MEMBERS if words.country(code) == name), None)
    return next((code for code in PROVIDERS if provider(code, words) == name), None)


def counted(number: str, unit: Unit, service: str | None, how_many: Decimal | None, words: Words) -> str:
    """Return a number with its unit, as `33 Google Chat accounts`."""
    many = 1 if how_many == 1 else 2
    if unit is Unit.ACCOUNTS and service == "google_chat":
        text = words.ngettext("%(n)s Google Chat account", "%(n)s Google Chat accounts", many)
    elif unit is Unit.ACCOUNTS:
        text = words.ngettext("%(n)s account", "%(n)s accounts", many)
    elif unit is Unit.ITEMS:
        text = words.ngettext("%(n)s content item", "%(n)s content items", many)
    else:
        return f"{number} {unit.value}"
    return text % {"n": number}


def uncounted(text: str, words: Words) -> tuple[str, Unit, str | None] | None:
    """Return the number, unit and service of a text that `counted` could have written, or None."""
    for unit, service in ((Unit.ACCOUNTS, "google_chat"), (Unit.ACCOUNTS, None), (Unit.ITEMS, None)):
        for many in (Decimal(1), Decimal(2)):
            form = re.escape(counted("\0", unit, service, many, words)).replace(
                re.escape("\0"), r"([\d., \w]*?\d[\w ]*?)"
            )
            if (found := re.fullmatch(form, text)) is not None:
                return found[1], unit, service
    return None
