"""Everything that the console says by itself can be said in another language, and is said in Swedish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web import python_text
from tests.web.client import TestClient
from tests.web.console_pages import pages
from tests.web.pseudo import PSEUDO, outside, pseudo_language
from tests.web.scene import PASSWORD, Scene
from tests.web.template_text import texts, unwrapped
from tests.web.test_every_page import EVERYTHING, furnish
from tutela.web import messages, translation

WEB = Path(translation.__file__).parent
TEMPLATES = WEB / "templates"
_PLACES = re.compile(r"%\((\w+)\)s")
_WORD = re.compile(r"[^\W\d_]{2,}")
_STRAY = re.compile(r"(?<!%)%(?!%|\(\w+\)s)")
_WITH_DIGITS = re.compile(r"\S*\d\S*")
NAMES = {"UTC", "Tutela", "JSON", "CSV", "Markdown", "Svenska", "English", "CyberTipline", "en", "sv"}
"""What is called the same in every language."""
_OF_THE_SCENE = """
    Olga Office Nobody Reviewer Rita Sara Senior Sven Cora Officer Nora Referrals Ruth Auditor Adam Dora
    olga rita sara sven cora nora ruth adam dora inspector inspection:inspector system rosa key:platform
    Example Authority trial-list made for tests pdq chat Chat SE sandbox platform audit GET /audit none
    Retention retention Ninety days as listed It was a bridge
"""
DATA = frozenset(_OF_THE_SCENE.split())
"""What the scene calls its people, lists, services and records."""
SAMPLES = {"rosa, key:platform, system"}
"""Examples of names."""


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_says_anything_in_english_alone(path: Path) -> None:
    said = [one for one in unwrapped(path) if one not in SAMPLES and set(_WORD.findall(one)) - NAMES]
    assert said == [], 'wrap it: {{ _("...") }}'


def test_every_import_of_words_is_of_this_request() -> None:
    """Without the context a template is read once, in the language of whoever came first."""
    for path in TEMPLATES.rglob("*.html"):
        for line in re.findall(r"{%-? *(?:import|from) [^%]*%}", path.read_text("utf-8")):
            assert "with context" in line, f"{path.name}: {line}"


def untranslated(page: str) -> set[str]:
    """Return the words of a page that no message holds and that are no data of the scene."""
    words: set[str] = set()
    for text in texts(page):
        for token in _WITH_DIGITS.sub(" ", outside(text)).split():
            bare = token.strip("().,;:·+/|!?\"'“”")
            if bare not in DATA | NAMES and _WORD.search(bare):
                words.add(bare)
    return words


@pytest.fixture
def in_brackets(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Let the console speak in brackets to whoever sends these headers."""
    with pseudo_language(tmp_path / "locale"):
        yield {"Accept-Language": PSEUDO}


def test_every_page_says_in_another_language_whatever_it_says(
    scene: Scene, client: TestClient, in_brackets: dict[str, str]
) -> None:
    values = furnish(scene)
    client.post("/sign-in", data={"name": EVERYTHING.id, "password": PASSWORD})
    left = {path: untranslated(client.get(path, headers=in_brackets).text) for path in pages(values, fragments=True)}
    assert {path: words for path, words in left.items() if words} == {}


def test_so_do_refusals(scene: Scene, client: TestClient, in_brackets: dict[str, str]) -> None:
    values = furnish(scene)
    assert untranslated(client.get("/sign-in", headers=in_brackets).text) == set()
    wrong = client.post("/sign-in", data={"name": "rita", "password": "wrong"}, headers=in_brackets)
    assert (wrong.status_code, untranslated(wrong.text)) == (401, set())
    client.post("/sign-in", data={"name": "rita", "password": PASSWORD})
    csrf = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', client.get("/queue").text)[0]}
    case = f"/cases/{values['case_id']}"
    for path, fields, status in (
        ("/no-such-page", None, 404),
        ("/people", None, 403),
        ("/queue?queue=none", None, 404),
        ("/account/sessions/none/end", csrf, 404),
        (f"{case}/comment", {}, 403),
        (f"{case}/items/{values['item_id']}/view", csrf, 409),
        ("/language", {**csrf, "language": "xx"}, 422),
    ):
        if fields is None:
            answer = client.get(path, headers=in_brackets)
        else:
            answer = client.post(path, data=fields, headers=in_brackets)
        assert (answer.status_code, untranslated(answer.text)) == (status, set()), path


def test_machines_are_answered_in_english(client: TestClient, in_brackets: dict[str, str]) -> None:
    answer = client.post("/v1/items", headers=in_brackets)
    assert answer.status_code in (401, 422)
    assert "⟦" not in answer.text
    assert client.get("/v1/none", headers=in_brackets).json() == {"detail": "Not Found"}


@pytest.mark.parametrize("path", sorted((WEB / "console").glob("*.py")), ids=lambda path: path.stem)
def test_no_page_is_refused_in_english_alone(path: Path) -> None:
    assert list(python_text.unwrapped(path)) == [], "wrap it: gettext(...)"


def test_the_catalogues_are_complete(capsys: pytest.CaptureFixture[str]) -> None:
    assert messages.main(["--check"]) == 0, capsys.readouterr().err


def test_translations_keep_what_is_filled_in() -> None:
    """A place that a translation lacks would hide a number; one that is not there would fail the page."""
    for path in translation.CATALOGUES.glob("*.po"):
        for message in messages.updated(path, messages.extracted()):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            if message.id:
                for one, string in zip(map(str, ids), map(str, strings), strict=True):
                    assert set(_PLACES.findall(string)) == set(_PLACES.findall(one)), (path.name, string)
                    assert _STRAY.findall(string) == _STRAY.findall(one) == [], (path.name, string)


def test_numbers_are_written_as_the_language_writes_them() -> None:
    try:
        translation.set_language("sv")
        assert translation.decimal(1234567) == "1\xa0234\xa0567"
        assert translation.decimal(99.5, 2) == "99,50"
        translation.set_language("en")
        assert translation.decimal(1234567) == "1,234,567"
        assert translation.decimal(99.5, 2) == "99.50"
        assert translation.decimal(0.125) == "0.125"
    finally:
        translation.set_language("en")


def test_a_word_that_means_two_things_has_two_translations() -> None:
    try:
        translation.set_language("sv")
        assert translation.pgettext("case", "open") == "öppet"
        assert translation.gettext("open") == "öppna"
    finally:
        translation.set_language("en")
