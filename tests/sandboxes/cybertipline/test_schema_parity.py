"""Our own schema against the official one: the same structure, and the same verdicts."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from lxml import etree

from tutela.sandboxes.cybertipline.schema import compile_schema, schema_document

XS = "{http://www.w3.org/2001/XMLSchema}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
ROOTS = ("report", "fileDetails", "reportResponse", "reportDoneResponse")
SEEDS = 20_000 if os.environ.get("TUTELA_SOAK") == "1" else 2_000
Canonical = tuple[object, ...]


class Schema:
    """A schema read by the test's own code, which knows nothing of the notation in the sandbox."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.elements = self._named("element")
        self.types = self._named("complexType") | self._named("simpleType")

    def _named(self, tag: str) -> dict[str, etree._Element]:
        return {str(node.get("name")): node for node in self.root.iterfind(f"{XS}{tag}")}

    def declared(self, node: etree._Element) -> etree._Element:
        """Follow a reference."""
        reference = node.get("ref")
        return node if reference is None else self.elements[str(reference)]

    def type_of(self, node: etree._Element) -> str | etree._Element:
        """Return the name of a built-in type, or the definition."""
        name = node.get("type")
        if name is None:
            return next(child for child in node if child.tag in {f"{XS}complexType", f"{XS}simpleType"})
        return self.resolve(str(name))

    def resolve(self, name: str) -> str | etree._Element:
        return name.removeprefix("xs:") if name.startswith("xs:") else self.types[name]

    def canonical(self, node: etree._Element) -> Canonical:
        """Return everything that decides on validity, without annotations and order of declaration."""
        node = self.declared(node) if node.tag == f"{XS}element" else node
        attributes = sorted((key, value) for key, value in node.attrib.items() if key not in {"name", "ref"})
        children = [child for child in node if isinstance(child.tag, str) and child.tag != f"{XS}annotation"]
        inner: list[Canonical] = []
        for child in children:
            occurrence = (child.get("minOccurs", "1"), child.get("maxOccurs", "1"))
            name = self.declared(child).get("name") if child.tag == f"{XS}element" else child.get("name")
            inner.append((child.tag, name, occurrence, *self.canonical(child)))
        if node.tag in {f"{XS}all", f"{XS}restriction"} or node.find(f"{XS}attribute") is not None:
            inner.sort(key=repr)
        kept = [pair for pair in attributes if pair[0] not in {"minOccurs", "maxOccurs"}]
        return (node.tag, tuple(kept), tuple(inner))


@pytest.fixture(scope="module")
def official(official_path: Path) -> Schema:
    return Schema(etree.parse(official_path).getroot())


@pytest.fixture(scope="module")
def official_validator(official_path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(official_path))


def test_structure_is_the_same(official: Schema) -> None:
    ours = Schema(etree.fromstring(schema_document()))
    assert set(ours.types) == set(official.types)
    for name in official.types:
        assert ours.canonical(ours.types[name]) == official.canonical(official.types[name]), name
    for name in ROOTS:
        assert ours.canonical(ours.elements[name]) == official.canonical(official.elements[name]), name


def test_texts_of_the_official_schema_are_not_copied() -> None:
    assert b"documentation" not in schema_document()


