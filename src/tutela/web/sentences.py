"""The sentences of the domain that a person may read: why something cannot be done, found by syntax tree.

A sentence stands as a literal where its Obstacle is raised, or in a Phrase. One that is put together there could not
be found in a catalogue, so it is an error.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tutela.events.obstacles import Obstacle, Phrase

TUTELA = Path(__file__).parent.parent
_APART = TUTELA / "sandboxes"
"""Stand-ins of outside services: what they say is not ours."""
_PLACES = re.compile(r"%\((\w+)\)s")


class NoSentence(ValueError):
    """An obstacle does not say its sentence as a literal, or its places and its values differ."""


@cache
def sentences(root: Path = TUTELA) -> tuple[tuple[str, str], ...]:
    """Return the file and the text of every sentence below `root`, in the order of the files. Raises NoSentence."""
    paths = [path for path in sorted(root.rglob("*.py")) if _APART not in path.parents]
    trees = {path: ast.parse(path.read_text("utf-8")) for path in paths}
    saying = _saying([node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)])
    found: list[tuple[str, str]] = []
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and _last(node.func) in saying:
                where = str(path.relative_to(root))
                found += [(where, text) for text in _said(node, f"{where}:{node.lineno}")]
    return tuple(found)


def _saying(classes: list[ast.ClassDef]) -> frozenset[str]:
    """Return what is made with a sentence: Phrase, and the classes that derive from Obstacle without a way of their
    own, which hands a Phrase on.
    """
    names = {Obstacle.__name__}
    while more := {one.name for one in classes if names & {_last(base) for base in one.bases}} - names:
        names |= more
    own = {
        one.name
        for one in classes
        if any(isinstance(node, ast.FunctionDef) and node.name == "__init__" for node in one.body)
    }
    return frozenset((names - own) | {Obstacle.__name__, Phrase.__name__})


def _last(name: ast.expr) -> str:
    match name:
        case ast.Name(id=text) | ast.Attribute(attr=text):
            return text
        case _:
            return ""


def _said(call: ast.Call, where: str) -> Iterator[str]:
    match call.args[0]:
        case ast.Constant(value=str() as text):
            values = {keyword.arg for keyword in call.keywords}
            if set(_PLACES.findall(text)) != values:
                raise NoSentence(f"{where}: the places of {text!r} are not its values, {values}")
            yield text
        # A Phrase that was made elsewhere, and is found there.
        case ast.Name() | ast.Call(func=ast.Name(id="Phrase")) | ast.IfExp():
            return
        case other:
            raise NoSentence(f"{where}: write the sentence as a literal, with places: {ast.unparse(other)}")
