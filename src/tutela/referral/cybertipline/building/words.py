"""What the record says and the schema has no element for, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from tutela.casework.evidence import ItemRecord
from tutela.content.place import Place, Step
from tutela.referral.cybertipline.building.records import parties_of
from tutela.referral.material import FileMaterial, ReportMaterial, SuspensionMaterial, WithdrawnMaterial

MOST_PLACES = 20


def of_report(material: ReportMaterial) -> str:
    """Return what is said of a report as a whole."""
    known = sum(f.verdict == "known" for f in material.items)
    new = len(material.items) - known
    bases = sorted(
        {
            f"{party.country} by {party.basis.value.replace('_', ' ')}"
            for f in material.items
            for record in f.records
            for party in parties_of(record)
            if party.country
        }
    )
    lines = [f"Reported by {material.reporter.organisation}. Case {material.case}."]
    if material.items:
        lines.append(f"Files that a person confirmed: {known} as known, {new} as not known before.")
    if material.prior:
        lines.append(f"This supplements {_listed('report', material.prior)}.")
    lines += [_withdrawal(one) for one in material.withdrawn]
    if bases:
        lines.append("Countries of the accounts and their basis: " + "; ".join(bases) + ".")
    return " ".join(lines)


def of_file(file: FileMaterial) -> list[str]:
    """Return what is said of one file."""
    confirmed = "known" if file.verdict == "known" else "not known before"
    texts = [f"A person confirmed it as {confirmed}."]
    if file.record.identity:
        texts.append(f"The service's own identifier of the item: {file.record.identity}")
    if file.record.found:
        texts.append("Listed material was found within the file, at " + "; ".join(_places(file.record)) + ".")
    if file.repeats:
        texts.append("The account sent it again: " + "; ".join(_repeat(one) for one in file.repeats) + ".")
    return texts


def _places(record: ItemRecord) -> list[str]:
    """Return where in the file something was found, each place once; the report says what was found, not by whom."""
    places = (
        Place(tuple(Step(s.within, s.name, s.number) for s in found.steps), found.seconds) for found in record.found
    )
    texts = list(dict.fromkeys(place.text for place in places))
    more = [f"{len(texts) - MOST_PLACES} more places"] if len(texts) > MOST_PLACES else []
    return [*texts[:MOST_PLACES], *more]


def urgency(said: Sequence[datetime]) -> str:
    """Return why a report is urgent. `said` are the times at which people said so."""
    return f"A person who reviewed the case said at {_listed_moments(said)} that a child is in danger now."


def suspension(given: SuspensionMaterial) -> str:
    """Return what is said of the suspension of the account."""
    return f"The platform confirmed at {_moment(given.at)} that it suspended the account."


def _repeat(record: ItemRecord) -> str:
    when = f"found at {_moment(record.found_at)}"
    if record.sent_at is not None:
        when = f"sent at {_moment(record.sent_at)}, {when}"
    return f"{when}, recipients on record: {len(record.recipients)}"


def _withdrawal(one: WithdrawnMaterial) -> str:
    file = "a file" if one.file_id is None else f"file {one.file_id}"
    when = "" if one.decided_at is None else f" It was decided anew at {_moment(one.decided_at)}."
    return f"Withdrawn: what was said of {file} of report {one.report_id} does not stand any more.{when}"


def _listed(word: str, values: Sequence[str]) -> str:
    return f"{word}{'' if len(values) == 1 else 's'} {', '.join(values)}"


def _listed_moments(moments: Sequence[datetime]) -> str:
    return ", ".join(_moment(moment) for moment in moments)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
