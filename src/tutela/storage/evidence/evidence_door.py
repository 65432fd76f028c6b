"""The one door by which evidence is read, other than by a look at a picture: each read goes on record first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutela.casework.evidence import EvidenceVault, owner_of
from tutela.events.catalogue.retention import EvidenceRead, ReadPurpose
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog

_OF_EVENTS = (".remark", ".hold", ".order", ".renewal", ".answer")
"""What is kept with an event and is of no item."""


class EvidenceDoor:
    """Opens the evidence of a case for a purpose."""

    def __init__(self, database: Database, vault: EvidenceVault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def open(
        self, case: str, names: Sequence[str], purpose: ReadPurpose, actor: str = SYSTEM
    ) -> Callable[[str], bytes]:
        """Record that these names are read, in one event however many they are; return what reads them.

        The reader raises EvidenceGone, BrokenEvidence and BrokenKey as the vault does, and ValueError for a name that
        was not asked for: what is read is what is on record.
        """
        asked = frozenset(names)
        # A name is `ITEM.kind`, `EVENT.kind` or `ITEM.EVENT.kind`: its first part is the item where there is one.
        items = tuple(sorted({name.split(".", 1)[0] for name in asked if not name.endswith(_OF_EVENTS)}))
        with self._database.write() as connection:
            payload = EvidenceRead(purpose=purpose, names=len(asked), items=items)
            EventLog(connection, self._clock).append([NewEvent(payload, case, self._clock(), actor)])

        def read(name: str) -> bytes:
            if name not in asked:
                raise ValueError(f"{owner_of(name)} was not asked for")
            return self._vault.get(case, name)

        return read
