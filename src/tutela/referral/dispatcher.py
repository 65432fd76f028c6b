"""Carries each ordered report through its steps, once.

The order stands in the transaction of the decision (outbox). Each identifier is recorded before the next step, and
the record says `finishing` before the report is finished, so that after a crash at any instruction the recipient
alone is asked what became of the attempt: it is either withdrawn and begun again, or it was filed.

Workers hold a lease on a referral. One that outlives its lease finds its next record refused (the attempt is no
longer its own), and its report withdrawn: two workers never finish two reports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.referral import (
    ReferralDropped,
    ReferralFailed,
    ReferralFiled,
    ReferralFileDescribed,
    ReferralFileUploaded,
    ReferralFinishing,
    ReferralOpened,
    ReferralWithdrawn,
    ReferredItem,
)
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.events.store import EventWriter
from tutela.referral.material import NothingToTell, ReportMaterial
from tutela.referral.recipient import Receipt, Recipient, RecipientError, Settled

LEASE = timedelta(minutes=10)
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral as the record has it. `state` is one of `states.ReferralState`."""

    id: str
    case: str
    recipient: str
    state: str
    attempt: int
    report_id: str | None
    failures: int


class LeaseLost(RuntimeError):
    """Another worker has taken the referral over."""


class ReferralUnit(EventWriter, Protocol):
    """One transaction of the dispatcher."""

    def claim_next(self, holder: str, now: datetime, until: datetime) -> Referral | None:
        """Lease the longest-waiting referral that is due and that nobody holds."""
        ...

    def require_lease(self, referral: str, holder: str, now: datetime, until: datetime) -> None:
        """Renew the lease; raises LeaseLost if it is no longer this holder's."""
        ...

    def postpone(self, referral: str, holder: str, until: datetime) -> None:
        """Keep everybody from the referral until a time."""
        ...

    def release(self, referral: str, holder: str) -> None:
        """Give the lease back."""
        ...

    def says(self, referral: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the items that the report says and withdraws by the present verdicts; locks its case until the end."""
        ...

    def corrections(self, referral: str, now: datetime) -> list[NewEvent]:
        """Return the supplement that is due if the case was decided anew while the report, now filed, was under way."""
        ...


class ReferralTransactions(Protocol):
    """Begins transactions of the dispatcher."""

    def referrals(self) -> AbstractContextManager[ReferralUnit]:
        """Begin one."""
        ...


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What became of one referral.

    `filed`, `failed` (tried again later), `stopped` (a person must look) or `dropped` (nothing is left to tell).
    """

    referral: str
    case: str
    result: str
    report_id: str | None
    detail: str


class Dispatcher:
    """One worker. `holder` is its own name, unique among workers."""

    def __init__(
        self,
        transactions: ReferralTransactions,
        recipients: Mapping[str, Recipient],
        material: Callable[[str], ReportMaterial],
        clock: Clock,
        holder: str,
    ) -> None:
        self._transactions = transactions
        self._recipients = recipients
        self._material = material
        self._clock = clock
        self._holder = holder

    def run_one(self) -> Dispatched | None:
        """Carry one due referral as far as it goes; returns None where none is due.

        Whatever is wrong with one report is recorded on it and keeps no other from being sent. What else goes wrong
        (configuration, database) is raised, and the referral given back.
        """
        now = self._clock()
        with self._transactions.referrals() as unit:
            referral = unit.claim_next(self._holder, now, now + LEASE)
        if referral is None:
            return None
        recipient = self._recipients.get(referral.recipient)
        if recipient is None:
            return self._failed(
                referral,
                referral.attempt,
                "recipient",
                RecipientError("not-configured", f"{referral.recipient} is not configured", retry=True),
            )
        return self._carry(referral, recipient)

    def run_due(self) -> list[Dispatched]:
        """Carry every referral that is due now."""
        done: list[Dispatched] = []
        while (one := self.run_one()) is not None:
            done.append(one)
        return done

    def _carry(self, referral: Referral, recipient: Recipient) -> Dispatched:
        step, attempt = "settle", referral.attempt
        try:
            if referral.report_id is not None and referral.state in ("open", "finishing"):
                if recipient.settle(referral.report_id) is Settled.FILED:
                    if referral.state != "finishing":
                        raise RecipientError("filed-unasked", "the recipient filed what we never finished", retry=False)
                    return self._filed(referral, attempt, referral.report_id, None)
                self._record(referral, ReferralWithdrawn(
                    referral=referral.id, attempt=attempt, reason="interrupted"
                ))  # fmt: skip
            step, attempt = "open", attempt + 1
            try:
                material = self._material(referral.id)
            except NothingToTell as nothing:
                return self._dropped(referral, str(nothing))
            report_id = recipient.open(material)
            self._record(referral, ReferralOpened(
                referral=referral.id, attempt=attempt, report_id=report_id, target=recipient.target,
                items=tuple(ReferredItem(item=file.item, verdict=file.verdict) for file in material.items),
                withdrawn=tuple(one.item for one in material.withdrawn),
            ))  # fmt: skip
            file_ids = []
            for file in material.items:
                step = "upload"
                file_id = recipient.upload(report_id, file)
                file_ids.append(file_id)
                self._record(referral, ReferralFileUploaded(
                    referral=referral.id, attempt=attempt, item=file.item, file_id=file_id
                ))  # fmt: skip
                step = "describe"
                recipient.describe(report_id, file_id, file)
                self._record(referral, ReferralFileDescribed(
                    referral=referral.id, attempt=attempt, item=file.item
                ))  # fmt: skip
            step = "finish"
            self._finishing(referral, attempt, material)
            receipt = recipient.finish(report_id)
            if receipt.report_id != report_id or sorted(receipt.file_ids) != sorted(file_ids):
                raise RecipientError("wrong-receipt", "the receipt names another report or other files", retry=False)
            return self._filed(referral, attempt, report_id, receipt)
        except RecipientError as error:
            return self._failed(referral, attempt, step, error)
        except LeaseLost as error:
            return Dispatched(referral.id, referral.case, "failed", referral.report_id, str(error))
        except Exception:
            # Not of this report: the configuration or the database. It is due again as soon as that is mended.
            with self._transactions.referrals() as unit:
                unit.release(referral.id, self._holder)
            raise

    def _record(self, referral: Referral, payload: Payload) -> None:
        now = self._clock()
        with self._transactions.referrals() as unit:
            unit.require_lease(referral.id, self._holder, now, now + LEASE)
            unit.append([NewEvent(payload, referral.case, now, SYSTEM)])

    def _finishing(self, referral: Referral, attempt: int, material: ReportMaterial) -> None:
        now = self._clock()
        states = frozenset(file.item for file in material.items)
        withdraws = frozenset(one.item for one in material.withdrawn)
        with self._transactions.referrals() as unit:
            if unit.says(referral.id) != (states, withdraws):
                # Somebody decided anew meanwhile: what is not true any more is not filed.
                raise RecipientError("changed", "the case was decided anew; the report begins again", retry=True)
            unit.require_lease(referral.id, self._holder, now, now + LEASE)
            unit.append([NewEvent(ReferralFinishing(referral=referral.id, attempt=attempt), referral.case, now)])

    def _dropped(self, referral: Referral, detail: str) -> Dispatched:
        now = self._clock()
        with self._transactions.referrals() as unit:
            if any(unit.says(referral.id)):
                raise RecipientError("changed", "the case was decided anew; the report begins again", retry=True)
            unit.require_lease(referral.id, self._holder, now, now + LEASE)
            unit.append([NewEvent(ReferralDropped(referral=referral.id), referral.case, now)])
            unit.release(referral.id, self._holder)
        return Dispatched(referral.id, referral.case, "dropped", None, detail)

    def _filed(self, referral: Referral, attempt: int, report_id: str, receipt: Receipt | None) -> Dispatched:
        now = self._clock()
        payload = ReferralFiled(
            referral=referral.id,
            attempt=attempt,
            report_id=report_id,
            files=None if receipt is None else len(receipt.file_ids),
            confirmed_by="retract" if receipt is None else "finish",
        )
        with self._transactions.referrals() as unit:
            unit.says(referral.id)  # its case is locked before anything else, as where cases are decided
            unit.require_lease(referral.id, self._holder, now, now + LEASE)
            unit.append([NewEvent(payload, referral.case, now, SYSTEM)])
            unit.append(unit.corrections(referral.id, now))
            unit.release(referral.id, self._holder)
        return Dispatched(referral.id, referral.case, "filed", report_id, "")

    def _failed(self, referral: Referral, attempt: int, step: str, error: RecipientError) -> Dispatched:
        now = self._clock()
        delay = min(FIRST_DELAY * 2 ** min(referral.failures, 20), LONGEST_DELAY)
        try:
            with self._transactions.referrals() as unit:
                unit.require_lease(referral.id, self._holder, now, now + delay)
                payload = ReferralFailed(
                    referral=referral.id, attempt=attempt, step=step, code=error.code, retry=error.retry
                )
                unit.append([NewEvent(payload, referral.case, now, SYSTEM)])
                if error.retry:
                    unit.postpone(referral.id, self._holder, now + delay)
                else:
                    unit.release(referral.id, self._holder)
        except LeaseLost as lost:
            return Dispatched(referral.id, referral.case, "failed", referral.report_id, str(lost))
        result = "failed" if error.retry else "stopped"
        return Dispatched(referral.id, referral.case, result, referral.report_id, f"{step}: {error.code}: {error}")
