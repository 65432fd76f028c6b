"""Judges a document as received: well formed, then the schema, then the rules beside it."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from lxml import etree

from tutela.sandboxes.cybertipline.codes import Code, Refusal
from tutela.sandboxes.cybertipline.reading import Document, read_document
from tutela.sandboxes.cybertipline.rules import violations
from tutela.sandboxes.cybertipline.schema import compile_schema

# Enough for a developer to see what is wrong, without an answer of megabytes.
_MOST_ERRORS = 10


class Checker:
    """Accepts or refuses documents. One checker serves one thread at a time."""

    def __init__(self) -> None:
        self._schema = compile_schema()

    def check(self, data: bytes, root: str, now: datetime, encoding: str | None = None) -> etree._Element:
        """Return the root element of an acceptable document whose root is named ``root``.

        Raises Refusal 4110 for malformed XML and 4100 for anything else, with line and column, from 1.
        """
        document = read_document(data, encoding)
        errors = self._schema_errors(document, root)
        if not errors:
            errors = [_placed(document, found.element, found.message) for found in violations(document.root, now)]
        if errors:
            raise Refusal(Code.VALIDATION, "Validation error: " + "; ".join(errors[:_MOST_ERRORS]))
        return document.root

    def _schema_errors(self, document: Document, root: str) -> list[str]:
        if document.root.tag != root:
            return [_placed(document, document.root, f"The root element must be {root!r}")]
        if self._schema.validate(document.root):
            return []
        # lxml-stubs do not know that the log can be iterated.
        log = cast(Iterable[etree._LogEntry], self._schema.error_log)
        return [_placed(document, _element_of(document, error.path), error.message) for error in log]


def _element_of(document: Document, path: str | None) -> etree._Element:
    found = document.root.getroottree().xpath(path) if path else None
    if isinstance(found, list) and found and isinstance(found[0], etree._Element):
        return found[0]
    return document.root


def _placed(document: Document, element: etree._Element, message: str) -> str:
    position = document.position(element)
    return f"line {position.line}, column {position.column}: {message}"
