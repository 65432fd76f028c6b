"""Erasure: the key and the bytes of evidence whose clock has ended, with a certificate, whatever crashes meanwhile.

1. One transaction says that it begins, under the id of the certificate to be.
2. A draft of the certificate and the tombstone of the key are written, durably, in two folders.
3. The key is destroyed, then the bytes; both must be gone before it goes on.
4. The certificate is signed and kept in files; one transaction puts it on record.

Whatever was begun is taken up again where it stopped, by the next run. Tombstones and certificates in files outlive
the database: what an older copy of it, of the blobs or of the keys brings back is erased again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import Connection, select

from tutela.casework.certificates import commitment, signed
from tutela.casework.clocks import clock as clock_of
from tutela.casework.evidence import EvidenceGone, ItemRecord, record_name
from tutela.events.catalogue.retention import (
    ErasedItem,
    ErasureBegun,
    ErasureCertified,
    ErasureRepeated,
    EvidenceRead,
    HoldEnded,
)
from tutela.events.envelope import SYSTEM, Clock, NewEvent, new_id
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.evidence.blobs.s3 import StoreFails
from tutela.storage.evidence.case_facts import facts_of
from tutela.storage.evidence.certificate_files import CertificateFiles
from tutela.storage.evidence.keys import BrokenKey, KeyRing
from tutela.storage.evidence.shards import SHARDS
from tutela.storage.evidence.tombstones import Tombstone, Tombstones
from tutela.storage.evidence.vault import ORPHAN_SECONDS, BrokenEvidence, Vault
from tutela.storage.projections.retention import policy_of
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.retention import certificates, clocks, holds

_PART = 200
Found = Literal["key", "bytes", "record"]


class NotErased(RuntimeError):
    """Something of the evidence is still there; the erasure is taken up again by the next run."""


class Erasure:
    """Erases what is due, and what comes back."""

    def __init__(self, database: Database, clock: Clock, keys: KeyRing, vault: Vault, copy: Path) -> None:
        self._database = database
        self._clock = clock
        self._keys = keys
        self._vault = vault
        self._stones = (keys.tombstones, Tombstones(copy))
        self._files = (CertificateFiles(keys.folder / "erased"), CertificateFiles(copy))

    def run(self, limit: int | None = None) -> list[str]:
        """End holds whose time has come, finish what was begun, erase what is due; return the certificates' ids."""
        self.end_holds()
        made = [self._finish(case, certificate) for case, certificate in self._begun()]
        while limit is None or len(made) < limit:
            due = self._due(_PART if limit is None else min(_PART, limit - len(made)))
            begun = [(case, certificate) for case in due if (certificate := self._begin(case))]
            if not begun:
                return made
            made += [self._finish(case, certificate) for case, certificate in begun]
        return made

    def end_holds(self) -> int:
        """Put on record that holds ended; return how many."""
        now = self._clock()
        query = select(holds.c.id, holds.c.case_id).where(holds.c.state == "standing", holds.c.until <= now)
        with self._database.write() as connection:
            ended = connection.execute(query.with_for_update()).all()
            events = [NewEvent(HoldEnded(hold=hold), case, now) for hold, case in ended]
            EventLog(connection, self._clock).append(events)
        return len(ended)

    def follow_copies(self) -> list[str]:
        """Notice a database, or keys, of before an erasure; erase again what came back, and return its cases.

        It compares the ends of two lists, and asks the database for some thirty rows, where nothing came back.
        """
        first, second = self._stones
        lagging = min(first.last(), second.last())
        again: list[Tombstone] = []
        if first.last() != second.last():
            ahead, behind = (first, second) if first.last() > second.last() else (second, first)
            for stone in ahead.after(lagging):
                behind.add(stone.case, stone.key, stone.certificate, stone.at, n=stone.n)
                again.append(stone)
        if not all(self._is_known(stone) for stone in first.newest()):
            again = list(first.after(0))
        return [stone.case for stone in again if self._erase_again(stone)]

    def check(self, shards: Iterable[str] = SHARDS) -> list[str]:
        """Look for keys and bytes of erased cases that came back, in some of the 256 folders; erase them again."""
        again: list[str] = []
        for shard in shards:
            erased = set(self._stones[0].cases_in(shard))
            if not erased:
                continue
            for case in sorted(erased & {*self._keys.cases_in(shard), *self._vault.blobs.cases_in(shard)}):
                if self._check_one(case):
                    again.append(case)
        return again

    def forget(self, name: str, cause: str) -> None:
        """Destroy what is kept under a key of its own apart from cases; doing it again changes nothing.

        `cause` is the id of what it follows from. Like a case's, its key stays refused if it comes back. Raises
        NotErased.
        """
        try:
            key = self._keys.id_of_case(name)
        except BrokenKey:
            key = None
        if key is not None:
            at = self._clock().isoformat()
            stone = self._stones[0].add(name, key, cause, at)
            self._stones[1].add(name, key, cause, at, n=stone.n)
        self._vault.erase(name)
        if not self._vault.is_gone(name):
            raise NotErased(f"something that was kept of {name} is still there: run it again")

    def certificate(self, certificate: str) -> ErasureCertified | None:
        """Return a certificate from its file."""
        return next((found for files in self._files if (found := files.one(certificate))), None)

    def _check_one(self, case: str) -> bool:
        try:
            key = self._keys.id_of_case(case)
        except BrokenKey:
            return False  # it cannot be read; once it can, reading it meets the tombstone
        if key is not None and not self._stones[0].holds(case, key):
            return self._without_clock(case)
        found: list[Found] = [*(["key"] if key else []), "bytes"]  # type: ignore[list-item]
        self._vault.erase(case)
        self._say_repeated(case, tuple(found))
        return True

    def _without_clock(self, case: str) -> bool:
        """Erase what came to a case while it was erased, and has no clock of its own."""
        if self._keys.case_key_age(case, datetime.now().timestamp()) < ORPHAN_SECONDS:  # noqa: DTZ005 - age of a file
            return False
        with self._database.read() as connection:
            row = connection.execute(select(clocks).where(clocks.c.case_id == case)).one_or_none()
        if row is None or row.due_at is not None or row.erasing is not None:
            return False
        self._vault.erase(case)
        self._say_repeated(case, ("key", "bytes"))
        return True

    def _due(self, limit: int) -> list[str]:
        query = select(clocks.c.case_id).where(clocks.c.due_at <= self._clock())
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(clocks.c.due_at, clocks.c.case_id).limit(limit)).scalars())

    def _begun(self) -> list[tuple[str, str]]:
        query = select(clocks.c.case_id, clocks.c.erasing).where(clocks.c.erasing.is_not(None))
        with self._database.read() as connection:
            return [(row.case_id, row.erasing) for row in connection.execute(query.order_by(clocks.c.case_id))]

    def _begin(self, case: str) -> str | None:
        now = self._clock()
        with self._database.write() as connection:
            connection.execute(select(schema.cases.c.id).where(schema.cases.c.id == case).with_for_update())
            row = connection.execute(select(clocks).where(clocks.c.case_id == case)).one()
            if row.due_at is None or row.due_at > now:
                return None  # another process erases it, or its clock moved
            policy, table = policy_of(connection)
            ended = clock_of(facts_of(connection, [case])[case], table, policy)
            certificate = new_id(now)
            payload = ErasureBegun(
                certificate=certificate,
                rule=ended.rule,
                phase=ended.phase.value,
                start=ended.start,
                due=ended.due,
                cap=ended.cap,
                conflict=bool(ended.conflicts),
            )
            EventLog(connection, self._clock).append([NewEvent(payload, case, now)])
        return certificate

    def _finish(self, case: str, certificate: str) -> str:
        draft = next((found for files in self._files if (found := files.draft(certificate))), None)
        if draft is None:
            draft = self._draft(case, certificate)
            for files in self._files:
                files.write_draft(certificate, draft)
        at = self._clock().isoformat()
        stone = self._stones[0].add(case, draft["key"], certificate, at)
        self._stones[1].add(case, draft["key"], certificate, at, n=stone.n)
        self._vault.erase(case)
        if not self._vault.is_gone(case):
            raise NotErased(f"something of the evidence of case {case} is still there: run it again")
        final = self.certificate(certificate) or signed(draft, self._keys.signing(), self._clock())
        for files in self._files:
            files.write(final)
        with self._database.write() as connection:
            self._certify(connection, case, final)
        for files in self._files:
            files.forget_draft(certificate)
        return certificate

    def _certify(self, connection: Connection, case: str, final: ErasureCertified) -> None:
        connection.execute(select(schema.cases.c.id).where(schema.cases.c.id == case).with_for_update())
        there = select(certificates.c.id).where(certificates.c.id == final.certificate)
        if connection.execute(there).first() is None:
            EventLog(connection, self._clock).append([NewEvent(final, case, final.erased_at)])

    def _draft(self, case: str, certificate: str) -> dict[str, Any]:
        with self._database.read() as connection:
            begun = next(
                event.payload
                for event in EventLog(connection, self._clock).read(subject=case, types=[ErasureBegun.TYPE])
                if isinstance(event.payload, ErasureBegun) and event.payload.certificate == certificate
            )
            installation = connection.execute(select(schema.installation.c.id)).scalar_one()
            items = list(
                connection.execute(
                    select(schema.case_items.c.id)
                    .where(schema.case_items.c.case_id == case)
                    .order_by(schema.case_items.c.position)
                ).scalars()
            )
        sizes: dict[str, list[int]] = defaultdict(list)
        kinds: set[str] = set()
        for kept in self._vault.kept(case):
            kinds.add(kept.name.rsplit(".", 1)[-1])
            sizes[kept.name.split(".", 1)[0]].append(kept.size)
        self._say_read(case, [item for item in items if item in sizes])
        try:
            key = self._keys.id_of_case(case)
        except BrokenKey:
            key = None
        erased = tuple(
            ErasedItem(
                item=item,
                names=len(sizes[item]),
                bytes=sum(sizes[item]),
                commitment=self._commitment(case, certificate, item),
            )
            for item in items
            if item in sizes
        )
        return {
            **begun.model_dump(mode="json", exclude={"conflict"}),
            "installation": installation,
            "key": key,
            "items": [one.model_dump(mode="json") for one in erased],
            "kinds": sorted(kinds),
            "names": sum(len(found) for found in sizes.values()),
            "bytes": sum(sum(found) for found in sizes.values()),
        }

    def _commitment(self, case: str, certificate: str, item: str) -> str | None:
        # Erasure must not depend on being able to read: without its record there is no commitment to an item.
        try:
            record = ItemRecord.model_validate_json(self._vault.get(case, record_name(item)))
            digest = bytes.fromhex(record.fingerprints["sha256"])
        except (EvidenceGone, BrokenEvidence, BrokenKey, StoreFails, ValidationError, KeyError, ValueError):
            return None
        return commitment(self._keys.commitments(), certificate, item, digest)

    def _is_known(self, stone: Tombstone) -> bool:
        with self._database.read() as connection:
            known = select(certificates.c.id).where(certificates.c.id == stone.certificate)
            under_way = select(clocks.c.case_id).where(clocks.c.erasing == stone.certificate)
            has_case = select(schema.cases.c.id).where(schema.cases.c.id == stone.case)
            return (
                connection.execute(known).first() is not None
                or connection.execute(under_way).first() is not None
                or connection.execute(has_case).first() is None
            )

    def _erase_again(self, stone: Tombstone) -> bool:
        """Erase what an older copy brought back; return whether there was anything."""
        try:
            key = self._keys.id_of_case(stone.case)
        except BrokenKey:
            key = stone.key
        found: list[Found] = []
        if key is not None and key == stone.key:
            found.append("key")
        if (key is None or key == stone.key) and not self._vault.is_gone(stone.case):
            if "key" not in found:
                found.append("bytes")
            self._vault.erase(stone.case)
        final = self.certificate(stone.certificate)
        if final is not None and not self._is_known(stone):
            found.append("record")
            with self._database.write() as connection:
                begun = ErasureBegun(
                    **final.model_dump(include={"certificate", "rule", "phase", "start", "due", "cap"}), conflict=False
                )
                EventLog(connection, self._clock).append([NewEvent(begun, stone.case, final.erased_at)])
                self._certify(connection, stone.case, final)
        if found:
            self._say_repeated(stone.case, tuple(found))
        return bool(found)

    def _say_read(self, case: str, items: list[str]) -> None:
        payload = EvidenceRead(purpose="erasure", names=len(items), items=tuple(items))
        with self._database.write() as connection:
            EventLog(connection, self._clock).append([NewEvent(payload, case, self._clock(), SYSTEM)])

    def _say_repeated(self, case: str, found: tuple[Found, ...]) -> None:
        with self._database.write() as connection:
            there = connection.execute(select(schema.cases.c.id).where(schema.cases.c.id == case)).first()
            if there is not None:
                payload = ErasureRepeated(found=found)
                EventLog(connection, self._clock).append([NewEvent(payload, case, self._clock())])
