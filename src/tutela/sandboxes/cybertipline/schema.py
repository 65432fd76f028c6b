"""Compiles the declarations to an XML Schema that lxml validates with."""

from functools import cache

from lxml import etree

from tutela.sandboxes.cybertipline.declarations import ROOTS, TYPES
from tutela.sandboxes.cybertipline.notation import Attribute, Definition, Element, Group, Restriction, Text

_NAMESPACE = "http://www.w3.org/2001/XMLSchema"


def _child(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_NAMESPACE}}}{tag}", attributes)


def _type_name(name: str) -> str:
    return name if name in TYPES else f"xs:{name}"


def _attributes(parent: etree._Element, attributes: tuple[Attribute, ...]) -> None:
    for attribute in attributes:
        declared = _child(parent, "attribute", name=attribute.name, type=_type_name(attribute.type))
        if attribute.required:
            declared.set("use", "required")


def _element(parent: etree._Element, element: Element) -> None:
    declared = _child(parent, "element", name=element.name)
    if element.least != 1:
        declared.set("minOccurs", str(element.least))
    if element.most != 1:
        declared.set("maxOccurs", "unbounded" if element.most is None else str(element.most))
    if element.fixed is not None:
        declared.set("fixed", element.fixed)
    if isinstance(element.type, str):
        declared.set("type", _type_name(element.type))
    else:
        _define(declared, element.type)


def _group(parent: etree._Element, group: Group) -> None:
    declared = _child(parent, group.kind)
    for part in group.parts:
        if isinstance(part, Group):
            _group(declared, part)
        else:
            _element(declared, part)


def _define(parent: etree._Element, definition: Definition) -> etree._Element:
    if isinstance(definition, Restriction):
        defined = _child(parent, "simpleType")
        restriction = _child(defined, "restriction", base=_type_name(definition.base))
        for value in definition.values:
            _child(restriction, "enumeration", value=value)
        if definition.pattern is not None:
            _child(restriction, "pattern", value=definition.pattern)
        return defined
    defined = _child(parent, "complexType")
    if isinstance(definition, Text):
        extension = _child(_child(defined, "simpleContent"), "extension", base=_type_name(definition.base))
        _attributes(extension, definition.attributes)
        return defined
    # A type without elements must have no empty group: white space inside it is an error, as in the original.
    if definition.parts:
        _group(defined, definition)
    _attributes(defined, definition.attributes)
    return defined


@cache
def schema_document() -> bytes:
    """Return the sandbox's own schema as an XML document in UTF-8, as served at ``/ispws/xsd``."""
    root = etree.Element(f"{{{_NAMESPACE}}}schema", {"elementFormDefault": "qualified"}, {"xs": _NAMESPACE})
    for name, definition in TYPES.items():
        _define(root, definition).set("name", name)
    for name, group in ROOTS.items():
        _define(_child(root, "element", name=name), group)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def compile_schema() -> etree.XMLSchema:
    """Return a new validator; lxml keeps the error log of the last document on it, so do not share one."""
    return etree.XMLSchema(etree.fromstring(schema_document()))
