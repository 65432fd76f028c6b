"""Sections 2, 3, 7, 8 and 9, and the rows of others that ask for prose: what the operator's records say.

A row quotes the version of each record that applied at the end of the year, and opens to the event that wrote it. The
error rate achieved is that of section 6; whether data went to an organisation follows from the reports that were filed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.cells import cell
from tutela.statistics.provider_return.facts import Facts, in_year
from tutela.statistics.provider_return.form import form_rows

_SECTIONS = (2, 3, 7, 8, 9)
_OF_OTHERS = ("1.metadata_processed", "1.other", "6.known.other", "6.new.other", "6.solicitation.other")
QUOTABLE: tuple[str, ...] = tuple(
    row.id
    for row in form_rows()
    if row.id in _OF_OTHERS or (row.section in _SECTIONS and row.key != "error_rate_achieved")
)
"""The rows that a record may answer, in the order of the form."""
Texts = Mapping[str, tuple[str, str]]
"""Title and text by their digest."""
_CLASS_NUMBER = {"known": 1, "new": 2, "solicitation": 3}


def quoted(facts: Facts, year: int, texts: Texts, errors: Iterable[Figure]) -> list[Figure]:
    """Return these rows for the whole return. `errors` are the figures of section 6."""
    totals = {figure.id: figure for figure in errors if figure.technology is None and figure.service is None}
    last = date(year, 12, 31)
    in_force = [v for r in facts.records.values() if r.lives_in(year) and (v := r.version_at(last))]
    figures: list[Figure] = []
    for row_id in QUOTABLE:
        saying = [(n, p, texts[p.digest]) for n, p in in_force if row_id in p.answers and p.digest in texts]
        if saying:
            value = "\n\n".join(text for _, _, (_, text) in saying)
            note = "; ".join(f"{title}, version {p.version}, from {p.effective_from}" for _, p, (title, _) in saying)
            figures.append(cell(row_id).value(value, [n for n, _, _ in saying], note=note))
        else:
            figures.append(_without(row_id, facts, year, totals))
    for case_class, number in _CLASS_NUMBER.items():
        figures.append(_achieved(case_class, number, totals))
    return figures


def _without(row_id: str, facts: Facts, year: int, totals: Mapping[str, Figure]) -> Figure:
    if row_id == "9.ncmec":
        filed = [report.sequence for report in facts.reports if in_year(report.at, year)]
        if filed:
            return cell(row_id).value("yes", filed, note="reports were filed")
        return cell(row_id).value("no", note="no report was filed in the year")
    case_class = row_id.split(".")[1]
    flagged = totals.get(f"6.{case_class}.A{_CLASS_NUMBER.get(case_class, 0)}")
    if flagged is not None and flagged.status is Status.NOT_APPLICABLE:
        return cell(row_id).without(Status.NOT_APPLICABLE, flagged.reason)
    return cell(row_id).without(
        Status.NOT_COLLECTED, "no record that applied at the end of the year answers it (tutela governance write)"
    )


def _achieved(case_class: str, number: int, totals: Mapping[str, Figure]) -> Figure:
    here = cell(f"7.{case_class}.error_rate_achieved")
    rate = totals.get(f"6.{case_class}.error_rate")
    if rate is None:
        return here.without(Status.NOT_APPLICABLE, "no technology of this kind ran")
    if rate.value is None:
        return here.without(rate.status, rate.reason)
    note = f"that of section 6, B{number}/A{number}; the rate among what people decided, with its bounds, stands there"
    return here.value(rate.value, rate.events, rate=rate.rate, note=note)
