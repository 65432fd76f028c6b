"""Why something was refused is said in the language of whoever asks, and every sentence of it is known."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from enum import StrEnum
from html import unescape
from pathlib import Path

import pytest

from tests.web.conftest import Visitor
from tests.web.scene import Scene, encoded, texture
from tutela.access.approvals import ApprovalState
from tutela.access.roles import Role
from tutela.casework.actions import ActionState
from tutela.casework.case import CaseState, NotPossible
from tutela.casework.entries.standing import EntryState
from tutela.casework.quality.second_review import ReviewState
from tutela.casework.reasons import Reason
from tutela.events.obstacles import AnyOf, Phrase, Value, Word
from tutela.web import translation
from tutela.web.console.told import told, told_in
from tutela.web.sentences import NoSentence, sentences

CONSOLE = Path(translation.__file__).parent / "console"
SWEDISH = {"Accept-Language": "sv"}
Visit = Callable[[str], Visitor]
STATE = "the case is %(state)s, not held"


@pytest.fixture
def in_swedish() -> Iterator[None]:
    translation.set_language("sv")
    yield
    translation.set_language("en")


def test_refusals_are_read_in_swedish(scene: Scene, visit: Visit) -> None:
    picture = encoded(texture(1, (160, 120)))
    scene.list_picture(picture)
    case, item = scene.flagged(picture, "user-1")
    rita, sven = visit("rita"), visit("sven")
    rita.post(f"/cases/{case}/claim", {"ticket": "t"})
    for path, fields, english, swedish in (
        (
            f"/cases/{case}/items/{item}/decide",
            {"decision": "known"},
            "rita works on this case until 12:",
            "rita arbetar med detta ärende till 12:",
        ),
        (
            f"/cases/{case}/assign",
            {"person": "sara"},
            "say why the case goes to somebody else",
            "ange varför ärendet går till någon annan",
        ),
        (
            f"/cases/{case}/assign",
            {"person": "adam", "reason": "x"},
            "adam may not decide this case as it stands: it is open",
            "adam får inte besluta i detta ärende som det är nu: det är öppet",
        ),
        (
            "/cases/none/assign",
            {"person": "sara", "reason": "x"},
            "there is no case none",
            "det finns inget ärende none",
        ),
    ):
        assert english in unescape(sven.post(path, fields).text)
        said = unescape(sven.post(path, fields, SWEDISH).text)
        assert swedish in said
        assert english not in said


@pytest.mark.parametrize("kind", [CaseState, ActionState, ApprovalState, EntryState, ReviewState, Reason, Role])
def test_the_words_of_an_enumeration_are_those_of_the_console(kind: type[StrEnum], in_swedish: None) -> None:
    assert [one for one in kind if one.value in told(NotPossible(STATE, state=one)).split(" ")] == []


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Word("approval", "unmask"), "avmaskera ett konto"),
        (Word("record_kind", "incident"), "säkerhetsincident"),
        (Word("area", "return"), "årsrapport"),
        (Word("unmask_purpose", "complaint"), "ett klagomål"),
        (Word("unmask_reason", "legal_obligation"), "en rättslig förpliktelse"),
        (Word("hold_state", "lifted"), "hävt"),
        (Word("legal_state", "answered"), "besvarad"),
        (Word("legal_kind", "eu-production-order", "x"), "Europeisk utlämnandeorder"),
        (Word("legal_kind", "of-this-house", "Order of this house"), "Order of this house"),
        (Word("layer", "known"), "känt material"),
        (Word("scope", "items"), "skicka objekt"),
        (Phrase("never"), "aldrig"),
        (4000, "4\xa0000"),
        (("a", CaseState.OPEN), "a, öppet"),
        (AnyOf((Role.SENIOR, "b")), "Senior granskare eller b"),
        ("rita", "rita"),
    ],
)
def test_values_are_said_as_the_console_says_them(value: Value, said: str, in_swedish: None) -> None:
    assert told(NotPossible(STATE, state=value)) == f"ärendet är {said}, inte vilande"


def test_what_comes_from_outside_is_marked_as_english(in_swedish: None) -> None:
    outside = ValueError("<b> is no picture")
    assert told(outside) == '<span lang="en">&lt;b&gt; is no picture</span>'
    assert told_in("Nej & nej: %(why)s.", outside) == f"Nej &amp; nej: {told(outside)}."
    assert "&lt;i&gt;" in told_in("%(why)s", NotPossible(STATE, state="<i>"))
    translation.set_language("en")
    assert told(outside) == str(outside)


def test_no_page_shows_an_exception_by_itself() -> None:
    """`str(error)` is English in every language; the history alone shows what a damaged file says, and marks it."""
    left = [
        f"{path.name}:{node.lineno}"
        for path in CONSOLE.glob("*.py")
        if path.stem not in ("history", "told")
        for handler in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(handler, ast.ExceptHandler) and handler.name
        for node in ast.walk(handler)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "str"
        and [ast.unparse(one) for one in node.args] == [handler.name]
    ]
    assert left == [], "told(error)"


def test_every_sentence_stands_where_a_catalogue_finds_it(tmp_path: Path) -> None:
    found = {text for _, text in sentences()}
    assert {"the case is %(state)s, not held", "say why the case is taken away", "never"} <= found
    file = tmp_path / "one.py"
    head = "class Late(Obstacle, ValueError): ...\n\nclass Later(Late): ...\n\n"
    file.write_text(head + "raise Later('too late by %(n)s', n=1)\n")
    assert sentences(tmp_path) == (("one.py", "too late by %(n)s"),)
    for wrong in ("Late(f'too late by {n}')", "Later('too late by %(n)s')", "Late('too ' + late)", "Phrase('x', n=1)"):
        sentences.cache_clear()
        file.write_text(f"{head}raise {wrong}\n")
        with pytest.raises(NoSentence):
            sentences(tmp_path)
