"""The configuration: clear errors, the environment before the file, and no way to send anything out by accident."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tutela.referral.cybertipline.target import CyberTiplineSettings, WrongTarget
from tutela.storage.settings import BadSettings, default_data_folder, load_settings


def written(folder: Path, text: str) -> Path:
    (folder / "tutela.toml").write_text(text, "utf-8")
    return folder


def test_nothing_written_is_a_sandbox_on_this_machine(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert settings.cybertipline == CyberTiplineSettings()
    assert settings.cybertipline.target == "sandbox"
    assert settings.database_url == f"sqlite:///{tmp_path / 'tutela.sqlite'}"
    assert settings.reporter is None
    assert settings.other_ground is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("reporter = ", "tutela.toml"),
        ("[reporter]\norganisation = 'x'\n", "first_name"),
        ("[reporter]\norganisation=1\nfirst_name='a'\nlast_name='b'\nemail='c'\n", "organisation"),
        ("colour = 'red'\n", "colour"),
        ("[policy]\nremove = true\n", "policy.remove"),
        ("[policy]\nrecipients = ['a', 'cybertipline', 'b', 'cybertipline']\n", "cybertipline is named twice"),
        ("[limits]\nmax_bytes = 0\n", "limits"),
        ("[limits]\nmax_bytes = 'many'\n", "limits.max_bytes"),
        ("cybertipline = 3\n", "cybertipline"),
        ("[redress]\ncourt = {xx = 'a court'}\n", "no language 'xx'"),
        ("[redress]\nauthority = 7\n", "redress.authority"),
        ("[other_ground]\nid = 'x'\ntext = ' '\n", "ground"),
        ("[thresholds]\npdq = 'far'\n", "thresholds.pdq"),
        ("[cybertipline]\nurl = 'https://report.cybertip.org/ispws'\n", "sandbox"),
        ("[cybertipline]\ntarget = 'production'\n", "report.cybertip.org"),
        ("[cybertipline]\nurl='https://exttest.cybertip.org/ispws'\ntarget='production'\n", "report.cybertip.org"),
        ("[cybertipline]\nurl='http://report.cybertip.org/ispws'\ntarget='production'\n", "https"),
        ("[cybertipline]\nurl='http://[::1/ispws'\n", "tutela.toml"),
        ("[cybertipline]\ntarget='live'\n", "one of sandbox, test, production"),
    ],
)
def test_bad_settings_name_the_setting(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadSettings, match=told.replace(".", r"\.")):
        load_settings(written(tmp_path, text), {})


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "tutela.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadSettings, match=r"tutela\.toml"):
        load_settings(tmp_path, {})


def test_the_environment_comes_first(tmp_path: Path) -> None:
    text = "database_url='sqlite:///a'\n[cybertipline]\nuser='file'\n[other_ground]\nid='x'\ntext='y'\n"
    environment = {
        "TUTELA_DATABASE_URL": "sqlite:///b",
        "TUTELA_CYBERTIPLINE_USER": "environment",
        "TUTELA_CYBERTIPLINE_PASSWORD": "",
        "TUTELA_OTHER_GROUND": "consent: note 7, of: May",
        "TUTELA_REGIMES": "/somewhere",
    }
    settings = load_settings(written(tmp_path, text), environment)
    assert settings.database_url == "sqlite:///b"
    assert (settings.cybertipline.user, settings.cybertipline.password) == ("environment", "")
    assert settings.other_ground is not None
    assert (settings.other_ground.id, settings.other_ground.text) == ("consent", "note 7, of: May")
    assert settings.regimes == Path("/somewhere")
    assert default_data_folder({"TUTELA_DATA": "/x"}) == Path("/x")
    assert default_data_folder({"XDG_DATA_HOME": "/y"}) == Path("/y/tutela")


@pytest.mark.parametrize(
    "environment",
    [
        {"TUTELA_OTHER_GROUND": "no colon"},
        {"TUTELA_OTHER_GROUND": ":"},
        {"TUTELA_CYBERTIPLINE_TARGET": "production"},
        {"TUTELA_CYBERTIPLINE_URL": "https://report.cybertip.org/ispws"},
    ],
)
def test_a_bad_environment_is_told(tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(BadSettings):
        load_settings(tmp_path, environment)


def test_a_section_that_is_none_with_the_environment(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cybertipline"):
        load_settings(written(tmp_path, "cybertipline = 3\n"), {"TUTELA_CYBERTIPLINE_USER": "x"})


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1.example.org/ispws",
        "http://127.0.0.1@example.org/ispws",
        "http://127.0.0.1:8640@example.org/",
        "http://localhost.example.org",
        "http://example.org#@127.0.0.1",
        "http://example.org?@127.0.0.1",
        "//example.org",
        "example.org",
        "",
        "http://0.0.0.0:8640/",
        "http://[::ffff:192.0.2.1]/",
        "http://192.0.2.1\\@127.0.0.1/",
        "http://127.0.0.1\t.example.org/",
    ],
)
def test_a_sandbox_is_on_this_machine(url: str) -> None:
    try:
        settings = CyberTiplineSettings(url=url)
    except ValueError:
        return
    # Where our own reading lets an address pass, the client must read the same host.
    try:
        host = httpx.URL(settings.url).host
    except httpx.InvalidURL:
        return
    assert host in ("127.0.0.1", "::1", "localhost")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://localhost:1", "http://[::1]:5/", "https://127.0.0.1/"])
def test_addresses_of_this_machine_are_taken(url: str) -> None:
    assert CyberTiplineSettings(url=url).url == url


@pytest.mark.parametrize(("target", "host"), [("test", "exttest.cybertip.org"), ("production", "report.cybertip.org")])
def test_another_target_needs_both(target: str, host: str) -> None:
    assert CyberTiplineSettings(url=f"https://{host}/ispws", target=target).target == target
    for url in (CyberTiplineSettings().url, f"https://{host}.example.org/", f"http://{host}/", "https://example.org"):
        with pytest.raises(WrongTarget):
            CyberTiplineSettings(url=url, target=target)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[queues]]\nid = 'urgent'\nname = 'x'\n", "urgent is a queue that is there anyway"),
        ("[[queues]]\nid = 'A b'\nname = 'x'\n", "other characters"),
        ("[[queues]]\nid = 'a'\nname = 'x'\n[[queues]]\nid = 'a'\nname = 'y'\n", "a is there twice"),
        ("[[queues]]\nid = 'a'\nname = 'x'\nlayers = ['old']\n", "queues.0.layers"),
        ("[[queues]]\nid = 'a'\nname = 'x'\nseverity = 10\n", "0 to 9"),
        ("[[queues]]\nid = 'a'\nname = 'x'\nroles = ['chief']\n", "queues.0.roles"),
        ("[care]\nlooks_per_hour = -1\n", "care.looks_per_hour"),
        ("[care]\nbreak_minutes = 0\n", "care.break_minutes"),
        ("[desk]\nclaim_minutes = 0\n", "claim_minutes"),
        ("[policy]\njurisdictions = ['Sweden']\n", "policy.jurisdictions"),
    ],
)
def test_bad_settings_of_the_desk_name_the_setting(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadSettings, match=told.replace(".", r"\.")):
        load_settings(written(tmp_path, text), {})


def test_the_desk_as_it_is_configured(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, "[[queues]]\nid = 'mail'\nname = 'Mail'\nservices = ['mail']\n"), {})
    assert settings.queues.ids == ("urgent", "escalated", "mail", "other", "held")
    assert settings.care.looks_per_hour > 0  # care does not wait for somebody to ask for it


def test_a_rehearsal_reaches_no_authority(tmp_path: Path) -> None:
    (tmp_path / "tutela.toml").write_text('rehearsal = true\n[cybertipline]\ntarget = "production"\n', "utf-8")
    with pytest.raises(BadSettings, match="rehearsal: an installation that reaches production is none"):
        load_settings(tmp_path, {})
