"""Reads XML from a stranger: no entities, no document type, no network, bounded depth and size."""

from dataclasses import dataclass
from xml.parsers import expat

from lxml import etree

from tutela.sandboxes.cybertipline.codes import Code, Refusal

# The deepest document that the schema allows has 7 levels.
_MAX_DEPTH = 32
_MAX_ELEMENTS = 100_000


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a document as received: line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """A well-formed document and the place of each start tag."""

    root: etree._Element
    _positions: tuple[Position, ...]

    def position(self, element: etree._Element) -> Position:
        """Return where the element's start tag begins; 1, 1 for an element of another document."""
        for index, candidate in enumerate(self.root.iter(etree.Element)):
            if candidate is element:
                return self._positions[index]
        return Position(1, 1)


def _malformed(message: str, position: Position) -> Refusal:
    return Refusal(Code.MALFORMED_XML, f"Malformed XML: line {position.line}, column {position.column}: {message}")


class _Gate:
    """Walks once through the bytes before lxml sees them, and notes where each element starts.

    libxml2 knows no columns after parsing, and expands entities in attributes while parsing; expat gives
    the columns, and stops at the document type before any entity exists.
    """

    def __init__(self, encoding: str | None) -> None:
        self.positions: list[Position] = []
        self._depth = 0
        self._parser = expat.ParserCreate(encoding)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    def _here(self) -> Position:
        return Position(self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)

    def _start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        self.positions.append(self._here())
        if self._depth > _MAX_DEPTH:
            raise _malformed(f"more than {_MAX_DEPTH} levels of elements", self._here())
        if len(self.positions) > _MAX_ELEMENTS:
            raise _malformed(f"more than {_MAX_ELEMENTS} elements", self._here())

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _doctype(self, *_declaration: object) -> None:
        raise _malformed("a document type declaration is not allowed", self._here())

    def walk(self, data: bytes) -> tuple[Position, ...]:
        try:
            self._parser.Parse(data, True)  # noqa: FBT003 - expat's signature
        except expat.ExpatError as error:
            raise _malformed(expat.errors.messages[error.code], Position(error.lineno, error.offset + 1)) from error
        except (ValueError, LookupError) as error:
            # Python's expat raises these for a declared encoding that it cannot decode.
            raise _malformed(str(error), self._here()) from error
        return tuple(self.positions)


def read_document(data: bytes, encoding: str | None = None) -> Document:
    """Read one XML document of any encoding that expat knows.

    ``encoding`` is the charset of the Content-Type header, which outranks the XML declaration (RFC 7303).
    Raises Refusal 4110 with line and column for a document that is not well formed, has a document type,
    or is too deep or too large.
    """
    try:
        positions = _Gate(encoding).walk(data)
        parser = etree.XMLParser(
            encoding=encoding,
            resolve_entities=False,
            load_dtd=False,
            dtd_validation=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise _malformed(error.msg or "not well formed", Position(line or 1, max(column or 1, 1))) from error
    except LookupError as error:
        raise _malformed(f"unknown encoding {encoding!r}", Position(1, 1)) from error
    return Document(root, positions)
