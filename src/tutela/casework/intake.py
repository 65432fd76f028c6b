"""Takes items in: one outcome each, a case for what is flagged, a count for the rest.

One transaction records a group of items: events, projections, ledger and running counts together. Evidence is
written before the transaction commits, so a crash leaves at most evidence without a case, which `sweep` removes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tutela.casework.entries.clusters import ClusterWatch, Fired
from tutela.casework.entries.rules import EntryRules
from tutela.casework.evidence import (
    DetailsRecord,
    EvidenceVault,
    FoundRecord,
    IpEventRecord,
    ItemRecord,
    PartyRecord,
    StepRecord,
    bytes_name,
    record_name,
    repeat_name,
)
from tutela.casework.ports import Batch, IntakeUnit, LedgerLine, Transactions
from tutela.casework.pseudonyms import Pseudonyms, YearKeys
from tutela.content.item import Outcome, Provenance
from tutela.content.place import WHOLE
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.fingerprint import Orientation
from tutela.detection.fingerprints.video.tmk_kind import TmkPdqf
from tutela.detection.fingerprints.video.vpdq import Vpdq
from tutela.detection.matcher import Detection, Judgement
from tutela.events.catalogue.base import Layer, Operation, Payload, Region
from tutela.events.catalogue.intake import (
    CaseOpened,
    DetectionRecorded,
    IntakeRefused,
    ItemFlagged,
    ItemSeenAgain,
    ItemsTallied,
    TallyRow,
)
from tutela.events.envelope import SYSTEM, Clock, NewEvent, new_id
from tutela.regimes.eu_users import Party
from tutela.regimes.party_details import PartyDetails
from tutela.regimes.permission import OtherGround, Permit, Refusal, permission
from tutela.regimes.regime import RegimeTable
from tutela.regimes.services import Service, ServiceType

UNION_OFFSETS = (timedelta(hours=-4), timedelta(hours=4))
"""The Union's westernmost and easternmost clocks against UTC: Guadeloupe, Réunion."""

NOT_RECORDED = frozenset({Vpdq.KIND, TmkPdqf.KIND})
"""Kinds whose values are up to megabytes."""
LEDGER_DAYS = 30
"""How long an open batch may keep its ledger at most."""

_SAID: tuple[Operation, ...] = ("automated", "person", "not_stated")


class BatchClosed(RuntimeError):
    """The batch was closed, by another process or thread: open it again before you record in it."""


class Refused(PermissionError):
    """No regime or ground covers the items: nothing was read. The message is the reason for the operator."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An item after detection. `load` returns its bytes again; it is called only for what is flagged.

    A `planted` one gets a case of its own where it is flagged, and is counted nowhere.
    """

    identity: str
    provenance: Provenance
    fingerprinted: Fingerprinted
    judgement: Judgement
    permit: Permit
    load: Callable[[], bytes]
    planted: Literal["canary"] | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """How an item ended. `case` and `item` are given where it was flagged in this call.

    `already`: the ledger held it, and nothing was recorded again. `seen_again`: this account had sent this content
    before; it is counted as a repeat of that item.
    """

    identity: str
    outcome: Outcome
    reason: str
    case: str | None = None
    item: str | None = None
    already: bool = False
    seen_again: bool = False


