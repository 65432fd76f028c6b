"""Writes `docs/reference/events.md` from the catalogue: `python -m tutela.events.markdown [--check] FILE`."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from tutela.events import catalogue
from tutela.events.catalogue.base import Payload, all_types

_HEAD = """# The catalogue of events

Generated from `src/tutela/events/catalogue/` by `make docs`; `make lint` holds it against the code.

Every count that Tutela publishes is made from these events. Each is stored with a `sequence` (grows with every
event), an `id` (UUID version 7), its `type` and `version`, the `subject` that it is about, the `actor` (a person,
an API key, or `system`), `occurred_at` and `recorded_at` (UTC). Events are de-identified and never change: the
database itself refuses to update or delete one.
"""


def _type(annotation: Any) -> str:
    origin = get_origin(annotation)
    arguments = get_args(annotation)
    name = str(getattr(annotation, "__name__", annotation))
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if arguments and all(isinstance(a, str) for a in arguments):
        return " or ".join(f"`{a}`" for a in arguments)
    if arguments:
        return " or ".join("nothing" if a is type(None) else _type(a) for a in arguments)
    return {"str": "text", "int": "whole number", "bool": "yes or no"}.get(name, name)


def _fields(model: type[BaseModel]) -> list[str]:
    if not model.model_fields:
        return ["", "No fields.", ""]
    rows = [f"| `{name}` | {_type(field.annotation)} |" for name, field in model.model_fields.items()]
    return ["", "| field | value |", "|---|---|", *rows, ""]


def _parts() -> list[type[BaseModel]]:
    areas = [module for _, module in inspect.getmembers(catalogue, inspect.ismodule)]
    found = {cls.__name__: cls for area in areas for _, cls in inspect.getmembers(area, inspect.isclass)}
    return [
        cls
        for _, cls in sorted(found.items())
        if issubclass(cls, BaseModel) and not issubclass(cls, Payload) and cls is not BaseModel
    ]


def render() -> str:
    """Return the page as Markdown."""
    lines = [_HEAD]
    for name, model in all_types().items():
        lines += [f"## `{name}` (version {model.VERSION})", "", inspect.getdoc(model) or "", *_fields(model)]
    for part in _parts():
        lines += [f"## Part: {part.__name__}", "", inspect.getdoc(part) or "", *_fields(part)]
    return "\n".join(lines).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """Write or check the page; return 0, or 1 if it is out of date."""
    path = Path(arguments[-1])
    if "--check" in arguments:
        if path.exists() and path.read_text("utf-8") == render():
            return 0
        sys.stderr.write(f"{path} is not what the catalogue says: run `make docs` and commit it\n")
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
