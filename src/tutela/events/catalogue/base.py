"""What every payload is, how it is registered under its name, and the words that several areas share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

Region = Literal["eu", "non_eu", "unknown"]
Layer = Literal["known", "new", "solicitation"]
Verdict = Literal["known", "new", "not"]
OutcomeName = Literal["match", "clean", "undecodable", "unsupported", "over_limit", "error"]
Operation = Literal["automated", "person", "not_stated"]
"""Who acts by an account, as the platform says: a program (a bot, an account that sends in bulk), a person, or nothing
was said, which is neither."""
ActionKind = Literal["remove_content", "suspend_account", "warn_account"]


class Payload(BaseModel):
    """The facts of one event."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1


_BY_TYPE: dict[str, type[Payload]] = {}
P = TypeVar("P", bound=Payload)


def event(name: str) -> Any:
    """Register a payload under the name by which it is stored."""

    def register(cls: type[P]) -> type[P]:
        cls.TYPE = name
        _BY_TYPE[name] = cls
        return cls

    return register


class UnknownEvent(ValueError):
    """The store holds an event that this version of Tutela does not know: upgrade before you read it."""


def parse(type_: str, version: int, data: Mapping[str, Any]) -> Payload:
    """Return the typed payload of a stored event; raises `UnknownEvent`."""
    cls = _BY_TYPE.get(type_)
    if cls is None or not 1 <= version <= cls.VERSION:
        raise UnknownEvent(f"event {type_!r} version {version} is not in this version's catalogue")
    return cls.model_validate(data)


def all_types() -> Mapping[str, type[Payload]]:
    """Return every event by its name, in the order of the way of an item."""
    return dict(_BY_TYPE)
