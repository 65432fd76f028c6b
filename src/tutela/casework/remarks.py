"""What people write with what they do: kept in the vault under the id of its event, and nowhere else."""

from __future__ import annotations

from tutela.access.roles import Person
from tutela.casework.case import NotPossible
from tutela.casework.evidence import EvidenceVault, RemarkRecord, remark_name
from tutela.casework.review import MAX_REMARKS
from tutela.events.envelope import NewEvent
from tutela.events.obstacles import Phrase


def checked(text: str) -> str:
    """Return what somebody wrote, without the space around it. Raises NotPossible if it is too long."""
    stripped = text.strip()
    if len(stripped) > MAX_REMARKS:
        raise NotPossible("remarks have at most %(n)s characters", n=str(MAX_REMARKS))
    return stripped


def required(text: str, why: Phrase) -> str:
    """Return what somebody wrote. Raises NotPossible, with `why`, if it is nothing."""
    stripped = checked(text)
    if not stripped:
        raise NotPossible(why)
    return stripped


def keep(vault: EvidenceVault, event: NewEvent, person: Person, text: str) -> None:
    """Put what a person wrote with an event of a case into the vault; nothing if they wrote nothing."""
    if text:
        record = RemarkRecord(person=person.id, at=event.occurred_at, text=text)
        vault.put(event.subject, remark_name(event.id), record.model_dump_json().encode())
