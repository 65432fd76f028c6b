"""Member States that a text names for a caveat or for silence, against the rows of the table."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.figure import Status
from tutela.statistics.union.dataset import Dataset, Mention
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Country
from tutela.statistics.union.observation import Caveat, Observation

_NONE = "-"
_CAVEAT = Sentence(
    "The text and the table name different Member States for a caveat (%(what)s; %(caveat)s). In the table alone: "
    "%(table)s. In the text alone: %(text)s."
)
_SILENCE = Sentence(
    "The text gives reasons why Member States told nothing (%(what)s), and in the table others are without a number. "
    "In the table alone: %(table)s. In the text alone: %(text)s."
)


def _find(data: Dataset) -> Iterator[Finding]:
    for mention in data.mentions:
        rows = [o for o in data.of(mention.measure, prose=False) if o.reporter.kind == "state"]
        carried = {o.reporter.code for o in rows if _says(o, mention)}
        if not carried ^ set(mention.states):
            continue
        only_table, only_text = sorted(carried - set(mention.states)), sorted(set(mention.states) - carried)
        codes = {*only_table, *only_text}
        differ = tuple(dict.fromkeys(o.id for o in rows if o.reporter.code in codes and not o.breakdown))
        message = _CAVEAT.of(caveat=mention.says) if isinstance(mention.says, Caveat) else _SILENCE
        yield Finding(
            "named_states",
            Severity.CONTRADICTION if only_table else Severity.DOUBT,
            (mention.id, *differ),
            Formula("{%(text)s} ≠ {%(table)s}").of(
                text=tuple(sorted(mention.states)) or _NONE, table=tuple(sorted(carried)) or _NONE
            ),
            message.of(
                what=mention.measure,
                table=tuple(map(Country, only_table)) or _NONE,
                text=tuple(map(Country, only_text)) or _NONE,
            ),
            Sentence("For which Member States does it hold?"),
        )


def _says(one: Observation, mention: Mention) -> bool:
    if isinstance(mention.says, Status):
        return not one.breakdown and one.status is mention.says
    return mention.says in one.caveats and one.amount is not None


check = Check("named_states", "Are the Member States that the text names those of the table?", _find)
