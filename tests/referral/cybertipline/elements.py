"""The elements of the schema, from the models that are held to it, and those that a document has."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

from lxml import etree

from tutela.referral.cybertipline.schema import FileDetails, Report
from tutela.referral.cybertipline.schema.element import Element, Place, parts_of


def all_elements() -> set[str]:
    """Return the path of every element and attribute that can hold something, such as `report/victim/schoolName`."""
    return {path for kind in (Report, FileDetails) for path in _within(kind, kind.TAG)}


def _within(kind: type[Element], path: str) -> Iterator[str]:
    for part in parts_of(kind):
        here = f"{path}/{part.name}"
        annotation = kind.model_fields[part.field].annotation
        elements, flags = _kinds(annotation)
        match part.place:
            case Place.CONTENT:
                yield path
            case Place.ATTRIBUTE:
                yield f"{path}/@{part.name}"
            case Place.CHOICE:
                for element in elements:
                    yield from _within(element, f"{path}/{element.TAG}")  # type: ignore[attr-defined]
            case Place.CHILD if elements:
                for element in elements:
                    yield from _within(element, here)
            case Place.CHILD if flags:
                yield from (f"{here}/{flag}" for flag in flags)
            case _:
                yield here


def _kinds(annotation: Any) -> tuple[list[type[Element]], list[str]]:
    """Return the models in a type, and the flags of a set of them."""
    if typing.get_origin(annotation) is frozenset:
        (of,) = typing.get_args(annotation)
        assert issubclass(of, Enum)
        return [], [str(flag.value) for flag in of]
    if isinstance(annotation, type) and issubclass(annotation, Element):
        return [annotation], []
    elements: list[type[Element]] = []
    for inner in typing.get_args(annotation):
        elements += [one for one in _kinds(inner)[0] if one not in elements]
    return elements, []


def stated_elements(document: bytes) -> set[str]:
    """Return the paths of what a document holds: elements with a text or as a flag, and attributes."""
    found: set[str] = set()

    def visit(element: etree._Element, path: str) -> None:
        found.update(f"{path}/@{etree.QName(name).localname}" for name in element.attrib)
        children = list(element)
        if not children:
            found.add(path)
        for child in children:
            visit(child, f"{path}/{etree.QName(child).localname}")

    root = etree.fromstring(document)
    visit(root, str(root.tag))
    return found
