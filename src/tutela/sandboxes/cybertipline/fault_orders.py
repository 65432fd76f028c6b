"""Reads faults from JSON and shows them as JSON."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from tutela.sandboxes.cybertipline.faults import Body, Fault, Kind

_FIELDS = tuple(field.name for field in fields(Fault))
_Choice = TypeVar("_Choice", Kind, Body)


def _whole(order: Mapping[str, object], name: str) -> int | None:
    value = order.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise ValueError(f"{name} must be a whole number")


def _number(order: Mapping[str, object], name: str) -> float | None:
    value = order.get(name)
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueError(f"{name} must be a number")


def _choice(order: Mapping[str, object], name: str, choices: type[_Choice], default: _Choice | None) -> _Choice:
    value: Any = order.get(name, default)
    try:
        return choices(value)
    except ValueError:
        raise ValueError(f"{name} must be one of {[choice.value for choice in choices]}") from None


def _endpoints(order: Mapping[str, object]) -> frozenset[str]:
    value = order.get("endpoints", [])
    if not isinstance(value, list):
        raise ValueError(  # noqa: TRY004 - one kind of error for a bad order
            "endpoints must be a list of names, empty for all"
        )
    return frozenset(str(name) for name in value)


def parse_fault(order: object) -> Fault:
    """Return the fault that a JSON object orders; its keys are the fields of ``Fault``, only kind is needed.

    Without a count, an order strikes once, or, if it has a probability, without end; a count of null means
    without end. Raises ValueError with what is wrong.
    """
    if not isinstance(order, Mapping):
        raise ValueError(  # noqa: TRY004
            'a fault must be a JSON object, such as {"kind": "drop_after"}'
        )
    unknown = sorted(str(name) for name in order if name not in _FIELDS)
    if unknown:
        raise ValueError(f"unknown fields {unknown}; there are {list(_FIELDS)}")
    probability = _number(order, "probability")
    count = _whole(order, "count")
    if "count" not in order and probability is None:
        count = 1
    return Fault(
        kind=_choice(order, "kind", Kind, None),
        endpoints=_endpoints(order),
        count=count,
        probability=probability,
        seed=_whole(order, "seed") or 0,
        seconds=_number(order, "seconds") or 0.0,
        status=_whole(order, "status"),
        code=1000 if (code := _whole(order, "code")) is None else code,
        body=_choice(order, "body", Body, Body.XML),
    )


def show_fault(fault: Fault, left: int | None) -> dict[str, object]:
    """Return a fault as a JSON object, with how many strikes are left (null for no end)."""
    shown: dict[str, object] = {name: getattr(fault, name) for name in _FIELDS}
    return shown | {"endpoints": sorted(fault.endpoints), "left": left}
