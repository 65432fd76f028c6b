"""XML and JSON of strangers as one small tree, with limits: no document type, no entities, not too deep or large."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from tutela.statistics.authority.intake.incoming import MOST_BYTES, Problem, RefusedFile

MOST_DEPTH = 64
MOST_NODES = 5_000_000
MOST_TEXT = 1_000_000
"""Characters of the text of one element."""
MOST_JSON = 64 * 1024 * 1024
"""Bytes of a JSON document, which is read as a whole."""


@dataclass(slots=True)
class Node:
    """An element, or a value of JSON under its key: its name without a prefix, its text, and what stands in it.

    An attribute stands as a child of its name. `line` is there for XML.
    """

    name: str
    text: str = ""
    children: list[Node] = field(default_factory=list)
    line: int = 0

    def all(self, *path: str) -> Iterator[Node]:
        """Yield what stands under a path of names."""
        for child in self.children:
            if child.name == path[0]:
                if len(path) == 1:
                    yield child
                else:
                    yield from child.all(*path[1:])

    def first(self, *path: str) -> str:
        """Return the text of the first that stands under a path, empty where nothing does."""
        return next((one.text for one in self.all(*path) if one.text), "")


def from_xml(content: bytes) -> Node:
    """Return the root element; raises RefusedFile with the line."""
    if len(content) > MOST_BYTES:
        raise _refused(1, f"the file has {len(content)} bytes, more than {MOST_BYTES}: split it")
    builder = _Builder()
    return builder.build(content)


def from_json(content: bytes) -> Node:
    """Return what a JSON document holds, under a node without a name; raises RefusedFile."""
    if len(content) > MOST_JSON:
        raise _refused(1, f"the file has {len(content)} bytes, more than {MOST_JSON}: split it")
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise _refused(line, f"it is no JSON in UTF-8: {getattr(error, 'msg', 'it cannot be read')}") from error
    root = Node("")
    left = [MOST_NODES]
    _grow(root, "", value, 0, left)
    return root


class _Builder:
    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._stack = [Node("")]
        self._nodes = 0

    def build(self, content: bytes) -> Node:
        try:
            self._parser.Parse(content, True)  # noqa: FBT003 - expat's signature
        except expat.ExpatError as error:
            raise _refused(error.lineno, f"it is no well-formed XML: {expat.errors.messages[error.code]}") from error
        except (ValueError, LookupError) as error:
            if isinstance(error, RefusedFile):
                raise
            # expat raises these for an encoding that Python does not know.
            raise _refused(1, f"it cannot be read: {error}") from error
        return self._stack[0].children[0]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        line = self._parser.CurrentLineNumber
        self._nodes += 1 + len(attributes)
        if len(self._stack) > MOST_DEPTH:
            raise _refused(line, f"more than {MOST_DEPTH} levels of elements")
        if self._nodes > MOST_NODES:
            raise _refused(line, f"more than {MOST_NODES} elements: split the file")
        node = Node(_local(name), line=line)
        node.children = [Node(_local(key), value, line=line) for key, value in attributes.items()]
        self._stack[-1].children.append(node)
        self._stack.append(node)

    def _end(self, _name: str) -> None:
        node = self._stack.pop()
        node.text = node.text.strip()

    def _data(self, text: str) -> None:
        node = self._stack[-1]
        if len(node.text) + len(text) > MOST_TEXT:
            raise _refused(self._parser.CurrentLineNumber, f"a text of more than {MOST_TEXT} characters")
        node.text += text

    def _doctype(self, *_declaration: object) -> None:
        raise _refused(self._parser.CurrentLineNumber, "a document type declaration is not allowed: leave it out")


def _grow(parent: Node, name: str, value: Any, depth: int, left: list[int]) -> None:
    left[0] -= 1
    if depth > MOST_DEPTH or left[0] < 0:
        raise _refused(1, f"more than {MOST_DEPTH} levels or {MOST_NODES} values: split the file")
    if isinstance(value, list):
        for one in value:
            _grow(parent, name, one, depth + 1, left)
        return
    node = Node(name)
    parent.children.append(node)
    if isinstance(value, dict):
        for key, inner in value.items():
            _grow(node, key, inner, depth + 1, left)
        # What the text of an element is called beside its attributes.
        node.text = next((c.text for c in node.children if c.name in {"value", "#text", "$"}), "")
    elif value is not None:
        node.text = str(value).strip() if not isinstance(value, bool) else str(value).lower()


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refused(line: int, what: str) -> RefusedFile:
    return RefusedFile([Problem(line, "", what)])
