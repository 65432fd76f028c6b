"""Writes models as XML, in the schema's order. It knows no element by name: the models declare themselves."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

from lxml import etree

from tutela.referral.cybertipline.schema.element import Element, Place, parts_of
from tutela.referral.cybertipline.schema.files import FileDetails
from tutela.referral.cybertipline.schema.report import Report


def to_xml(document: Report | FileDetails) -> bytes:
    """Return a document as XML in UTF-8."""
    return etree.tostring(to_element(document), xml_declaration=True, encoding="UTF-8")


def to_element(document: Report | FileDetails) -> etree._Element:
    """Return a document as a tree."""
    root = etree.Element(document.TAG)
    _fill(root, document)
    return root


def _fill(element: etree._Element, model: Element) -> None:
    for part in parts_of(type(model)):
        value = getattr(model, part.field)
        for one in value if isinstance(value, tuple) else (value,):
            if one is None:
                continue
            if part.place is Place.ATTRIBUTE:
                element.set(part.name, _simple(one))
            elif part.place is Place.CONTENT:
                element.text = _simple(one)
            elif part.place is Place.CHOICE:
                _fill(etree.SubElement(etree.SubElement(element, part.name), one.TAG), one)
            else:
                _child(element, part.name, one)


def _child(parent: etree._Element, name: str, value: object) -> None:
    if isinstance(value, frozenset):
        if value:
            flags = etree.SubElement(parent, name)
            for flag in sorted(str(one) for one in value):
                etree.SubElement(flags, flag).text = "true"
    elif isinstance(value, Element):
        _fill(etree.SubElement(parent, name), value)
    else:
        etree.SubElement(parent, name).text = _simple(value)


def _simple(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
