"""The English that the console's Python code puts on a page outside `gettext()`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_SHOWN = frozenset({"HTTPException", "ValueError", "message"})
"""Calls whose text arguments a page shows. What says why something is refused is found by `tutela.web.sentences`."""


def unwrapped(path: Path) -> Iterator[str]:
    """Yield every text that would be English in every language."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in _SHOWN:
                for argument in node.args:
                    yield from _texts(argument)
            for keyword in node.keywords:
                if keyword.arg in {"refused", "detail", "title"}:
                    yield from _texts(keyword.value)


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text) if text:
            yield text
        case ast.JoinedStr(values=parts):
            said = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
            if any(character.isalpha() for character in said):
                yield said
        case ast.BoolOp(values=values):
            for value in values:
                yield from _texts(value)
        case ast.IfExp():
            yield from _texts(node.body)
            yield from _texts(node.orelse)
        case _:
            return
