"""Section 1: what was processed, by the day of processing.

An item was processed if at least one technology ran on it. Items whose region is unknown belong to neither side;
they make the upper end of both.
"""

from __future__ import annotations

from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.cells import cell
from tutela.statistics.provider_return.facts import Facts, Services, TallyFact

_KINDS = {"images": ("image",), "videos": ("video",), "other_files": ("other", "audio")}


def volumes(facts: Facts, year: int, services: Services, service: str | None) -> list[Figure]:
    """Return the figures of section 1 for a service, or for all in scope."""
    wanted = {service} if service else set(services)
    tallies = [t for t in facts.tallies if t.row.day.year == year and t.row.service in wanted and t.row.technologies]
    name = services[service] if service else ", ".join(services.values())
    figures = [
        cell("1.service", service).value(name or "none"),
        cell("1.content_processed", service).value(
            "yes" if tallies else "no", [t.sequence for t in tallies], note="made from the tallies of all batches"
        ),
    ]
    for key, kinds in _KINDS.items():
        for region in ("eu", "non_eu"):
            figures.append(_count(tallies, kinds, region, f"1.{key}_{region}", service))
    for region in ("eu", "non_eu"):
        figures.append(
            cell(f"1.text_bytes_{region}", service).without(Status.NOT_APPLICABLE, "no technology that reads text ran")
        )
    return figures


def _count(tallies: list[TallyFact], kinds: tuple[str, ...], region: str, row: str, service: str | None) -> Figure:
    mine = [t for t in tallies if t.row.kind in kinds]
    counted = [t for t in mine if t.row.region == region]
    unknown = [t for t in mine if t.row.region == "unknown"]
    value = sum(t.row.items for t in counted)
    extra = sum(t.row.items for t in unknown)
    note = f"{extra} more items concern users whose region is unknown" if extra else ""
    events = [t.sequence for t in counted + unknown]
    return cell(row, service).value(value, events, at_most=value + extra, note=note)
