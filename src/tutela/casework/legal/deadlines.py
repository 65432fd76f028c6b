"""By when a request is answered, and how long what it covers is held. Pure.

Two periods, each on its safe side. A time to answer ends at the hour of receipt on the last day, which is never after
the end of that day, whatever the clocks of the zone do meanwhile. A time to preserve ends with the last day, since the
law asks for whole days. The day of receipt is not counted (Regulation (EEC, Euratom) No 1182/71, Article 3(1)); no
weekend or holiday makes a period longer.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

from tutela.casework.case import NotPossible
from tutela.events.obstacles import Phrase, Word
from tutela.regimes.legal_process import LegalKind

LAST = time(23, 59, 59)
LONGEST_PAST = timedelta(days=366)
"""How long ago a document may have been received that is entered now."""


def answer_by(kind: LegalKind, received: datetime, zone: tzinfo) -> datetime | None:
    """Return by when a document of this kind is answered, in UTC; none where the document itself must say."""
    if kind.answer_hours is not None:
        return received.astimezone(UTC) + timedelta(hours=kind.answer_hours)
    if kind.answer_days is None:
        return None
    local = received.astimezone(zone)
    day = local.date() + timedelta(days=kind.answer_days)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def end_of(moment: datetime, days: int, zone: tzinfo) -> datetime:
    """Return the last second of the day that lies so many days after a moment, in the zone; as a time in UTC."""
    day = moment.astimezone(zone).date() + timedelta(days=days)
    # Where the hour comes twice, the second one is the end of the day.
    return datetime.combine(day, LAST, zone).replace(fold=1).astimezone(UTC)


def due(kind: LegalKind, received: datetime, stated: datetime | None, zone: tzinfo) -> datetime:
    """Return by when a request is answered: as the law says, or sooner if its document does. Raises NotPossible."""
    lawful = answer_by(kind, received, zone)
    if stated is not None and stated < received:
        raise NotPossible("it is to be answered before it was received: look at the times again")
    if lawful is None and stated is None:
        raise NotPossible(
            "%(title)s: the law sets no time to answer; enter the one that the document states", title=_title(kind)
        )
    return min(one for one in (lawful, stated) if one is not None)


def held_until(kind: LegalKind, received: datetime, stated: datetime | None, zone: tzinfo) -> datetime | None:
    """Return how long what a request covers is held; none where nothing is.

    Raises NotPossible where the document must say how long and does not, or asks for more than the law lets it.
    """
    if kind.preserve_days is None:
        if stated is None and kind.does == "preserve":
            raise NotPossible("%(title)s: enter until when the document asks to preserve", title=_title(kind))
        return stated
    lawful = end_of(received, kind.preserve_days, zone)
    if stated is not None and stated > lawful:
        raise NotPossible(
            "%(title)s: at most %(days)s days from receipt, to %(day)s",
            title=_title(kind),
            days=kind.preserve_days,
            day=f"{lawful:%Y-%m-%d}",
        )
    return stated or lawful


def renewed_until(kind: LegalKind, until: datetime, renewals: int, stated: datetime | None, zone: tzinfo) -> datetime:
    """Return until when a hold stands that is prolonged once more, after so many times. Raises NotPossible."""
    if renewals >= kind.renewals:
        times = _never_or_so_often(kind.renewals)
        raise NotPossible(
            "%(title)s: it is prolonged %(times)s; the authority needs a new order", title=_title(kind), times=times
        )
    if kind.renewal_days is None:
        if stated is None:
            raise NotPossible("%(title)s: enter until when the document prolongs it", title=_title(kind))
        return stated
    lawful = end_of(until, kind.renewal_days, zone)
    if stated is not None and stated > lawful:
        raise NotPossible(
            "%(title)s: prolonged by at most %(days)s days, to %(day)s",
            title=_title(kind),
            days=kind.renewal_days,
            day=f"{lawful:%Y-%m-%d}",
        )
    return stated or lawful


def _title(kind: LegalKind) -> Word:
    return Word("legal_kind", kind.id, kind.title)


def _never_or_so_often(renewals: int) -> Phrase:
    match renewals:
        case 0:
            return Phrase("never")
        case 1:
            return Phrase("once")
        case _:
            return Phrase("%(n)s times", n=renewals)
