"""What people do with entries, and what follows from it by itself. Each step is one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from tutela.access.roles import Permission, Person
from tutela.casework import reopening
from tutela.casework.case import Case, CaseState, NotPossible
from tutela.casework.entries import standing
from tutela.casework.entries.ports import Correction, EntryTransactions, EntryUnit, Fingerprinter, Resting
from tutela.casework.entries.rules import EntryRules
from tutela.casework.entries.standing import EntryStanding, EntryState, subject_of
from tutela.casework.evidence import EvidenceVault, bytes_name
from tutela.detection.hashlists.hashlist import HashList, ListRole, NewEntry
from tutela.events.catalogue.entries import (
    EntryAdded,
    EntryCorrectionAdvanced,
    EntryDecisionsWithdrawn,
    EntryVerified,
    RestoreReason,
    SuspensionReason,
    WrongReason,
)
from tutela.events.envelope import SYSTEM, Clock, NewEvent

AT_A_TIME = 50
"""How many items of a wrong entry, or cases of a cluster, one transaction goes through."""
UpperBound = Callable[[int, int], float]
"""Returns the upper bound of a share: so many of so many."""


class EntryDesk:
    """Own entries, their verification, and the judgement of any entry."""

    def __init__(
        self,
        transactions: EntryTransactions,
        vault: EvidenceVault,
        fingerprints: Fingerprinter,
        upper_bound: UpperBound,
        rules: EntryRules,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._vault = vault
        self._fingerprints = fingerprints
        self._upper_bound = upper_bound
        self._rules = rules
        self._clock = clock

    def add(self, person: Person, case_id: str, item_id: str, list_id: str) -> list[int]:
        """Put a confirmed item on an own list, and return the numbers of its entries: one for each kind of value.

        They match once two people have verified them. Raises NotAllowed, UnknownList, NoSuchCase, NoSuchItem,
        EvidenceGone, and NotPossible where the item is not confirmed, on the list already, or has no value to list.
        """
        person.require(Permission.VERIFY_ENTRY)
        with self._transactions.entries(change_lists=False) as unit:
            _require_own(unit.hashlist(list_id))
            _require_confirmed(unit.case(case_id), item_id)
        values = self._fingerprints(self._vault.get(case_id, bytes_name(item_id)))
        if not values:
            raise NotPossible("no fingerprint that a list can keep can be made of this item")
        now = self._clock()
        with self._transactions.entries(change_lists=True) as unit:
            case = unit.case(case_id, lock=True)
            _require_confirmed(case, item_id)
            classification = case.item(item_id).classification
            put = {kind: unit.put(list_id, NewEntry(kind, value, classification)) for kind, value in values.items()}
            added = {kind: one.entry for kind, one in put.items() if one.is_new}
            if not added:
                raise NotPossible(
                    "%(list)s has it already: entry %(entry)s", list=list_id, entry=next(iter(put.values())).entry
                )
            viewed = self._rules.adder_verifies and unit.has_viewed(case_id, item_id, person.id)
            for kind, entry in added.items():
                payload = EntryAdded(entry_id=entry, hashlist=list_id, kind=kind, case=case_id, item=item_id)
                events = [NewEvent(payload, subject_of(entry), now, person.id)]
                if viewed:
                    made = EntryStanding(entry, list_id, EntryState.UNVERIFIED, added_by=person.id)
                    events += standing.verify(made, person.id, viewed=True, rules=self._rules, now=now)
                    unit.add_verifier(entry, person.id)
                unit.append(events)
        return list(added.values())

    def verify(self, person: Person, entry_id: int) -> bool:
        """Verify an own entry, with the others that were made of the same item; return whether they match now.

        Raises NotAllowed, UnknownEntry, NotPossible.
        """
        person.require(Permission.VERIFY_ENTRY)
        now = self._clock()
        with self._transactions.entries(change_lists=True) as unit:
            entry = unit.entry(entry_id)
            viewed = bool(entry.case and entry.item and unit.has_viewed(entry.case, entry.item, person.id))
            events = standing.verify(entry, person.id, viewed=viewed, rules=self._rules, now=now)
            for other in unit.of_same_item(entry):
                if other.id != entry.id and standing.may_verify(other, person.id, self._rules):
                    events += standing.verify(other, person.id, viewed=viewed, rules=self._rules, now=now)
            active = False
            for event in events:
                payload = event.payload
                assert isinstance(payload, EntryVerified)  # noqa: S101 - nothing else comes of a verification
                unit.add_verifier(payload.entry_id, person.id)
                if payload.active:
                    unit.hold_back(payload.entry_id, None)
                    active = True
            unit.append(events)
        return active

    def suspend(self, person: Person, entry_id: int, reason: SuspensionReason) -> None:
        """Keep an entry from matching until it is judged. Raises NotAllowed, UnknownEntry, NotPossible."""
        person.require(Permission.JUDGE_ENTRY)
        with self._transactions.entries(change_lists=True) as unit:
            events = standing.suspend(unit.entry(entry_id), reason, person=person.id, now=self._clock())
            unit.hold_back(entry_id, EntryState.SUSPENDED.held_back)
            unit.append(events)

    def restore(self, person: Person, entry_id: int, reason: RestoreReason) -> None:
        """Let a suspended or wrong entry match again. What was opened again is still decided anew.

        Raises NotAllowed, UnknownEntry, NotPossible.
        """
        person.require(Permission.JUDGE_ENTRY)
        with self._transactions.entries(change_lists=True) as unit:
            entry = unit.entry(entry_id)
            events = standing.restore(entry, reason, person=person.id, now=self._clock())
            unit.hold_back(entry_id, None if entry.is_verified else EntryState.UNVERIFIED.held_back)
            unit.append(events)

    def judge_wrong(self, person: Person, entry_id: int, reason: WrongReason) -> bool:
        """Find an entry wrong as a senior. Returns and raises what `found_wrong` does, and NotAllowed."""
        person.require(Permission.JUDGE_ENTRY)
        return self.found_wrong(entry_id, reason, None, person.id)

    def found_wrong(self, entry_id: int, reason: WrongReason, cause: str | None, actor: str) -> bool:
        """Mark an entry as wrong: it matches nothing from now on. Returns False if it was marked before.

        `cause` is the id of what showed it. What rested on it is put right by `advance`, which goes on after a crash.
        Raises UnknownEntry.
        """
        with self._transactions.entries(change_lists=True) as unit:
            # What is being taken in now is on record before this, or finds the entry marked.
            unit.lock("intake")
            events = standing.find_wrong(unit.entry(entry_id), reason, cause, actor=actor, now=self._clock())
            if events:
                unit.hold_back(entry_id, EntryState.WRONG.held_back)
                unit.append(events)
        return bool(events)

    def release_cluster(self, person: Person, entry_id: int) -> None:
        """Let the cases of a cluster go on; `advance` does it. Raises NotAllowed, UnknownEntry, NotPossible."""
        person.require(Permission.JUDGE_ENTRY)
        with self._transactions.entries(change_lists=False) as unit:
            unit.lock("intake")
            unit.append(standing.release_cluster(unit.entry(entry_id), person=person.id, now=self._clock()))

    def suspend_due(self, entries: Sequence[int] | None = None) -> list[int]:
        """Suspend what has come to lie under the precision that is asked for, among some entries or all; return it."""
        rules = self._rules
        with self._transactions.entries(change_lists=False) as unit:
            suspects = unit.suspects(rules.minimum_decisions, rules.minimum_precision, entries)
        suspended: list[int] = []
        for entry_id in suspects:
            with self._transactions.entries(change_lists=True) as unit:
                entry = unit.entry(entry_id)
                decisions = entry.fresh_confirmed + entry.fresh_rejected
                upper = self._upper_bound(entry.fresh_confirmed, decisions) if decisions else 1.0
                if events := standing.suspend_if_due(entry, upper, rules, self._clock()):
                    unit.hold_back(entry_id, EntryState.SUSPENDED.held_back)
                    unit.append(events)
                    suspended.append(entry_id)
        return suspended

    def advance(self) -> bool:
        """Go on with what follows from judgements, one bounded step; return whether there was something to do."""
        return self._correct() or self._release()

    def _correct(self) -> bool:
        with self._transactions.entries(change_lists=False) as unit:
            # One at a time: two would open the same cases.
            unit.lock("corrections")
            due = unit.correction()
            if due is None:
                return False
            # The intake locks several cases as well, where a cluster opens: the two never wait for each other.
            unit.lock("intake")
            resting = unit.resting(due.entry, due.after, AT_A_TIME)
            unit.append(self._correction_of(unit, due, resting))
        return True

    def _correction_of(self, unit: EntryUnit, due: Correction, resting: Sequence[Resting]) -> list[NewEvent]:
        undecided = harmless = kept = 0
        anew: dict[str, list[str]] = defaultdict(list)
        for one in resting:
            if one.planted:
                continue
            if one.decided_by_event is None:
                undecided += 1
            elif one.held_up or one.decided_by_event > due.event:
                kept += 1  # another entry says the same, or a person decided after the entry was found wrong
            else:
                anew[one.case].append(one.item)
        now = self._clock()
        events: list[NewEvent] = []
        items = cases = 0
        for case_id in sorted(anew):
            case = unit.case(case_id, lock=True)
            confirmed = [i for i in anew[case_id] if case.item(i).verdict in ("known", "new")]
            harmless += sum(case.item(i).verdict == "not" for i in anew[case_id])
            if not confirmed:
                continue
            items += len(confirmed)
            cases += 1
            events += _decided_anew(case, confirmed, due.entry, now)
        advanced = EntryCorrectionAdvanced(
            entry_id=due.entry,
            after=resting[-1].detection if resting else due.after,
            done=len(resting) < AT_A_TIME,
            cases=cases,
            items=items,
            undecided=undecided,
            harmless=harmless,
            kept=kept,
        )
        return [*events, NewEvent(advanced, subject_of(due.entry), now, SYSTEM)]

    def _release(self) -> bool:
        with self._transactions.entries(change_lists=False) as unit:
            unit.lock("corrections")
            cases = unit.releasable(AT_A_TIME)
            if cases:
                unit.lock("intake")
            now = self._clock()
            events: list[NewEvent] = []
            for case_id in sorted(cases):
                case = unit.case(case_id, lock=True)
                events += reopening.release(case, actor=SYSTEM, now=now)
                other = unit.cluster_behind(case_id)
                if other is not None:
                    events += reopening.hold(replace(case, state=CaseState.OPEN), other, actor=SYSTEM, now=now)
            unit.append(events)
        return bool(cases)


def _decided_anew(case: Case, items: list[str], entry: int, now: datetime) -> list[NewEvent]:
    if case.state in (CaseState.CONFIRMED, CaseState.DISMISSED, CaseState.REPORTED):
        return reopening.reopen(case, items, "entry_wrong", subject_of(entry), actor=SYSTEM, now=now)
    payload = EntryDecisionsWithdrawn(entry_id=entry, items=tuple(items))
    return [NewEvent(payload, case.id, now, SYSTEM)]


def _require_own(hashlist: HashList) -> None:
    if not hashlist.own or hashlist.role is not ListRole.MATCH:
        raise NotPossible(
            "%(list)s is not an own list: `tutela hashlist create NAME --own` makes one for confirmed material",
            list=hashlist.id,
        )


def _require_confirmed(case: Case, item_id: str) -> None:
    if case.planted is not None:
        raise NotPossible("the case was planted to prove the work: nothing of it is listed")
    if case.state not in (CaseState.CONFIRMED, CaseState.REPORTED):
        raise NotPossible("the case is %(state)s: only items of a confirmed case are listed", state=case.state)
    if case.item(item_id).verdict not in ("known", "new"):
        raise NotPossible("the item was not confirmed: it is not listed")
