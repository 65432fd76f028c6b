"""What is wrong with a field of a form or an address, in the reader's language; what came in is not repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutela.web.translation import gettext

_PARTS = ("query", "body", "path", "header", "cookie")
"""Where the framework says that a field stands, which says nothing to a person."""


def sentence(error: Mapping[str, Any]) -> str:
    """Return a sentence about one error of pydantic, with the name of the field as the form sends it."""
    said: dict[str, Any] = {"field": _field(error["loc"])}
    kind, bounds = str(error["type"]), error.get("ctx", {})
    match kind:
        case "missing":
            text = gettext("“%(field)s” is missing.")
        case "int_parsing" | "int_type" | "int_from_float" | "int_parsing_size":
            text = gettext("“%(field)s” must be a whole number.")
        case "float_parsing" | "float_type" | "decimal_parsing" | "finite_number":
            text = gettext("“%(field)s” must be a number.")
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            said["bound"] = next(iter(bounds.values()))
            text = {
                "greater_than_equal": gettext("“%(field)s” must be %(bound)s or more."),
                "greater_than": gettext("“%(field)s” must be more than %(bound)s."),
                "less_than_equal": gettext("“%(field)s” must be %(bound)s or less."),
                "less_than": gettext("“%(field)s” must be less than %(bound)s."),
            }[kind]
        case "string_too_long" | "too_long":
            said["most"] = bounds["max_length"]
            text = gettext("“%(field)s” is too long: %(most)s at most.")
        case "string_too_short" | "too_short":
            said["least"] = bounds["min_length"]
            text = gettext("“%(field)s” is too short: %(least)s at least.")
        case "enum" | "literal_error":
            text = gettext("“%(field)s” is none of the choices.")
        case _ if kind.startswith("date_"):
            text = gettext("“%(field)s” is no day: write it as 2025-06-02.")
        case _ if kind.startswith("datetime_"):
            text = gettext("“%(field)s” is no time: write it as 2025-06-02T14:30.")
        case _:
            text = gettext("“%(field)s” cannot be used as it is.")
    return text % said


def _field(place: tuple[int | str, ...]) -> str:
    named = [str(part) for part in place if part not in _PARTS]
    # What follows the name is a place within a list, or which of several types was tried.
    return named[0] if named else ".".join(map(str, place))
