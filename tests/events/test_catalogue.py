import inspect
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from tutela.events import catalogue
from tutela.events.catalogue.base import Payload, UnknownEvent, all_types, parse

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    bool: st.booleans(),
    date: st.dates(),
    datetime: st.builds(
        lambda since, zone: (datetime(1990, 1, 1, tzinfo=UTC) + since).astimezone(zone),
        st.timedeltas(timedelta(0), timedelta(days=30_000)),
        # As text from outside has them: the hour that summer time repeats is not told apart by pydantic.
        st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    ),
    float: st.floats(allow_nan=False, allow_infinity=False),
    type(None): st.none(),
}


def values(annotation: Any, metadata: Sequence[Any] = ()) -> st.SearchStrategy[Any]:
    if annotation is int:
        bounds = [m.ge for m in metadata if hasattr(m, "ge")] + [m.gt + 1 for m in metadata if hasattr(m, "gt")]
        return st.integers(min_value=max(bounds, default=None), max_value=2**53)
    if annotation in SIMPLE:
        return SIMPLE[annotation]
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if get_origin(annotation) is dict:
        return st.dictionaries(TEXT, TEXT, max_size=3)
    if arguments and all(isinstance(a, str) for a in arguments):
        return st.sampled_from(arguments)
    if arguments:
        return st.one_of([values(a, metadata) for a in arguments])
    assert issubclass(annotation, BaseModel), f"no strategy for {annotation!r}"
    return instances(annotation)


def instances(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    return st.builds(model, **{name: values(f.annotation, f.metadata) for name, f in model.model_fields.items()})


def literal_fields(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    return [
        (name, f) for name, f in model.model_fields.items() if isinstance(next(iter(get_args(f.annotation)), 0), str)
    ]


@pytest.mark.parametrize("name", all_types())
@given(data=st.data())
def test_every_event_comes_back_from_json_as_it_went(name: str, data: st.DataObject) -> None:
    payload = data.draw(instances(all_types()[name]))
    stored = json.loads(json.dumps(payload.model_dump(mode="json")))
    read = parse(name, payload.VERSION, stored)
    assert type(read) is all_types()[name]
    assert read == payload
    assert read.model_dump(mode="json") == payload.model_dump(mode="json")


def test_every_payload_class_is_registered_under_its_own_name() -> None:
    classes = {
        c
        for _, area in inspect.getmembers(catalogue, inspect.ismodule)
        for _, c in inspect.getmembers(area, inspect.isclass)
        if issubclass(c, Payload) and c is not Payload
    }
    assert set(all_types().values()) == classes
    assert len(all_types()) == len(classes)
    assert all(name == cls.TYPE and cls.VERSION >= 1 and cls.__doc__ for name, cls in all_types().items())


def test_the_catalogue_that_is_handed_out_cannot_change_the_real_one() -> None:
    handed = dict(all_types())
    handed.clear()
    given_out = all_types()
    assert isinstance(given_out, dict)
    given_out.clear()
    assert len(all_types()) > 20


@pytest.mark.parametrize("type_", ["", "case", "case.opened ", "Case.Opened", "case.vanished", "__class__"])
def test_an_unknown_type_is_refused(type_: str) -> None:
    with pytest.raises(UnknownEvent, match="not in this version's catalogue"):
        parse(type_, 1, {})


@pytest.mark.parametrize("version", [2, 99, 0, -1])
def test_a_version_that_never_was_or_is_not_yet_is_refused(version: int) -> None:
    with pytest.raises(UnknownEvent, match=f"version {version}"):
        parse("action.reversed", version, {"action": "a"})


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("action.reversed", {}),
        ("action.reversed", {"action": "a", "account": "somebody@example.org"}),
        ("action.reversed", {"action": None}),
        ("hashlist.imported", {"added": -1, "already_there": 0, "rejected": 0}),
        ("case.closed", {"end": "forgotten"}),
        ("complaint.lodged", {"complaint": "c", "action": "a", "channel": "telephone"}),
    ],
)
def test_data_that_does_not_fit_is_refused(type_: str, data: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        parse(type_, 1, data)


@pytest.mark.parametrize("name", all_types())
def test_no_payload_takes_a_field_that_it_does_not_name(name: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        parse(name, 1, {"free_text": "x"})


@pytest.mark.parametrize("name", [n for n, m in all_types().items() if literal_fields(m)])
@given(data=st.data(), other=TEXT)
def test_a_word_outside_an_enumeration_is_refused(name: str, data: st.DataObject, other: str) -> None:
    payload = data.draw(instances(all_types()[name]))
    for field, info in literal_fields(all_types()[name]):
        if other in get_args(info.annotation):
            continue
        with pytest.raises(ValidationError):
            parse(name, 1, {**payload.model_dump(mode="json"), field: other})


def test_a_payload_cannot_be_changed() -> None:
    payload = parse("action.reversed", 1, {"action": "a"})
    with pytest.raises(ValidationError, match="frozen"):
        payload.action = "b"  # type: ignore[attr-defined]