class Generator:
    """Makes documents that the official schema accepts."""

    def __init__(self, schema: Schema, rng: random.Random) -> None:
        self.schema = schema
        self.rng = rng
        self.generosity = rng.choice((0.1, 0.3, 0.6))

    def document(self, root: str) -> etree._Element:
        return self.element(self.schema.elements[root])

    def element(self, node: etree._Element) -> etree._Element:
        node = self.schema.declared(node)
        made = etree.Element(str(node.get("name")))
        definition = self.schema.type_of(node)
        fixed = node.get("fixed")
        if fixed is not None:
            made.text = self.rng.choice([str(fixed), None])
        elif isinstance(definition, etree._Element) and definition.tag == f"{XS}complexType":
            self.complex(made, definition)
        else:
            made.text = self.value(definition)
        return made

    def complex(self, made: etree._Element, definition: etree._Element) -> None:
        extension = definition.find(f"{XS}simpleContent/{XS}extension")
        holder = definition if extension is None else extension
        if extension is not None:
            made.text = self.value(self.schema.resolve(str(extension.get("base"))))
        for child in definition:
            if child.tag in {f"{XS}sequence", f"{XS}choice", f"{XS}all"}:
                self.group(made, child)
        for attribute in holder.iterfind(f"{XS}attribute"):
            if attribute.get("use") == "required" or self.rng.random() < self.generosity:
                value = self.value(self.schema.resolve(str(attribute.get("type"))))
                made.set(str(attribute.get("name")), value)

    def group(self, made: etree._Element, group: etree._Element) -> None:
        children = [child for child in group if child.tag != f"{XS}annotation"]
        if group.tag == f"{XS}choice":
            children = [self.rng.choice(children)]
        elif group.tag == f"{XS}all":
            self.rng.shuffle(children)
        for child in children:
            if child.tag != f"{XS}element":
                self.group(made, child)
                continue
            for _ in range(self.occurrence(child)):
                made.append(self.element(child))

    def occurrence(self, node: etree._Element) -> int:
        count = int(str(node.get("minOccurs", "1")))
        if count == 0 and self.rng.random() < self.generosity:
            count = 1
        if count and node.get("maxOccurs") == "unbounded":
            count += self.rng.choice((0, 0, 0, 1, 2))
        return count

    def value(self, definition: str | etree._Element) -> str:
        if isinstance(definition, str):
            return self.builtin(definition)
        restriction = definition.find(f"{XS}restriction")
        assert restriction is not None
        values = [str(found.get("value")) for found in restriction.iterfind(f"{XS}enumeration")]
        if values:
            return self.rng.choice(values)
        pattern = restriction.find(f"{XS}pattern")
        if pattern is not None:
            return self.matching(str(pattern.get("value")))
        return self.builtin(str(restriction.get("base")).removeprefix("xs:"))

    def matching(self, pattern: str) -> str:
        while True:
            text = "".join(self.rng.choices("+0123456789", k=self.rng.randint(1, 4)))
            if re.fullmatch(pattern, text):
                return text

    def builtin(self, name: str) -> str:
        rng = self.rng
        match name:
            case "string":
                return "".join(rng.choices("aåж雪 \t\n<&'\"]>0-:", k=rng.randint(0, 12)))
            case "token":
                return rng.choice(["0" * 32, " a  b ", "", "\n"])
            case "boolean":
                return rng.choice(["true", "false", "1", "0", " true "])
            case "int":
                return str(rng.choice([0, -1, 7, 2**31 - 1, -(2**31), "+5", " 3 "]))
            case "long":
                return str(rng.choice([0, 200_000_001, 2**63 - 1, -(2**63), "+5"]))
            case "double":
                return rng.choice(["59.3", "-18.06", "1e3", "INF", "NaN", "0"])
            case "date":
                return f"{rng.randint(1900, 2030)}-02-{rng.randint(1, 28):02}" + rng.choice(["", "Z", "+02:00"])
            case "dateTime":
                moment = f"{rng.randint(1990, 2030)}-12-{rng.randint(1, 31):02}T{rng.randint(0, 23):02}:59:59"
                return moment + rng.choice(["", ".5", ".123456789"]) + rng.choice(["", "Z", "-11:30"])
        raise AssertionError(f"the test does not know the type {name}")


def received(document: etree._Element) -> etree._Element:
    """Return the document as a server reads it: an element with an empty text is one without any."""
    return etree.fromstring(etree.tostring(document))


def test_every_generated_document_is_valid_for_both(official: Schema, official_validator: etree.XMLSchema) -> None:
    own = compile_schema()
    for seed in range(SEEDS):
        rng = random.Random(seed)
        document = received(Generator(official, rng).document(rng.choice(ROOTS)))
        shown = f"seed {seed}: {etree.tostring(document).decode()}"
        assert official_validator.validate(document), f"{official_validator.error_log} {shown}"
        assert own.validate(document), shown


