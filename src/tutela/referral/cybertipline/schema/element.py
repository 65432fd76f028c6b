"""How the elements of the schema are declared: frozen models whose fields stand in the schema's order.

A field is named as its element or attribute, in snake case. What stands beside a field's type says how it is written:
nothing for a child element, `ATTRIBUTE`, `CONTENT` for the text of the element itself, `CHOICE` for one of several
elements. Values are checked strictly when a model is built; pydantic's ValidationError, a ValueError, says what is
wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo


class Place(Enum):
    """Where a field is written."""

    CHILD = "child"
    ATTRIBUTE = "attribute"
    CONTENT = "content"
    CHOICE = "choice"


ATTRIBUTE, CONTENT, CHOICE = Place.ATTRIBUTE, Place.CONTENT, Place.CHOICE


@dataclass(frozen=True, slots=True)
class Named:
    """The official name of a field, where it is not the field's own in camel case."""

    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a model, its official name, and where it is written."""

    field: str
    name: str
    place: Place


class Element(BaseModel):
    """An element of the schema, with what stands in it."""

    # Errors do not repeat what they are about: it may be of a case.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


@cache
def parts_of(kind: type[Element]) -> tuple[Part, ...]:
    """Return the parts of a kind of element, in the schema's order."""
    return tuple(_part(name, info) for name, info in kind.model_fields.items())


def _part(field: str, info: FieldInfo) -> Part:
    place = next((one for one in info.metadata if isinstance(one, Place)), Place.CHILD)
    name = next((one.name for one in info.metadata if isinstance(one, Named)), to_camel(field))
    return Part(field, name, place)
