"""A field that cannot be read is told of in the reader's language; a platform gets the framework's words."""

from __future__ import annotations

import html

import pytest

from tests.web.client import TestClient
from tests.web.scene import PASSWORD, Scene
from tutela.access.roles import Person, Role
from tutela.web.translation import COOKIE

EVERYTHING = Person("olga", "Olga Office", frozenset(Role))


@pytest.mark.parametrize(
    ("path", "english", "swedish"),
    [
        ("/audit?before=x", "“before” must be a whole number.", "”before” ska vara ett heltal."),
        ("/audit?before=0", "“before” must be 1 or more.", "”before” ska vara minst 1."),
        ("/audit?person=" + "a" * 200, "“person” is too long: 128 at most.", "”person” är för långt: högst 128."),
        ("/complaints/figures?by=x", "“by” is none of the choices.", "”by” är inget av alternativen."),
        (
            "/quality?from=x",
            "“from” is no day: write it as 2025-06-02.",
            "”from” är ingen dag: skriv den som 2025-06-02.",
        ),
    ],
)
def test_a_field_error_is_a_sentence(client: TestClient, scene: Scene, path: str, english: str, swedish: str) -> None:
    scene.place.people.register(EVERYTHING, PASSWORD)
    client.post("/sign-in", data={"name": EVERYTHING.id, "password": PASSWORD})
    session = client.cookies["tutela_session"]
    for language, said in (("en", english), ("sv", swedish)):
        answer = client.get(path, headers={"Cookie": f"{COOKIE}={language}; tutela_session={session}"})
        assert answer.status_code == 422
        text = html.unescape(answer.text)
        assert said in text
        assert "Input should" not in text


def test_a_platform_gets_the_words_of_the_framework(client: TestClient) -> None:
    answer = client.get("/v1/actions?limit=x")
    assert answer.status_code in {401, 422}
    assert "“" not in answer.text


def test_the_cap_of_the_law_is_told_in_the_language_of_the_page(client: TestClient, scene: Scene) -> None:
    scene.place.people.register(EVERYTHING, PASSWORD)
    client.post("/sign-in", data={"name": EVERYTHING.id, "password": PASSWORD})
    session = client.cookies["tutela_session"]
    page = client.get("/retention", headers={"Cookie": f"{COOKIE}=sv; tutela_session={session}"}).text
    assert "12 months" not in page
    assert "12 månader" in page
