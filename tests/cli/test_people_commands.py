"""`tutela person` and `tutela key`: what an administrator does without the console."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutela.access.ports import Step
from tutela.access.roles import Role
from tutela.cli.main import app
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

PASSWORD = "a first password"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUTELA_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def tutela(*arguments: str, given: str = "", status: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments), input=given)
    assert done.exit_code == status, done.output
    return done.output


def test_people_are_given_access_changed_and_reset(data: Path) -> None:
    tutela("person", "add", "rosa", "--role", "reviewer", "--password-stdin", given=f"{PASSWORD}\n")
    tutela("person", "add", "ada", "--role", "auditor", "--password-stdin", "--keep-password", given=f"{PASSWORD}\n")
    with Workplace(load_settings(data, {})) as place:
        secret = place.people.sign_in("rosa", PASSWORD)
        found = place.people.session(secret)
        assert found
        assert found.step is Step.PASSWORD
        other = place.people.session(place.people.sign_in("ada", PASSWORD))
        assert other
        assert other.step is Step.ENROL  # by default everybody needs a second factor
        tutela("person", "roles", "rosa", "--role", "senior", "--role", "auditor")
        assert place.person("rosa").roles == {Role.SENIOR, Role.AUDITOR}
        assert place.people.session(secret) is None
        assert "ada: 1 ended" in tutela("person", "end-sessions", "ada")
        tutela("person", "reset-second-factor", "ada")
        tutela("person", "deactivate", "ada")
    rows = [json.loads(line) for line in tutela("person", "list", "--json").splitlines()]
    assert [(row["name"], row["active"], row["roles"]) for row in rows] == [
        ("rosa", True, ["auditor", "senior"]),
        ("ada", False, ["auditor"]),
    ]
    assert "rosa" in tutela("person", "list")
    for command in (["roles", "nobody", "--role", "senior"], ["reset-second-factor", "nobody"], ["end-sessions", "x"]):
        assert "nobody called" in tutela("person", *command, status=1)


def test_keys_expire_and_are_listed(data: Path) -> None:
    secret = tutela("key", "create", "platform", "--scope", "items", "--days", "30").strip()
    tutela("key", "create", "other", "--scope", "lookups")
    with Workplace(load_settings(data, {})) as place:
        assert place.people.key(secret)
    tutela("key", "revoke", "other")
    first, last = (json.loads(line) for line in tutela("key", "list", "--json").splitlines())
    assert (first["id"], first["scopes"], first["revoked_at"]) == ("platform", ["items"], None)
    assert first["expires_at"] > first["created_at"]
    assert first["last_used_at"]
    assert (last["id"], bool(last["revoked_at"])) == ("other", True)
    assert secret not in tutela("key", "list")
