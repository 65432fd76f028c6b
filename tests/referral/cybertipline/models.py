"""Any model of the schema, from its own declaration."""

from __future__ import annotations

import types
import typing
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from functools import cache
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from tutela.referral.cybertipline.schema import Details, NameValue, clean, values
from tutela.referral.cybertipline.schema.element import Element, Named, Place

LATEST = datetime(9000, 1, 1, tzinfo=UTC)
zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(clean) | st.sampled_from(
    ["<&>\"'", "]]>", "\x85\u2028", " ", "\r\n\t", "\U0010ffff", "é" * 2057, ""]
)
urls = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), max_size=30).map(clean)
_VALUES: dict[Any, st.SearchStrategy[Any]] = {
    values.Text: texts,
    values.Platform: texts | st.just("x" * 3000),
    values.Escalation: texts | st.just("é" * 3000),
    values.OriginalFileName: texts.map(lambda t: t[:2056]) | st.just("x" * 2056),
    values.Url: urls,
    values.FileUrl: urls | st.just("x" * 2083),
    values.Token: st.from_regex(r"[0-9a-f]{32}", fullmatch=True) | st.sampled_from(["a b", "ö"]),
    values.CallingCode: st.from_regex(r"\+[0-9]{1,3}", fullmatch=True),
    values.Digits: st.from_regex(r"[0-9]{1,6}", fullmatch=True),
    values.Moment: st.datetimes(datetime(1, 1, 3), datetime(8999, 1, 1), timezones=zones),  # noqa: DTZ001
    values.ReportId: st.integers(1, 2**63 - 1),
    values.Age: st.integers(0, 150),
    values.Port: st.integers(0, 65535),
    values.Latitude: st.floats(-90, 90),
    values.Longitude: st.floats(-180, 180),
    bool: st.booleans(),
    date: st.dates(),
}


@cache
def models_of(kind: type[Element]) -> st.SearchStrategy[Any]:
    """Return a strategy of a kind of element; every part that it can have comes in turn."""
    hints = {
        name: hint
        for name, hint in typing.get_type_hints(kind, include_extras=True).items()
        if name in kind.model_fields
    }
    parts = {name: _strategy(hint) for name, hint in hints.items()}
    if kind is Details:
        parts["name_value_pair"] = st.lists(models_of(NameValue), min_size=1, max_size=2).map(tuple)
    required = {name: parts[name] for name, field in kind.model_fields.items() if field.is_required()}
    optional = sorted(set(parts) - set(required))
    # A few of the optional parts at a time, or a document would outgrow what hypothesis draws.
    some = st.lists(st.sampled_from(optional), max_size=4, unique=True) if optional else st.just([])

    def built(names: list[str]) -> st.SearchStrategy[Any]:
        chosen = {**required, **{name: parts[name] for name in names}}
        return st.fixed_dictionaries(chosen).map(lambda given: _built(kind, given))

    return some.flatmap(built).filter(lambda made: made is not None)


def _built(kind: type[Element], given: dict[str, Any]) -> Element | None:
    try:
        return kind(**given)
    except ValidationError as error:
        # What concerns several fields at once may be refused; of what concerns one, only the good is generated.
        if any(one["loc"] for one in error.errors()):
            raise
        return None


def _strategy(hint: Any) -> st.SearchStrategy[Any]:
    if hint in _VALUES:
        return _VALUES[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        rest = [one for one in arguments[1:] if not isinstance(one, Place | Named)]
        marked = len(rest) < len(arguments) - 1
        return _strategy(typing.Annotated[arguments[0], *rest] if marked and rest else arguments[0])
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(st.none() if one is type(None) else _strategy(one) for one in arguments))
    if origin is tuple:
        return st.lists(_strategy(arguments[0]), max_size=2).map(tuple)
    if origin is frozenset:
        return st.frozensets(_strategy(arguments[0]))
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and issubclass(hint, Element):
        return st.deferred(lambda: models_of(hint))
    raise AssertionError(f"no strategy for {hint!r}")
