"""What the platform told of an account, gathered from every record that names it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from tutela.casework.evidence import DetailsRecord, IpEventRecord, ItemRecord
from tutela.referral.cybertipline.building.records import parties_of
from tutela.referral.cybertipline.schema import CaptureEvent, DeviceId, Email, IpCaptureEvent, Person, Phone, clean
from tutela.regimes.party_details import Occasion

_EVENTS: dict[Occasion, CaptureEvent] = {
    Occasion.LOGIN: CaptureEvent.LOGIN,
    Occasion.REGISTRATION: CaptureEvent.REGISTRATION,
    Occasion.PURCHASE: CaptureEvent.PURCHASE,
    Occasion.UPLOAD: CaptureEvent.UPLOAD,
    Occasion.OTHER: CaptureEvent.OTHER,
}
T = TypeVar("T")


def gathered(records: Iterable[ItemRecord]) -> Mapping[str, DetailsRecord]:
    """Return by account what records tell: of what there is one, the latest; of what there are several, each once."""
    told: dict[str, list[DetailsRecord]] = {}
    for record in records:
        for party in parties_of(record):
            if party.details is not None:
                told.setdefault(party.account, []).append(party.details)
    return {account: _joined(several) for account, several in told.items()}


def _joined(told: Sequence[DetailsRecord]) -> DetailsRecord:
    return DetailsRecord(
        first_name=_latest(one.first_name for one in told),
        last_name=_latest(one.last_name for one in told),
        emails=_each(one.emails for one in told),
        phones=_each(one.phones for one in told),
        screen_name=_latest(one.screen_name for one in told),
        display_names=_each(one.display_names for one in told),
        profile_urls=_each(one.profile_urls for one in told),
        ip_events=_each(one.ip_events for one in told),
        devices=_each(one.devices for one in told),
    )


def person_of(told: DetailsRecord) -> Person | None:
    """Return the person as far as a name, an email address or a telephone number is known."""
    if not (told.first_name or told.last_name or told.emails or told.phones):
        return None
    return Person(
        first_name=clean(told.first_name) if told.first_name else None,
        last_name=clean(told.last_name) if told.last_name else None,
        phone=tuple(Phone(value=clean(one)) for one in told.phones),
        email=tuple(Email(value=clean(one)) for one in told.emails),
    )


def traces_of(told: DetailsRecord | None) -> dict[str, Any]:
    """Return what the elements of a sender and of a recipient have in common of it."""
    if told is None:
        return {}
    return {
        "screen_name": clean(told.screen_name) if told.screen_name else None,
        "display_name": tuple(clean(one) for one in told.display_names),
        "profile_url": tuple(one for one in told.profile_urls if _is_url(one)),
        "ip_capture_event": tuple(_capture(one) for one in told.ip_events),
        "device_id": tuple(DeviceId(id_type=clean(kind), id_value=clean(value)) for kind, value in told.devices),
    }


def other_profiles(told: DetailsRecord | None) -> Sequence[str]:
    """Return addresses of profiles that the schema takes for none; they still stand in the words."""
    return [] if told is None else [clean(one) for one in told.profile_urls if not _is_url(one)]


def _capture(one: IpEventRecord) -> IpCaptureEvent:
    return IpCaptureEvent(
        ip_address=one.address,
        event_name=None if one.occasion is None else _EVENTS[one.occasion],
        date_time=one.at,
        port=one.port,
    )


def _is_url(text: str) -> bool:
    return clean(text) == text and not any(c.isspace() or ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in text)


def _latest(values: Iterable[str | None]) -> str | None:
    return next((one for one in reversed(list(values)) if one), None)


def _each(several: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(one for values in several for one in values))
