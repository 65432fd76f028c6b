"""Gathers what the records hold for a report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import Connection, select

from tutela.casework.closing import Standing, statement
from tutela.casework.evidence import EvidenceGone, ItemRecord, bytes_name, record_name, repeat_name
from tutela.events.catalogue.casework import CaseReopened, ItemDecided
from tutela.events.catalogue.intake import ItemSeenAgain
from tutela.events.catalogue.redress import ActionCarriedOut
from tutela.events.catalogue.review import CaseMarkedUrgent, CaseUrgencyLifted
from tutela.referral.material import (
    FileMaterial,
    NothingToTell,
    Reporter,
    ReportMaterial,
    SuspensionMaterial,
    WithdrawnMaterial,
)
from tutela.referral.recipient import NotSetUp, RecipientError
from tutela.storage import schema
from tutela.storage.casework.standing import case_of, standing_of
from tutela.storage.database import Database
from tutela.storage.evidence.evidence_door import EvidenceDoor
from tutela.storage.evidence.keys import BrokenKey
from tutela.storage.evidence.vault import BrokenEvidence
from tutela.storage.rows import events_about
from tutela.storage.settings import BadSettings


class NoReporter(BadSettings, NotSetUp):
    """Nobody is named who reports."""


class MaterialSource:
    """Reads the record and the evidence of a referral."""

    def __init__(self, database: Database, door: EvidenceDoor, reporter: Reporter | None) -> None:
        self._database = database
        self._door = door
        self._reporter = reporter

    def __call__(self, referral_id: str) -> ReportMaterial:
        """Return the material of a referral by the verdicts as they are now.

        What is not confirmed any more is left out, and withdrawn where an earlier report said it. Raises BadSettings
        without a reporter, NothingToTell where nothing is left, and RecipientError: where all of it awaits a decision
        again, or, not to be tried again, where the evidence was erased or cannot be read: now, or when a file's bytes
        are loaded.
        """
        if self._reporter is None:
            raise NoReporter(
                "a report names who reports: set [reporter] organisation, first_name, last_name "
                "and email in tutela.toml"
            )
        referrals, items, services = schema.referrals, schema.case_items, schema.services
        with self._database.read_one_moment() as connection:
            row = connection.execute(
                select(referrals.c.case_id, referrals.c.recipient).where(referrals.c.id == referral_id)
            ).one()
            case_id = row.case_id
            case, standing = case_of(connection, case_id), standing_of(connection, case_id)
            said = statement(case, standing, row.recipient)
            of_case = connection.execute(
                select(
                    items.c.id, items.c.viewed, items.c.flagged_at, items.c.signs, items.c.urgent, items.c.legality
                ).where(items.c.case_id == case_id)
            )
            rows = {item.id: item for item in of_case}
            prior = self._prior(connection, standing, row.recipient)
            urgent = _urgent(connection, case_id)
            service = connection.execute(select(services.c.name).where(services.c.id == case.service)).scalar()
            actions, events = schema.actions, schema.events
            again = connection.execute(
                select(events.c.id, events.c.data)
                .where(events_about(case_id, ItemSeenAgain.TYPE))
                .order_by(events.c.sequence)
            ).all()
            suspended = connection.execute(
                select(actions.c.id).where(
                    actions.c.case_id == case_id,
                    actions.c.kind == "suspend_account",
                    actions.c.state == "carried_out",
                )
            ).scalar()
            suspended_at = None
            if suspended is not None:
                carried_out = connection.execute(
                    select(events.c.occurred_at, events.c.data).where(events_about(case_id, ActionCarriedOut.TYPE))
                )
                suspended_at = next((r.occurred_at for r in carried_out if r.data["action"] == suspended), None)
        if said.waits:
            raise RecipientError("undecided", "every item of this report awaits a decision again", retry=True)
        if not said.items and not said.withdrawn:
            raise NothingToTell("the items of this report were found to be no such material, or reported already")
        repeats = {
            item.id: [repeat_name(item.id, event.id) for event in again if event.data["item"] == item.id]
            for item in said.items
        }
        names = [name for item in said.items for name in (record_name(item.id), bytes_name(item.id), *repeats[item.id])]
        names += [record_name(item) for item in said.withdrawn]
        read = self._door.open(case_id, names, "report")
        return ReportMaterial(
            referral=referral_id,
            case=case_id,
            reporter=self._reporter,
            items=tuple(
                FileMaterial(
                    item=item.id,
                    record=_record(read, record_name(item.id)),
                    verdict="known" if item.verdict == "known" else "new",
                    classification=item.classification,
                    viewed=bool(rows[item.id].viewed),
                    load=lambda item=item.id: _evidence(read, bytes_name(item)),  # type: ignore[misc]
                    repeats=tuple(_record(read, name) for name in repeats[item.id]),
                    signs=frozenset(rows[item.id].signs or ()),
                    urgent=rows[item.id].urgent,
                    legality=tuple((one["jurisdiction"], one["status"]) for one in rows[item.id].legality or ()),
                )
                for item in said.items
            ),
            suspension=SuspensionMaterial(suspended_at) if suspended_at else None,
            prior=tuple(dict.fromkeys(report_id for report_id, _ in prior)),
            withdrawn=tuple(
                WithdrawnMaterial(
                    item=item,
                    report_id=report_id,
                    file_id=files[item],
                    flagged_at=rows[item].flagged_at,
                    service_name=service or case.service,
                    decided_at=case.item(item).decided_at,
                    record=_record_if_kept(read, record_name(item)),
                )
                for item in said.withdrawn
                for report_id, files in [next(one for one in reversed(prior) if item in one[1])]
            ),
            urgent=urgent,
        )

    @staticmethod
    def _prior(connection: Connection, standing: Standing, recipient: str) -> list[tuple[str, dict[str, str | None]]]:
        """Return the numbers of the reports that were filed, oldest first, each with its items and their files."""
        referrals, referred = schema.referrals, schema.referral_items
        found = []
        for report in standing.reports:
            if report.filed and report.recipient == recipient:
                number = connection.execute(select(referrals.c.report_id).where(referrals.c.id == report.id)).scalar()
                files = connection.execute(
                    select(referred.c.item_id, referred.c.file_id).where(
                        referred.c.referral_id == report.id, referred.c.stated, ~referred.c.withdrawn
                    )
                )
                found.append((str(number), {file.item_id: file.file_id for file in files}))
        return found


def _urgent(connection: Connection, case_id: str) -> tuple[datetime, ...]:
    """Return when people said that a child is in danger now, oldest first, as far as what they said still stands.

    A decision stands until its item is decided again or awaits that; a mark until a senior lifts it.
    """
    events, told_by = schema.events, (ItemDecided, CaseReopened, CaseMarkedUrgent, CaseUrgencyLifted)
    told = connection.execute(
        select(events.c.type, events.c.data, events.c.occurred_at)
        .where(events_about(case_id, *(payload.TYPE for payload in told_by)))
        .order_by(events.c.sequence)
    )
    marked: list[datetime] = []
    decided: dict[str, datetime] = {}
    for event in told:
        if event.type == CaseUrgencyLifted.TYPE:
            marked.clear()
            decided.clear()
        elif event.type == CaseMarkedUrgent.TYPE:
            marked.append(event.occurred_at)
        elif event.type == CaseReopened.TYPE:
            for item in event.data["items"]:
                decided.pop(item, None)
        else:
            decided.pop(event.data["item"], None)
            if event.data.get("urgent"):
                decided[event.data["item"]] = event.occurred_at
    return tuple(sorted([*marked, *decided.values()]))


def _record_if_kept(read: Callable[[str], bytes], name: str) -> ItemRecord | None:
    try:
        return ItemRecord.model_validate_json(read(name))
    except EvidenceGone:
        return None
    except (ValidationError, BrokenEvidence, BrokenKey) as error:
        raise RecipientError("evidence-broken", f"{name} cannot be read", retry=False) from error


def _record(read: Callable[[str], bytes], name: str) -> ItemRecord:
    try:
        return ItemRecord.model_validate_json(_evidence(read, name))
    except ValidationError as error:
        raise RecipientError("evidence-broken", f"{name} cannot be read", retry=False) from error


def _evidence(read: Callable[[str], bytes], name: str) -> bytes:
    try:
        return read(name)
    except EvidenceGone as error:
        raise RecipientError("evidence-gone", str(error), retry=False) from error
    except (BrokenEvidence, BrokenKey) as error:
        raise RecipientError("evidence-broken", str(error), retry=False) from error
