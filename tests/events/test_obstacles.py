"""Why something cannot be done is English by itself, and keeps what a border needs to say it otherwise."""

from __future__ import annotations

import pytest

from tutela.access.roles import NotAllowed, Permission, Person
from tutela.casework.case import CaseState, NotPossible
from tutela.events.obstacles import AnyOf, NotThere, Obstacle, Phrase, Word


def test_the_english_has_its_values_in_their_places() -> None:
    error = NotPossible(
        "%(who)s has %(n)s of %(kinds)s, %(state)s, %(how)s: %(roles)s, 5 %%",
        who="rita",
        n=4000,
        kinds=("a", Word("layer", "known", "known material")),
        state=CaseState.OPEN,
        how=Phrase("%(n)s times", n=2),
        roles=AnyOf(("one", "two")),
    )
    assert str(error) == "rita has 4,000 of a, known material, open, 2 times: one or two, 5 %"
    assert error.phrase.values["state"] is CaseState.OPEN


def test_obstacles_are_still_what_they_were() -> None:
    """A PermissionError reads its arguments in a way of its own."""
    with pytest.raises(PermissionError, match=r"^rita lacks the permission approve$") as caught:
        Person("rita", "Rita", frozenset()).require(Permission.APPROVE)
    assert isinstance(caught.value, NotAllowed)
    assert caught.value.errno is None
    with pytest.raises(LookupError, match=r"^there is no call 7$"):
        raise NotThere("there is no call %(call)s", call="7")


def test_a_phrase_that_was_made_elsewhere_is_told_as_it_is() -> None:
    why = Phrase("say why")
    assert Obstacle(why).phrase is why
    assert str(Obstacle(why)) == "say why"
