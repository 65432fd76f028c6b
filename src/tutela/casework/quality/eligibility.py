"""Who may take a case: not whoever knows its answer, and, where the operator asks for it, only who is trained. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tutela.access.roles import NotAllowed, Permission, Person
from tutela.casework.case import NotPossible
from tutela.casework.queues import Lane, Queues
from tutela.events.catalogue.base import Layer
from tutela.events.catalogue.quality import TrainingRecorded, TrainingWithdrawn
from tutela.events.envelope import NewEvent, new_id
from tutela.events.obstacles import BadValue, Word

_COURSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class Untrained(NotAllowed):
    """The person has no valid training for the layer of a case."""


@dataclass(frozen=True, slots=True)
class Training:
    """A training of a person. It counts from its first to its last day (UTC); without a last day until withdrawn."""

    id: str
    person: str
    course: str
    layers: frozenset[Layer]
    valid_from: date
    valid_until: date | None
    withdrawn: bool = False

    def counts(self, layer: Layer, at: datetime) -> bool:
        """Return whether it allows work on a layer at a time."""
        late = self.valid_until is not None and at.date() > self.valid_until
        return layer in self.layers and not self.withdrawn and self.valid_from <= at.date() and not late


def may_review(
    person: str, layer: Layer, at: datetime, trainings: Iterable[Training], required: Collection[Layer]
) -> bool:
    """Return whether a person may get cases of a layer at a time: trained for it, or it needs no training."""
    return layer not in required or any(t.person == person and t.counts(layer, at) for t in trainings)


def offered_to(
    people: Sequence[Person],
    lane: Lane,
    queues: Queues,
    trainings: Callable[[str], Iterable[Training]],
    required: Collection[Layer],
    at: datetime,
) -> frozenset[str]:
    """Return who of those who decide takes cases of a lane in their daily work.

    Seniors are left out, whose work is what reviewers escalate, unless nobody else decides.
    """
    daily = [person for person in people if Permission.DECIDE_ESCALATED not in person.permissions] or people
    return frozenset(
        person.id
        for person in daily
        if queues.offers(lane, person) and may_review(person.id, lane.layer, at, trainings(person.id), required)
    )


def require_may_review(
    person: str,
    layer: Layer,
    at: datetime,
    trainings: Iterable[Training],
    required: Collection[Layer],
    excluded: Collection[str],
) -> None:
    """Raise Untrained or NotPossible for who may not take a case. Neither tells that it was planted.

    Who is untrained meets the same words in every case, so that is asked first.
    """
    if not may_review(person, layer, at, trainings, required):
        raise Untrained(
            "%(person)s has no valid training for %(layer)s: a senior records it under Quality",
            person=person,
            layer=Word("layer", layer),
        )
    if person in excluded:
        raise NotPossible("this case is for somebody else: take another one")


def record_training(
    by: Person,
    person: str,
    course: str,
    layers: Collection[Layer],
    valid_from: date,
    valid_until: date | None,
    now: datetime,
) -> NewEvent:
    """Return what is recorded when a person was trained. Raises NotAllowed, ValueError."""
    by.require(Permission.MANAGE_QUALITY)
    if by.id == person:
        raise NotAllowed("somebody else records your training")
    if not _COURSE.fullmatch(course):
        raise BadValue("a course is named by its code: 1 to 40 letters, digits, '.', '_' and '-'")
    if not layers:
        raise BadValue("name at least one layer that the training is for")
    if valid_until is not None and valid_until < valid_from:
        raise BadValue(
            "the last day, %(valid_until)s, lies before the first, %(valid_from)s",
            valid_until=str(valid_until),
            valid_from=str(valid_from),
        )
    payload = TrainingRecorded(
        training=new_id(now),
        person=person,
        course=course,
        layers=tuple(sorted(layers)),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return NewEvent(payload, person, now, by.id)


def withdraw_training(by: Person, training: Training, now: datetime) -> NewEvent:
    """Return what is recorded when a training counts no more. Raises NotAllowed, NotPossible."""
    by.require(Permission.MANAGE_QUALITY)
    if training.withdrawn:
        raise NotPossible("this training was withdrawn already")
    return NewEvent(TrainingWithdrawn(training=training.id), training.person, now, by.id)
