"""The English that stands in templates outside `_()` and `{% trans %}`, in every branch, rendered or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

_ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True, autoescape=True)
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_VOID = frozenset({"br", "circle", "img", "input", "line", "link", "meta", "polygon", "polyline", "rect"})
_MARK = re.compile("\x01(\\d+)\x02")
SPOKEN = frozenset({"aria-label", "aria-description", "title", "alt", "placeholder"})
"""Attributes whose value somebody reads or hears, beside `data-` attributes that hold a sentence for a script."""


class _Texts(HTMLParser):
    """Collects what a person reads or hears: text, and the attributes that are spoken.

    What is marked as being in a language (`lang`), or as nothing to translate, is so whatever the page is in.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        # What stands in <code> and <kbd> is a name, the same in every language.
        quiet = tag in {"code", "kbd", "script", "style"} or ("lang" in named and tag != "html") or "translate" in named
        if tag not in _VOID:
            self._open.append((tag, quiet or self._quiet))
        for name, value in attrs:
            told = name in SPOKEN or (name.startswith("data-") and name != "data-for" and " " in (value or ""))
            if value and told and not (quiet or self._quiet):
                self.found.append(value)

    def handle_endtag(self, tag: str) -> None:
        # Some tags end by themselves: what was opened within one that ends has ended too.
        at = max((at for at, (name, _) in enumerate(self._open) if name == tag), default=None)
        if at is not None:
            del self._open[at:]

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.found.append(data)

    @property
    def _quiet(self) -> bool:
        return bool(self._open and self._open[-1][1])


def texts(markup: str) -> list[str]:
    """Return what a person reads or hears of some markup."""
    parser = _Texts()
    parser.feed(markup)
    parser.close()
    return parser.found


def unwrapped(path: Path) -> Iterator[str]:
    """Yield every piece of a template that would be English in every language."""
    source = path.read_text("utf-8")
    markup, expressions = _markup(source)
    for text in texts(markup):
        if _LETTERS.search(_MARK.sub(" ", text)):
            yield _MARK.sub("…", text).strip()
        for number in _MARK.findall(text):
            yield from _constants(expressions[int(number)])
    for assigned in _ENVIRONMENT.parse(source).find_all(nodes.Assign):
        if isinstance(assigned.node, nodes.Dict):
            yield from (t for pair in assigned.node.items for t in _shown(pair.value))


def _markup(source: str) -> tuple[str, list[str]]:
    """Return the text of a template with a mark for each expression, and the expressions."""
    parts: list[str] = []
    expressions: list[str] = []
    inside: list[str] = []
    translated = False
    for _line, token, value in _ENVIRONMENT.lexer.tokeniter(source, None):
        match token:
            case "variable_begin" | "block_begin":
                inside = []
            case "variable_end" if not translated:
                parts.append(f"\x01{len(expressions)}\x02")
                expressions.append("".join(inside))
            case "block_end":
                words = "".join(inside).split()
                # These blocks are a name for the scripts, and an attribute.
                translated = (
                    words[0] == "trans"
                    or words[:2] in (["block", "key"], ["block", "title_language"])
                    or (translated and words[0] not in {"endtrans", "endblock"})
                )
            case "data" if not translated:
                parts.append(value)
            case _:
                inside.append(value)
    return "".join(parts), expressions


def _constants(expression: str) -> Iterator[str]:
    for output in _ENVIRONMENT.parse("{{" + expression + "}}").find_all(nodes.Output):
        for node in output.nodes:
            yield from _shown(node)


def _shown(node: nodes.Node | None) -> Iterator[str]:
    """Yield the constants that an expression may come to."""
    match node:
        case nodes.Const(value=str() as text) if _LETTERS.search(text):
            yield text
        case nodes.CondExpr():
            yield from _shown(node.expr1)
            yield from _shown(node.expr2)
        case nodes.Or() | nodes.And() | nodes.Add():
            yield from _shown(node.left)
            yield from _shown(node.right)
        case nodes.Concat():
            for part in node.nodes:
                yield from _shown(part)
        case nodes.Filter():
            yield from _shown(node.node)
            yield from (t for argument in node.args if node.name == "default" for t in _shown(argument))
        case nodes.Getitem(node=nodes.Dict() as table):
            yield from (t for pair in table.items for t in _shown(pair.value))
        case nodes.Call(node=nodes.Getattr(attr="get")) if len(node.args) > 1:
            yield from _shown(node.args[1])
        case _:
            return
