"""What stands before the figures of a return in every form that people read."""

from __future__ import annotations

from tutela.statistics.provider_return.compilation import ReturnPart, YearlyReturn
from tutela.statistics.provider_return.words import Words


def title(compiled: YearlyReturn, words: Words) -> str:
    """Return the title of a return."""
    return words.gettext("Yearly return %(year)s", year=str(compiled.year))


def introduction(compiled: YearlyReturn, words: Words) -> list[str]:
    """Return the form, the services, the regimes and the events that it is made from, a sentence each."""
    _ = words.gettext
    services = ", ".join(s.name for s in compiled.services) or _("none")
    regimes = ", ".join(r.title for r in compiled.regimes) or _("none")
    return [
        _("Standard form of Implementing Regulation (EU) 2024/2916."),
        _("Services in scope: %(names)s.", names=services),
        _("Regimes in force: %(names)s.", names=regimes),
        _("Made from the events up to number %(n)s.", n=words.number(compiled.up_to)),
    ]


def part_title(part: ReturnPart, words: Words) -> str:
    """Return the days of a part of the year and its law."""
    law = part.span.regime.title if part.span.regime else words.gettext("no regime in force")
    first, last = str(part.span.first), str(part.span.last)
    return words.gettext("%(first)s to %(last)s: %(law)s", first=first, last=last, law=law)
