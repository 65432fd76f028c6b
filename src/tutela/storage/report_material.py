"""Gathers what the records hold for a report."""

from __future__ import annotations

from pydantic import ValidationError
from sqlalchemy import select

from tutela.casework.evidence import EvidenceGone, EvidenceVault, ItemRecord, bytes_name, record_name, repeat_name
from tutela.events.catalogue import ActionCarriedOut, ItemSeenAgain
from tutela.referral.material import FileMaterial, Reporter, ReportMaterial, SuspensionMaterial
from tutela.referral.recipient import RecipientError
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.keys import BrokenKey
from tutela.storage.settings import BadSettings
from tutela.storage.vault import BrokenEvidence


class MaterialSource:
    """Reads the record and the evidence of a referral."""

    def __init__(self, database: Database, vault: EvidenceVault, reporter: Reporter | None) -> None:
        self._database = database
        self._vault = vault
        self._reporter = reporter

    def __call__(self, referral_id: str) -> ReportMaterial:
        """Return the material of a referral.

        An item whose removal a complaint overturned is left out: the record no longer says that it was confirmed.
        Raises BadSettings without a reporter, and RecipientError, not to be tried again, where nothing is left, or
        the evidence was erased or cannot be read: now, or when a file's bytes are loaded.
        """
        if self._reporter is None:
            raise BadSettings(
                "a report names who reports: set [reporter] organisation, first_name, last_name "
                "and email in tutela.toml"
            )
        referrals, referred, items = schema.referrals, schema.referral_items, schema.case_items
        with self._database.read() as connection:
            case_id = connection.execute(select(referrals.c.case_id).where(referrals.c.id == referral_id)).scalar_one()
            rows = connection.execute(
                select(
                    referred.c.verdict.label("referred_as"),
                    items.c.id,
                    items.c.classification,
                    items.c.viewed,
                )
                .join(items, items.c.id == referred.c.item_id)
                .where(referred.c.referral_id == referral_id)
                .order_by(items.c.position)
            ).all()
            actions, complaints, events = schema.actions, schema.complaints, schema.events
            overturned = select(actions.c.item_id).join(complaints, complaints.c.action_id == actions.c.id)
            wrong = set(
                connection.execute(overturned.where(actions.c.case_id == case_id, complaints.c.upheld)).scalars()
            )
            rows = [row for row in rows if row.id not in wrong]
            again = connection.execute(
                select(events.c.id, events.c.data)
                .where(events.c.subject == case_id, events.c.type == ItemSeenAgain.TYPE)
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
                    select(events.c.occurred_at, events.c.data).where(
                        events.c.subject == case_id, events.c.type == ActionCarriedOut.TYPE
                    )
                )
                suspended_at = next((r.occurred_at for r in carried_out if r.data["action"] == suspended), None)
        if not rows:
            raise RecipientError("overturned", "complaints overturned every item of this report", retry=False)
        return ReportMaterial(
            referral=referral_id,
            case=case_id,
            reporter=self._reporter,
            items=tuple(
                FileMaterial(
                    item=row.id,
                    record=self._record(case_id, record_name(row.id)),
                    verdict=row.referred_as,
                    classification=row.classification,
                    viewed=bool(row.viewed),
                    load=lambda item=row.id: self._evidence(case_id, bytes_name(item)),  # type: ignore[misc]
                    repeats=tuple(
                        self._record(case_id, repeat_name(row.id, event.id))
                        for event in again
                        if event.data["item"] == row.id
                    ),
                )
                for row in rows
            ),
            suspension=SuspensionMaterial(suspended_at) if suspended_at else None,
        )

    def _record(self, case: str, name: str) -> ItemRecord:
        try:
            return ItemRecord.model_validate_json(self._evidence(case, name))
        except ValidationError as error:
            raise RecipientError("evidence-broken", f"{name} cannot be read", retry=False) from error

    def _evidence(self, case: str, name: str) -> bytes:
        try:
            return self._vault.get(case, name)
        except EvidenceGone as error:
            raise RecipientError("evidence-gone", str(error), retry=False) from error
        except (BrokenEvidence, BrokenKey) as error:
            raise RecipientError("evidence-broken", str(error), retry=False) from error
