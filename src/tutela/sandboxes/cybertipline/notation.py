"""A small notation for the shape of XML documents.

One line declares one element or attribute::

    "platform? string"            an element, at most once
    "url* string"                 any number of times ("+" for at least once, no sign for exactly once)
    "viral? boolean = true"       with the one value that it may have
    "@verified? boolean"          an attribute

A lower-case word that XML Schema defines (``string``, ``dateTime`` ...) means that type; any other word
means a type of the same document.
"""

import re
from dataclasses import dataclass

_LINE = re.compile(
    r"(?P<attribute>@?)(?P<name>[A-Za-z][A-Za-z0-9]*)(?P<sign>[?*+]?) (?P<type>\w+)(?: = (?P<fixed>\w+))?"
)
_OCCURRENCE: dict[str, tuple[int, int | None]] = {"": (1, 1), "?": (0, 1), "*": (0, None), "+": (1, None)}


@dataclass(frozen=True, slots=True)
class Element:
    """An element at its place: its type by name or spelled out, how often it occurs, its only value."""

    name: str
    type: "str | Definition"
    least: int = 1
    most: int | None = 1
    fixed: str | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of an element."""

    name: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Elements in order (``sequence``), one of them (``choice``), or in any order (``all``)."""

    kind: str
    parts: "tuple[Element | Group, ...]"
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """Text of a simple type, with attributes."""

    base: str
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Restriction:
    """A simple type: one of ``values``, or matching ``pattern``, or a plain other name of ``base``."""

    base: str = "string"
    values: tuple[str, ...] = ()
    pattern: str | None = None


Definition = Group | Text | Restriction


def _match(line: str) -> re.Match[str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"{line!r} is not a line of the notation, such as 'platform? string'")
    return match


def _element(line: str) -> Element:
    match = _match(line)
    least, most = _OCCURRENCE[match["sign"]]
    return Element(match["name"], match["type"], least, most, match["fixed"])


def _attribute(line: str) -> Attribute:
    match = _match(line)
    return Attribute(match["name"], match["type"], required=match["sign"] != "?")


def _group(kind: str, parts: "tuple[str | Element | Group, ...]") -> Group:
    elements: list[Element | Group] = []
    attributes: list[Attribute] = []
    for part in parts:
        if not isinstance(part, str):
            elements.append(part)
        elif part.startswith("@"):
            attributes.append(_attribute(part))
        else:
            elements.append(_element(part))
    return Group(kind, tuple(elements), tuple(attributes))


def sequence(*parts: str | Element | Group) -> Group:
    """Declare elements that come in this order; raise ValueError for a line outside the notation."""
    return _group("sequence", parts)


def choice(*parts: str | Element | Group) -> Group:
    """Declare elements of which one comes; raise ValueError for a line outside the notation."""
    return _group("choice", parts)


def flags(*names: str) -> Group:
    """Declare elements that say yes by being there, in any order, empty or with the text ``true``."""
    return _group("all", tuple(f"{name}? boolean = true" for name in names))


def text(base: str, *attributes: str) -> Text:
    """Declare text of a simple type with attributes; raise ValueError for a line outside the notation."""
    return Text(base, tuple(_attribute(line) for line in attributes))


def one_of(*values: str) -> Restriction:
    """Declare a closed list of values."""
    return Restriction(values=values)


def matching(pattern: str) -> Restriction:
    """Declare text that matches an XML Schema pattern from its first to its last character."""
    return Restriction(pattern=pattern)


def inside(line: str, definition: Group | Text) -> Element:
    """Declare an element whose content is spelled out where it stands, as in ``inside("files", ...)``.

    Raises ValueError for a sign or a name outside the notation.
    """
    element = _element(f"{line} inline")
    return Element(element.name, definition, element.least, element.most)