class Intake:
    """The door by which items come in."""

    def __init__(
        self,
        transactions: Transactions,
        vault: EvidenceVault,
        years: YearKeys,
        ledger_key: bytes,
        regimes: RegimeTable,
        clock: Clock,
        other_ground: OtherGround | None = None,
        entry_rules: EntryRules | None = None,
    ) -> None:
        self._transactions = transactions
        self._vault = vault
        self._years = years
        self._ledger_key = ledger_key
        self._regimes = regimes
        self._clock = clock
        self._other_ground = other_ground
        self._entry_rules = entry_rules or EntryRules()

    def permit(self, service: Service, region: Region, actor: str = SYSTEM) -> Permit:
        """Return under what law items may be processed now; raises Refused, and records the refusal once a day."""
        now = self._clock()
        answer = permission(service, region, now.date(), self._regimes, self._other_ground)
        # It must be covered on every day that it is now somewhere in the Union, and not by the clock of UTC alone.
        for day in sorted({(now + offset).date() for offset in UNION_OFFSETS}):
            elsewhere = permission(service, region, day, self._regimes, self._other_ground)
            answer = elsewhere if isinstance(elsewhere, Refusal) else answer
        if isinstance(answer, Permit):
            return answer
        self._record_refusal(service, region, answer, now, actor)
        raise Refused(answer.reason)

    def _record_refusal(self, service: Service, region: Region, refusal: Refusal, now: datetime, actor: str) -> None:
        with self._transactions.intake() as unit:
            unit.lock("intake")
            if not unit.refusal_recorded(service.id, region, now.date()):
                payload = IntakeRefused(service=service.id, region=region, day=now.date(), reason=refusal.reason)
                unit.append([NewEvent(payload, service.id, now, actor)])

    def open_batch(self, service: Service, identity: str, *, daily: bool = False) -> Batch:
        """Return the batch with this identity: the interrupted one if there is one, or else a new one."""
        now = self._clock()
        keyed = self._keyed("batch", service.id, identity)
        with self._transactions.intake() as unit:
            unit.lock("intake")
            return unit.open_batch(Batch(new_id(now), keyed, service.id, now, daily))

    def already(self, batch: Batch, identities: Sequence[str]) -> dict[str, Outcome]:
        """Return how those items ended that this batch took in before."""
        keys = {self._item_key(batch, identity): identity for identity in identities}
        with self._transactions.intake() as unit:
            return {keys[key]: outcome for key, outcome in unit.ledger(batch.id, keys).items()}

    def record(self, batch: Batch, service: Service, items: Sequence[Taken], actor: str = SYSTEM) -> list[Recorded]:
        """Record a group of items in one transaction, each exactly once however often it is tried.

        Raises BatchClosed, with nothing recorded, if the batch is not open.
        """
        now = self._clock()
        keys = {item.identity: self._item_key(batch, item.identity) for item in items}
        own_keys = {item.identity: key for item in items if (key := self._content_key(batch, item)) is not None}
        with self._transactions.intake() as unit:
            unit.lock("intake")
            if not unit.is_open(batch.id):
                raise BatchClosed(f"batch {batch.id} was closed meanwhile")
            ledger = unit.ledger(batch.id, {*keys.values(), *own_keys.values()})
            watch = ClusterWatch(unit, self._entry_rules, now)
            run = _Run(unit, self._vault, Pseudonyms(self._years, now.year), service, now, actor, watch)
            recorded: list[Recorded] = []
            for item in items:
                # A match is known by its bytes too: other bytes under a used id are never lost to a platform's slip.
                own_key = own_keys.get(item.identity)
                if (own_key or keys[item.identity]) in ledger:
                    outcome = ledger[own_key or keys[item.identity]]
                    recorded.append(Recorded(item.identity, outcome, "", already=True))
                    continue
                one = run.take(item)
                for key in filter(None, (keys[item.identity], own_key)):
                    if key not in ledger:
                        ledger[key] = one.outcome
                        run.lines.append(LedgerLine(key, one.outcome))
                recorded.append(one)
            unit.append(run.events)
            unit.enter(batch.id, run.lines, run.counts())
        return recorded

    def close(self, batch: Batch, actor: str = SYSTEM) -> list[TallyRow]:
        """Close a batch: one tally event, and the ledger is gone. Returns the tally."""
        now = self._clock()
        with self._transactions.intake() as unit:
            unit.lock("intake")
            rows = unit.counts(batch.id)
            if rows:
                tally = ItemsTallied(batch=batch.id, rows=tuple(rows))
                unit.append([NewEvent(tally, batch.id, now, actor)])
            unit.close_batch(batch.id)
        return rows

    def close_overdue(self) -> list[Batch]:
        """Close the daily batches of past days, and those whose ledger is 30 days old; returns them."""
        now = self._clock()
        limit = now - timedelta(days=LEDGER_DAYS)
        with self._transactions.intake() as unit:
            overdue = [
                batch
                for batch in unit.open_batches()
                if batch.opened_at <= limit or (batch.daily and batch.opened_at.date() < now.date())
            ]
        for batch in overdue:
            self.close(batch)
        return overdue

    def _content_key(self, batch: Batch, item: Taken) -> str | None:
        upright = item.fingerprinted.upright("sha256")
        if item.judgement.outcome is not Outcome.MATCH or upright is None:
            return None
        return self._keyed("content", batch.identity, item.identity, upright.hex)

    def _item_key(self, batch: Batch, identity: str) -> str:
        return self._keyed("item", batch.identity, identity)

    def _keyed(self, *parts: str) -> str:
        return hmac.new(self._ledger_key, "\0".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class _Run:
    """The items of one transaction, on their way to events and counts."""

    def __init__(
        self,
        unit: IntakeUnit,
        vault: EvidenceVault,
        names: Pseudonyms,
        service: Service,
        now: datetime,
        actor: str,
        watch: ClusterWatch,
    ) -> None:
        self._unit = unit
        self._watch = watch
        self._vault = vault
        self._names = names
        self._service = service
        self._now = now
        self._actor = actor
        self._cases: dict[str, str] = {}
        self._contents: dict[tuple[str | None, str], tuple[str, str]] = {}
        self._counts: dict[tuple[str, str, Region, Outcome, tuple[str, ...]], list[int]] = defaultdict(
            lambda: [0, 0, 0]
        )
        self.events: list[NewEvent] = []
        self.lines: list[LedgerLine] = []

    def take(self, item: Taken) -> Recorded:
        """Return how an item ends, adding its events and counts."""
        outcome = item.judgement.outcome
        recorded = Recorded(item.identity, outcome, item.judgement.reason)
        if outcome is Outcome.MATCH:
            data = _loaded(item)
            upright = item.fingerprinted.upright("sha256")
            if data is None:
                recorded = Recorded(item.identity, Outcome.ERROR, "it could not be read again: scan it again")
            elif upright is None or hashlib.sha256(data).digest() != upright.value:
                recorded = Recorded(item.identity, Outcome.ERROR, "it changed while it was read: scan it again")
            else:
                recorded = self._flag(item, data, upright.value)
        if item.planted is not None:
            return recorded
        key = (
            item.permit.regime,
            item.fingerprinted.kind.value,
            item.provenance.region,
            recorded.outcome,
            item.judgement.technologies,
        )
        sums = self._counts[key]
        sums[0] += 1
        sums[1] += item.fingerprinted.size
        sums[2] += item.judgement.low_quality
        return recorded

    def counts(self) -> list[TallyRow]:
        """Return the counts of what was taken."""
        return [
            TallyRow(
                day=self._now.date(),
                service=self._service.id,
                regime=regime,
                kind=kind,
                region=region,
                outcome=outcome.value,
                technologies=technologies,
                items=sums[0],
                bytes=sums[1],
                low_quality=sums[2],
            )
            for (regime, kind, region, outcome, technologies), sums in self._counts.items()
        ]

    def _flag(self, item: Taken, data: bytes, sha256: bytes) -> Recorded:
        # What was judged a moment ago may have been suspended since: here it is known for certain.
        silent = self._unit.match_no_more({found.entry for found in item.judgement.detections})
        detections = [found for found in item.judgement.detections if found.entry not in silent]
        if not detections:
            return Recorded(item.identity, Outcome.CLEAN, "")
        sender = item.provenance.sender
        account = self._names.account(self._service.id, sender.account) if sender else None
        content = self._names.content(sha256)
        before = None if item.planted else self._seen(account, content)
        provenance = item.provenance
        recipients = self._recipients(provenance.recipients)
        operation = sender.operation if sender else "not_stated"
        recipients_unknown = sum(r.region == "unknown" for r in provenance.recipients)
        if before:
            case, known_item = before
            again = self._add(
                case,
                ItemSeenAgain(
                    item=known_item,
                    region=provenance.region,
                    recipients_eu=tuple(sorted(recipients)),
                    recipients_unknown=recipients_unknown,
                    sender_operation=operation,
                    recipients_automated=_operated_by(recipients, "automated"),
                    recipients_persons=_operated_by(recipients, "person"),
                ),
            )
            self._vault.put(
                case, repeat_name(known_item, again.id), self._record(item, detections).model_dump_json().encode()
            )
            return Recorded(item.identity, Outcome.MATCH, "", case, known_item, seen_again=True)
        layer: Layer = "known"
        item_id = new_id(self._now)
        if item.planted:
            case = self._open(account, layer, item.planted)
        else:
            case = self._case_of(account, layer)
            self._contents[account, content] = (case, item_id)
        self._vault.put(case, bytes_name(item_id), data)
        self._vault.put(case, record_name(item_id), self._record(item, detections).model_dump_json().encode())
        self._add(
            case,
            ItemFlagged(
                item=item_id,
                service=self._service.id,
                regime=item.permit.regime,
                kind=item.fingerprinted.kind.value,
                region=provenance.region,
                layer=layer,
                content=content,
                sender=account,
                sender_region=sender.region if sender else provenance.declared_region,
                recipients_eu=tuple(sorted(recipients)),
                recipients_unknown=recipients_unknown,
                sent_at=provenance.sent_at,
                sender_known=tuple(kind.value for kind in sender.details.known()) if sender and sender.details else (),
                sender_operation=operation,
                recipients_automated=_operated_by(recipients, "automated"),
                recipients_persons=_operated_by(recipients, "person"),
            ),
        )
        for found in _once_each(detections):
            self._add(
                case,
                DetectionRecorded(
                    detection=new_id(self._now),
                    item=item_id,
                    technology=found.technology,
                    version=found.version,
                    threshold=found.threshold,
                    hashlist=found.hashlist,
                    entry_id=found.entry,
                    distance=found.distance,
                    orientation=found.orientation.value,
                    computed=found.computed,
                    quality=found.quality,
                    classification=found.classification,
                ),
            )
        if item.planted is None:
            self.events += self._watch.joined(
                case, [Fired(found.entry, found.hashlist) for found in _once_each(detections)]
            )
        return Recorded(item.identity, Outcome.MATCH, "", case, item_id)

    def _seen(self, account: str | None, content: str) -> tuple[str, str] | None:
        own_files = self._service.type is ServiceType.OWN_FILES
        if account is None and not own_files:
            # Two senders who are not named may be two people.
            return None
        # Sending again what was confirmed is a new act; what was found harmless stays so, and finding one's own
        # file again is no act at all.
        return self._contents.get((account, content)) or self._unit.item_with_content(
            self._service.id, account, content, settled_too=own_files
        )

    def _case_of(self, account: str | None, layer: Layer) -> str:
        if account is not None:
            case = self._cases.get(account) or self._unit.awaiting_case(self._service.id, account)
            if case:
                self._cases[account] = case
                return case
        case = self._open(account, layer)
        if account is not None:
            self._cases[account] = case
        return case

    def _open(self, account: str | None, layer: Layer, planted: Literal["canary"] | None = None) -> str:
        case = new_id(self._now)
        self._add(case, CaseOpened(service=self._service.id, account=account, layer=layer, planted=planted))
        return case

    def _record(self, item: Taken, detections: Sequence[Detection]) -> ItemRecord:
        provenance = item.provenance
        upright = {
            f.kind: f.hex
            for f in item.fingerprinted.fingerprints
            # The long values of a clip are not said again: they are made of the bytes, which are kept.
            if f.orientation is Orientation.UPRIGHT and f.place == WHOLE and f.kind not in NOT_RECORDED
        }
        return ItemRecord(
            service=self._service.id,
            service_name=self._service.name,
            service_type=self._service.type,
            name=_writable(provenance.name),
            kind=item.fingerprinted.kind.value,
            size=item.fingerprinted.size,
            fingerprints=upright,
            sender=_party(provenance.sender) if provenance.sender else None,
            recipients=tuple(_party(r) for r in provenance.recipients),
            sent_at=provenance.sent_at,
            found_at=self._now,
            identity=_writable(item.identity),
            found=tuple(_found(one) for one in detections if one.place != WHOLE),
        )

    def _recipients(self, parties: Sequence[Party]) -> dict[str, Operation]:
        """Return the pseudonyms of those who are EU users, each with who acts by it; a program wins over a person."""
        found: dict[str, Operation] = {}
        for party in parties:
            if party.region == "eu":
                name = self._names.account(self._service.id, party.account)
                found[name] = min(party.operation, found.get(name, "not_stated"), key=_SAID.index)
        return found

    def _add(self, case: str, payload: Payload) -> NewEvent:
        event = NewEvent(payload, subject=case, occurred_at=self._now, actor=self._actor)
        self.events.append(event)
        return event


def _once_each(detections: Sequence[Detection]) -> Iterable[Detection]:
    """Return each entry once for each technology, where it is nearest: an item counts once, wherever in it and however
    often an entry is found."""
    nearest: dict[tuple[str, int], Detection] = {}
    for found in detections:
        before = nearest.setdefault((found.technology, found.entry), found)
        if found.distance < before.distance:
            nearest[found.technology, found.entry] = found
    return nearest.values()


def _found(found: Detection) -> FoundRecord:
    steps = tuple(StepRecord(within=s.within, name=_writable(s.name), number=s.number) for s in found.place.steps)
    return FoundRecord(
        technology=found.technology,
        hashlist=found.hashlist,
        entry=found.entry,
        steps=steps,
        seconds=found.place.seconds,
    )


def _loaded(item: Taken) -> bytes | None:
    try:
        return item.load()
    except OSError:
        return None


def _writable(text: str) -> str:
    """Return a text as UTF-8 can write it: what a file's name holds of other bytes appears as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _operated_by(accounts: Mapping[str, Operation], operation: Operation) -> tuple[str, ...]:
    return tuple(sorted(account for account, by in accounts.items() if by == operation))


def _party(party: Party) -> PartyRecord:
    return PartyRecord(
        account=_writable(party.account),
        country=party.country,
        basis=party.basis,
        details=_details(party.details) if party.details else None,
    )


def _details(told: PartyDetails) -> DetailsRecord:
    return DetailsRecord(
        first_name=_writable(told.first_name) if told.first_name else None,
        last_name=_writable(told.last_name) if told.last_name else None,
        emails=tuple(map(_writable, told.emails)),
        phones=tuple(map(_writable, told.phones)),
        screen_name=_writable(told.screen_name) if told.screen_name else None,
        display_names=tuple(map(_writable, told.display_names)),
        profile_urls=tuple(map(_writable, told.profile_urls)),
        ip_events=tuple(
            IpEventRecord(address=one.address, at=one.at, occasion=one.occasion, port=one.port)
            for one in told.ip_events
        ),
        devices=tuple((_writable(kind), _writable(value)) for kind, value in told.devices),
    )
