"""Sections 2, 3, 7, 8 and 9, and the rows of others that ask for prose: what the operator's records say.

A row quotes the version of each record that applied at the end of the year, and opens to the event that wrote it. The
error rate achieved is that of section 6; whether data went to an organisation follows from the reports that were filed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.cells import cell
from tutela.statistics.provider_return.errors import CLASS_NUMBER
from tutela.statistics.provider_return.form import form_rows
from tutela.statistics.provider_return.ledger import Ledger
from tutela.statistics.provider_return.marks import RecordMark, ReportMark
from tutela.statistics.provider_return.records import Version
from tutela.statistics.provider_return.selection import Selected
from tutela.statistics.provider_return.telling import Told, _, joined, told

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
_RECIPIENTS = {"9.ncmec": "cybertipline", "9.eu_centre": "eu_centre"}
"""Rows that ask whether data went to an organisation, with the recipient by which it goes."""


def quoted(
    ledger: Ledger,
    in_force: Sequence[Version],
    year: int,
    texts: Texts,
    errors: Iterable[Figure],
    otherwise: Mapping[str, Figure],
) -> list[Figure]:
    """Return these rows for the whole return.

    `errors` are the figures of section 6; `otherwise` is what can be said of a row that no record answers.
    """
    totals = {figure.id: figure for figure in errors if figure.technology is None and figure.service is None}
    figures: list[Figure] = []
    for row_id in QUOTABLE:
        saying = [v for v in in_force if row_id in v.answers and v.digest in texts]
        if saying:
            value = "\n\n".join(texts[v.digest][1] for v in saying)
            note = joined(
                *(
                    _(
                        "%(title)s, version %(n)s, from %(day)s",
                        title=texts[v.digest][0],
                        n=v.version,
                        day=v.effective_from,
                    )
                    for v in saying
                )
            )
            numbers = {v.sequence for v in saying}
            figures.append(cell(row_id).value(value, _records(ledger, numbers), note=note))
        else:
            figures.append(otherwise.get(row_id) or _without(row_id, ledger, year, totals))
    for case_class, number in CLASS_NUMBER.items():
        figures.append(_achieved(case_class, number, totals))
    return figures


def _records(ledger: Ledger, numbers: Collection[int]) -> Selected:
    return ledger.events(ledger.choose(RecordMark, lambda mark: mark.sequence in numbers))


def _without(row_id: str, ledger: Ledger, year: int, totals: Mapping[str, Figure]) -> Figure:
    if row_id in _RECIPIENTS:
        filed = ledger.choose(ReportMark, lambda mark: mark.recipient == _RECIPIENTS[row_id])
        if filed.count:
            return cell(row_id).value(_("yes"), ledger.events(filed), note=_filed(ledger, _RECIPIENTS[row_id]))
        return cell(row_id).value(_("no"), note=_("no report was filed in the year"))
    if row_id == "9.other":
        return _others(ledger)
    case_class = row_id.split(".")[1]
    flagged = totals.get(f"6.{case_class}.A{CLASS_NUMBER.get(case_class, 0)}")
    if flagged is not None and flagged.status is Status.NOT_APPLICABLE:
        return cell(row_id).without(Status.NOT_APPLICABLE, told(flagged.reason))
    return cell(row_id).without(
        Status.NOT_COLLECTED,
        _("no record that applied at the end of %(year)s answers it (tutela governance write)", year=str(year)),
    )


def _filed(ledger: Ledger, recipient: str) -> Told:
    targets = {mark.target for mark, _count in ledger.marks(ReportMark) if mark.recipient == recipient}
    if "production" in targets:
        return _("reports were filed")
    return _("reports were filed with a stand-in (%(targets)s) alone", targets=", ".join(sorted(targets)))


def _others(ledger: Ledger) -> Figure:
    filed = ledger.choose(ReportMark, lambda mark: mark.recipient not in _RECIPIENTS.values())
    names = sorted({mark.recipient for mark, _ in ledger.marks(ReportMark)} - set(_RECIPIENTS.values()))
    if not names:
        return cell("9.other").value(_("none"), note=_("no report went to another organisation in the year"))
    return cell("9.other").value(
        ", ".join(names), ledger.events(filed), note=_("recipients to which reports were filed")
    )


def _achieved(case_class: str, number: int, totals: Mapping[str, Figure]) -> Figure:
    here = cell(f"7.{case_class}.error_rate_achieved")
    rate = totals.get(f"6.{case_class}.error_rate")
    if rate is None:
        return here.without(Status.NOT_APPLICABLE, _("no technology of this kind ran"))
    if rate.value is None:
        return here.without(rate.status, told(rate.reason))
    note = _(
        "that of section 6, B%(n)s/A%(n)s; the rate among what people decided, with its bounds, stands there", n=number
    )
    return here.value(rate.value, rate.events, rate=rate.rate, weighted=rate.weighted, note=note)
