"""Carries each ordered report through its steps, once.

The order stands in the transaction of the decision (outbox). Each identifier is recorded before the next step, and
the record says `finishing` before the report is finished, so that after a crash at any instruction the recipient
alone is asked what became of the attempt: it is either withdrawn and begun again, or it was filed.

Workers hold a lease on a referral. One that outlives its lease finds its next record refused (the attempt is no
longer its own), and its report withdrawn: two workers never finish two reports.

Urgent reports go first, then the oldest. What is wrong with one report keeps no other waiting, and what is wrong with
one recipient keeps no report to another.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, suppress
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
    ReferralRetracted,
    ReferralWithdrawn,
    ReferredItem,
)
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.events.store import EventWriter
from tutela.referral.material import NothingToTell, ReportMaterial
from tutela.referral.pauses import Pauses
from tutela.referral.recipient import NotSetUp, Receipt, Recipient, RecipientError, Settled

_log = logging.getLogger("tutela.dispatcher")
LEASE = timedelta(minutes=10)
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
LONGEST_DELAY_OF_URGENT = timedelta(minutes=5)
MOST_FAILURES = 20
"""After so many failures, and after as many again once somebody looked, a report is a dead letter."""
DEADLINE = "deadline"
MARGIN = timedelta(minutes=5)
"""So long before its recipient would delete an unfinished report it is withdrawn and begun again."""


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
    urgent: bool = False
    target: str | None = None
    place: str | None = None
    """Where the attempt was opened that has the number; none before the first, no place in old records."""


class WrongNumber(RecipientError):
    """The recipient gave the number of another report."""

    def __init__(self, number: str) -> None:
        super().__init__("wrong-number", f"the recipient gave the number of another report, {number}", retry=True)
        self.number = number


class LeaseLost(RuntimeError):
    """Another worker has taken the referral over."""


class ReferralUnit(EventWriter, Protocol):
    """One transaction of the dispatcher."""

    def claim_next(self, holder: str, now: datetime, until: datetime, but: Collection[str] = ()) -> Referral | None:
        """Lease a referral that is due and that nobody holds: an urgent one first, else the longest-waiting.

        None of the recipients `but`, and none of one that refuses everything until somebody looked.
        """
        ...

    def number_of_another(self, referral: str, recipient: str, place: str, report_id: str) -> bool:
        """Return whether a recipient gave this number to another report before, at this place or who knows where."""
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

    `filed`, `failed` (tried again later), `stopped` (a person must look), `dropped` (nothing is left to tell) or
    `retracted` (a person gave it up).
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
        self._pauses = Pauses()

    def run_one(self) -> Dispatched | None:
        """Carry one due referral as far as it goes; returns None where none is due.

        Whatever is wrong with one report or one recipient is recorded on the report and keeps no other from being sent.
        What all need (NotSetUp, the database) is raised, and the referral given back.
        """
        now = self._clock()
        with self._transactions.referrals() as unit:
            referral = unit.claim_next(self._holder, now, now + LEASE, self._pauses.now(now))
        if referral is None:
            return None
        recipient = self._recipients.get(referral.recipient)
        if recipient is None:
            away = f"{referral.recipient} is not configured: [policy] recipients in tutela.toml, and its package"
            unknown = RecipientError("not-configured", away, retry=True, of_recipient=True)
            return self._failed(referral, referral.attempt, "recipient", unknown)
        return self._carry(referral, recipient)

    def run_due(self) -> list[Dispatched]:
        """Carry every referral that is due now."""
        done: list[Dispatched] = []
        while (one := self.run_one()) is not None:
            done.append(one)
        return done

    def _carry(self, referral: Referral, recipient: Recipient) -> Dispatched:
        attempt = _Attempt(referral, recipient, self._clock)
        try:
            _require_same_place(referral, recipient)
            if referral.state == "retracting":
                return self._retracted(attempt)
            if referral.report_id is not None and referral.state in ("open", "finishing"):
                if recipient.settle(referral.report_id) is Settled.FILED:
                    if referral.state != "finishing":
                        raise RecipientError("filed-unasked", "the recipient filed what we never finished", retry=False)
                    return self._filed(referral, attempt.number, referral.report_id, None)
                self._withdrawn(attempt, "interrupted")
            attempt.begin()
            try:
                material = self._material(referral.id)
            except NothingToTell as nothing:
                return self._dropped(referral, str(nothing))
            return self._sent(attempt, material)
        except RecipientError as error:
            if attempt.open and (error.code == DEADLINE or not _again(referral, error)):
                self._try_to_withdraw(attempt, error.code)
            return self._failed(referral, attempt.number, attempt.step, error)
        except LeaseLost as error:
            return Dispatched(referral.id, referral.case, "failed", referral.report_id, str(error))
        except NotSetUp:
            self._give_back(referral)
            raise
        except Exception as error:  # noqa: BLE001 - what one report raises must not keep the others
            return self._unforeseen(attempt, error)

    def _sent(self, attempt: _Attempt, material: ReportMaterial) -> Dispatched:
        referral, recipient = attempt.referral, attempt.recipient
        report_id = recipient.open(material)
        self._opened(attempt, material, report_id)
        file_ids = []
        for file in material.items:
            attempt.to("upload")
            file_id = recipient.upload(report_id, file)
            file_ids.append(file_id)
            self._record(referral, ReferralFileUploaded(
                referral=referral.id, attempt=attempt.number, item=file.item, file_id=file_id
            ))  # fmt: skip
            attempt.to("describe")
            recipient.describe(report_id, file_id, file)
            self._record(referral, ReferralFileDescribed(
                referral=referral.id, attempt=attempt.number, item=file.item
            ))  # fmt: skip
        attempt.to("finish")
        self._finishing(attempt, material)
        receipt = recipient.finish(report_id)
        if receipt.report_id != report_id or sorted(receipt.file_ids) != sorted(file_ids):
            raise RecipientError("wrong-receipt", "the receipt names another report or other files", retry=False)
        return self._filed(referral, attempt.number, report_id, receipt)

    def _opened(self, attempt: _Attempt, material: ReportMaterial, report_id: str) -> None:
        try:
            self._record_opened(attempt, material, report_id)
        except LeaseLost:
            # Another worker has the report, and knows nothing of this number; nobody else could withdraw it.
            with suppress(RecipientError):
                attempt.recipient.settle(report_id)
            raise
        attempt.report_id, attempt.open = report_id, True

    def _record_opened(self, attempt: _Attempt, material: ReportMaterial, report_id: str) -> None:
        referral, recipient, now = attempt.referral, attempt.recipient, self._clock()
        with self._transactions.referrals() as unit:
            if unit.number_of_another(referral.id, referral.recipient, recipient.place, report_id):
                # Whose report that is, this one must not touch. What was opened for this one, if anything, lapses.
                raise WrongNumber(report_id)
            unit.require_lease(referral.id, self._holder, now, now + LEASE)
            payload = ReferralOpened(
                referral=referral.id,
                attempt=attempt.number,
                report_id=report_id,
                target=recipient.target,
                place=recipient.place,
                items=tuple(ReferredItem(item=file.item, verdict=file.verdict) for file in material.items),
                withdrawn=tuple(one.item for one in material.withdrawn),
            )
            unit.append([NewEvent(payload, referral.case, now, SYSTEM)])

    def _withdrawn(self, attempt: _Attempt, reason: str) -> None:
        referral = attempt.referral
        self._record(referral, ReferralWithdrawn(referral=referral.id, attempt=attempt.number, reason=reason))
        attempt.open = False

    def _try_to_withdraw(self, attempt: _Attempt, reason: str) -> None:
        """Leave no half report with the recipient for as long as nobody looks; it deletes it at last in any case."""
        try:
            if attempt.report_id is not None and attempt.recipient.settle(attempt.report_id) is Settled.GONE:
                self._withdrawn(attempt, reason)
        except (RecipientError, LeaseLost) as error:
            _log.info("referral %s: a stopped attempt stays open (%s)", attempt.referral.id, type(error).__name__)

    def _retracted(self, attempt: _Attempt) -> Dispatched:
        """Carry out that a person gave the report up. It ends as filed where its recipient had it by then."""
        referral = attempt.referral
        attempt.step = "retract"
        if referral.report_id is not None and attempt.recipient.settle(referral.report_id) is Settled.FILED:
            return self._filed(referral, attempt.number, referral.report_id, None)
        now = self._clock()
        with self._transactions.referrals() as unit:
            unit.require_lease(referral.id, self._holder, now, now + LEASE)
            unit.append([NewEvent(ReferralRetracted(referral=referral.id), referral.case, now, SYSTEM)])
            unit.release(referral.id, self._holder)
        return Dispatched(referral.id, referral.case, "retracted", referral.report_id, "")

    def _unforeseen(self, attempt: _Attempt, error: Exception) -> Dispatched:
        """Let a report that this program fails on wait, so that those behind it go on."""
        referral, kind = attempt.referral, type(error).__name__
        # The message may hold what belongs to the case.
        _log.error("referral %s failed at %s: %s", referral.id, attempt.step, kind)
        try:
            internal = RecipientError("internal", kind, retry=True)
            return self._failed(referral, attempt.number, attempt.step, internal)
        except Exception:  # noqa: BLE001 - raised again below
            # Nothing can be recorded: the database, then, and not this report.
            self._give_back(referral)
            raise error from None

    def _give_back(self, referral: Referral) -> None:
        with self._transactions.referrals() as unit:
            unit.release(referral.id, self._holder)

    def _record(self, referral: Referral, payload: Payload) -> None:
        now = self._clock()
        with self._transactions.referrals() as unit:
            unit.require_lease(referral.id, self._holder, now, now + LEASE)
            unit.append([NewEvent(payload, referral.case, now, SYSTEM)])

    def _finishing(self, attempt: _Attempt, material: ReportMaterial) -> None:
        now, referral = self._clock(), attempt.referral
        states = frozenset(file.item for file in material.items)
        withdraws = frozenset(one.item for one in material.withdrawn)
        with self._transactions.referrals() as unit:
            if unit.says(referral.id) != (states, withdraws):
                # Somebody decided anew meanwhile: what is not true any more is not filed.
                raise RecipientError("changed", "the case was decided anew; the report begins again", retry=True)
            unit.require_lease(referral.id, self._holder, now, now + LEASE)
            payload = ReferralFinishing(referral=referral.id, attempt=attempt.number)
            unit.append([NewEvent(payload, referral.case, now)])
        attempt.open = False

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
        self._pauses.answered(referral.recipient)
        with self._transactions.referrals() as unit:
            unit.says(referral.id)  # its case is locked before anything else, as where cases are decided
            unit.require_lease(referral.id, self._holder, now, now + LEASE)
            unit.append([NewEvent(payload, referral.case, now, SYSTEM)])
            unit.append(unit.corrections(referral.id, now))
            unit.release(referral.id, self._holder)
        return Dispatched(referral.id, referral.case, "filed", report_id, "")

    def _failed(self, referral: Referral, attempt: int, step: str, error: RecipientError) -> Dispatched:
        now = self._clock()
        if error.of_recipient:
            self._pauses.failed(referral.recipient, now)
        else:
            self._pauses.answered(referral.recipient)
        retry = _again(referral, error)
        longest = LONGEST_DELAY_OF_URGENT if referral.urgent else LONGEST_DELAY
        delay = min(FIRST_DELAY * 2 ** min(referral.failures, 20), longest)
        try:
            with self._transactions.referrals() as unit:
                unit.require_lease(referral.id, self._holder, now, now + delay)
                payload = ReferralFailed(
                    referral=referral.id,
                    attempt=attempt,
                    step=step,
                    code=error.code,
                    retry=retry,
                    of_recipient=error.of_recipient,
                    number=error.number if isinstance(error, WrongNumber) else None,
                )
                unit.append([NewEvent(payload, referral.case, now, SYSTEM)])
                if retry:
                    unit.postpone(referral.id, self._holder, now + delay)
                else:
                    unit.release(referral.id, self._holder)
        except LeaseLost as lost:
            return Dispatched(referral.id, referral.case, "failed", referral.report_id, str(lost))
        result = "failed" if retry else "stopped"
        return Dispatched(referral.id, referral.case, result, referral.report_id, f"{step}: {error.code}: {error}")


def _require_same_place(referral: Referral, recipient: Recipient) -> None:
    # The number is of the system that gave it: another one would withdraw, or confirm, what is not ours.
    if referral.report_id is None or referral.state not in ("open", "finishing", "retracting"):
        return
    begun, configured = (referral.target, referral.place), (recipient.target, recipient.place)
    if any(old not in (None, new) for old, new in zip(begun, configured, strict=True)):
        raise RecipientError(
            "opened-elsewhere",
            f"it was begun at {_named(*begun)}, and {_named(*configured)} is configured now: "
            "put the configuration back until it has come to its end",
            retry=False,
        )


def _named(target: str | None, place: str | None) -> str:
    return f"the {target} target" + (f" ({place})" if place else "")


def _again(referral: Referral, error: RecipientError) -> bool:
    # What a person gave up is withdrawn whatever it takes: nobody would look at it again.
    worn = (referral.failures + 1) % MOST_FAILURES == 0 and not error.of_recipient
    return (error.retry and not worn) or referral.state == "retracting"


class _Attempt:
    """One attempt at a report. `open`: the recipient has a number for it, and was not asked to finish it.

    `number` is that of the attempt before as long as it is not begun.
    """

    def __init__(self, referral: Referral, recipient: Recipient, clock: Clock) -> None:
        self.referral = referral
        self.recipient = recipient
        self.number = referral.attempt
        self.step = "settle"
        self.report_id: str | None = None
        self.open = False
        self._clock = clock
        self._begun = self._changed = clock()

    def begin(self) -> None:
        """Begin; what the recipient does with it happens from now on."""
        self.number += 1
        self.step = "open"
        self._begun = self._changed = self._clock()

    def to(self, step: str) -> None:
        """Go on to a step, or raise RecipientError where the report would be deleted before it is finished."""
        now, lapses = self._clock(), self.recipient.lapses(self._begun, self._changed)
        if lapses is not None and now > lapses - MARGIN:
            raise RecipientError(DEADLINE, f"not finished in time at {self.step}; begun again", retry=True)
        self.step, self._changed = step, now
