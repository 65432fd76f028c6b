import pytest

from tutela.regimes.services import OWN_FILES, Encryption, Service, ServiceRegion, ServiceType


def service(id_: str, type_: ServiceType) -> Service:
    return Service(id_, "Name", type_, Encryption.NONE, ServiceRegion.EU)


@pytest.mark.parametrize("id_", ["a", "chat", "0", "chat-2-eu", "a" * 63])
def test_short_names_are_ids(id_: str) -> None:
    assert service(id_, ServiceType.HOSTING).id == id_


@pytest.mark.parametrize("id_", ["", "-a", "Chat", "chat_2", "a b", "å", "a" * 64, "chat\n", "a/../b"])
def test_other_names_are_refused(id_: str) -> None:
    with pytest.raises(ValueError, match="lower-case letters, digits and dashes"):
        service(id_, ServiceType.HOSTING)


def test_only_number_independent_messaging_is_in_scope_of_the_return() -> None:
    assert [t.value for t in ServiceType if service("a", t).in_scope_of_return] == ["number_independent_messaging"]
    assert [t.value for t in ServiceType if service("a", t).is_communication] == [
        "number_independent_messaging",
        "number_based_messaging",
    ]


def test_own_files_are_nobodys_communications() -> None:
    assert not OWN_FILES.is_communication
    assert not OWN_FILES.in_scope_of_return