class Breaker:
    """Changes a document at random, mostly so that it becomes invalid."""

    TEXTS = (
        "", " ", "no", "true", "false", "TRUE", "1", "2", "x" * 5000, "2026-02-30T00:00:00Z", "2026-02-03",
        "2026-02-03T04:05", "2026-02-03T24:00:00Z", "2026-02-03T24:00:01Z", "2026-02-03T04:05:06+14:01",
        "-2026-02-03T04:05:06Z", "12026-02-03T04:05:06Z", "0000-01-01T00:00:00Z", "9223372036854775808",
        "2147483648", "1.5", "1e999", "+46", "46", "+4612", "12a", "A1", "a1", "SE", "se", "Home", "home",
        "Supplemental Reported", "Reported ", "EXIF", "Child", "Login", "VIRAL_POTENTIAL_MEME",
    )  # fmt: skip

    def __init__(self, schema: Schema, rng: random.Random) -> None:
        self.rng = rng
        found = schema.root.iter(f"{XS}element")
        self.names = sorted({"unknown"} | {str(node.get("name")) for node in found if node.get("name")})
        found = schema.root.iter(f"{XS}attribute")
        self.attributes = sorted({"unknown"} | {str(node.get("name")) for node in found})
        self.types = sorted(schema.types)

    def spoil(self, root: etree._Element) -> None:
        changes: list[Callable[[etree._Element, etree._Element], None]] = [
            self.drop, self.duplicate, self.swap, self.rename, self.move, self.insert, self.retext,
            self.retext, self.mixed, self.attribute, self.attribute_value, self.drop_attribute,
            self.namespace, self.type, self.nil, self.comment,
        ]  # fmt: skip
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            elements = [node for node in root.iter(etree.Element) if node is not root]
            if not elements:
                return
            element = self.rng.choice(elements)
            parent = element.getparent()
            assert parent is not None
            self.rng.choice(changes)(element, parent)

    def drop(self, element: etree._Element, parent: etree._Element) -> None:
        parent.remove(element)

    def duplicate(self, element: etree._Element, parent: etree._Element) -> None:
        parent.insert(self.rng.randint(0, len(parent)), deepcopy(element))

    def swap(self, element: etree._Element, parent: etree._Element) -> None:
        parent.remove(element)
        parent.insert(self.rng.randint(0, len(parent)), element)

    def rename(self, element: etree._Element, parent: etree._Element) -> None:
        siblings = [str(node.tag) for node in parent.iter(etree.Element)]
        element.tag = self.rng.choice([self.rng.choice(self.names), self.rng.choice(siblings)])

    def move(self, element: etree._Element, parent: etree._Element) -> None:
        others = [node for node in parent.getroottree().iter(etree.Element) if node is not element]
        target = self.rng.choice(others)
        if element not in list(target.iterancestors()):
            target.append(element)

    def insert(self, element: etree._Element, parent: etree._Element) -> None:
        made = etree.Element(self.rng.choice(self.names))
        made.text = self.rng.choice(self.TEXTS)
        parent.insert(self.rng.randint(0, len(parent)), made)

    def retext(self, element: etree._Element, parent: etree._Element) -> None:
        leaves = [node for node in parent.iter(etree.Element) if len(node) == 0]
        self.rng.choice(leaves or [element]).text = self.rng.choice(self.TEXTS)

    def mixed(self, element: etree._Element, parent: etree._Element) -> None:
        element.tail = self.rng.choice(self.TEXTS)

    def attribute(self, element: etree._Element, parent: etree._Element) -> None:
        element.set(self.rng.choice(self.attributes), self.rng.choice(self.TEXTS))

    def attribute_value(self, element: etree._Element, parent: etree._Element) -> None:
        for node in element.getroottree().iter(etree.Element):
            for name in node.attrib:
                if self.rng.random() < 0.3:
                    node.set(name, self.rng.choice(self.TEXTS))

    def drop_attribute(self, element: etree._Element, parent: etree._Element) -> None:
        holders = [node for node in element.getroottree().iter(etree.Element) if node.attrib]
        if holders:
            holder = self.rng.choice(holders)
            holder.attrib.pop(self.rng.choice(sorted(holder.attrib)))

    def namespace(self, element: etree._Element, parent: etree._Element) -> None:
        element.tag = "{urn:example:bridge}" + etree.QName(element).localname

    def type(self, element: etree._Element, parent: etree._Element) -> None:
        element.set(f"{XSI}type", self.rng.choice(self.types))

    def nil(self, element: etree._Element, parent: etree._Element) -> None:
        element.set(f"{XSI}nil", self.rng.choice(("true", "false")))

    def comment(self, element: etree._Element, parent: etree._Element) -> None:
        element.insert(0, etree.Comment("a bridge"))


def test_both_schemas_agree_on_broken_documents(official: Schema, official_validator: etree.XMLSchema) -> None:
    own = compile_schema()
    refused = 0
    for seed in range(2 * SEEDS):
        rng = random.Random(1_000_000 + seed)
        document = Generator(official, rng).document(rng.choice(ROOTS))
        Breaker(official, rng).spoil(document)
        document = received(document)
        verdict = official_validator.validate(document)
        shown = f"seed {seed}, official says {verdict}: {etree.tostring(document).decode()}"
        assert own.validate(document) is verdict, shown
        refused += not verdict
    # A breaker that breaks nothing would prove nothing.
    assert SEEDS < refused < 2 * SEEDS


def test_every_element_and_value_was_generated(official: Schema) -> None:
    seen: set[str] = set()
    for seed in range(1_000):
        rng = random.Random(seed)
        document = Generator(official, rng).document(ROOTS[seed % len(ROOTS)])
        seen.update(str(node.tag) for node in document.iter(etree.Element))
    nodes = official.root.iter(f"{XS}element")
    assert {str(node.get("name")) for node in nodes if node.get("name")} == seen


def test_every_enumerated_value_is_accepted_and_no_neighbour(
    official: Schema, official_validator: etree.XMLSchema
) -> None:
    own = compile_schema()
    fields = {
        "country": ("reportingPerson/address", "country"),
        "state": ("reportingPerson/address", "state"),
    }
    for type_name, (path, tag) in fields.items():
        values = [str(node.get("value")) for node in official.types[type_name].iter(f"{XS}enumeration")]
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        for value in {*values, *(a + b for a in letters for b in letters)}:
            report = etree.Element("report")
            summary = etree.SubElement(report, "incidentSummary")
            etree.SubElement(summary, "incidentType").text = "Misleading Domain Name"
            etree.SubElement(summary, "incidentDateTime").text = "2026-01-01T00:00:00Z"
            node = etree.SubElement(report, "reporter")
            for step in (*path.split("/"), tag):
                node = etree.SubElement(node, step)
            node.text = value
            assert own.validate(report) is official_validator.validate(report) is (value in values), value
