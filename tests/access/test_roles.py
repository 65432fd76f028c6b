import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.access.roles import GRANTS, KEY_SCOPES, NotAllowed, Permission, Person, Role, permissions_of

ROLES = st.frozensets(st.sampled_from(list(Role)))


def test_every_role_grants_something_and_nothing_unknown() -> None:
    assert set(GRANTS) == set(Role)
    assert all(grants and grants <= set(Permission) for grants in GRANTS.values())


def test_every_permission_is_granted_to_a_role_or_a_key() -> None:
    granted = frozenset().union(*GRANTS.values(), *KEY_SCOPES.values())
    assert granted == set(Permission)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.SEE_EVIDENCE, {Role.REVIEWER, Role.SENIOR, Role.COMPLAINTS_OFFICER}),
        (Permission.DECIDE, {Role.REVIEWER, Role.SENIOR}),
        (Permission.DECIDE_ESCALATED, {Role.SENIOR}),
        (Permission.DECIDE_COMPLAINT, {Role.SENIOR, Role.COMPLAINTS_OFFICER}),
        (Permission.SEE_AUDIT, {Role.DATA_PROTECTION_OFFICER, Role.AUDITOR, Role.SUPERVISOR}),
        (Permission.SUBMIT_ITEMS, set()),
        (Permission.CARRY_OUT_ACTIONS, set()),
        (Permission.LODGE_COMPLAINT, set()),
    ],
)
def test_who_may(permission: Permission, roles: set[Role]) -> None:
    assert {role for role in Role if permission in GRANTS[role]} == roles


def test_keys_of_machines_and_roles_of_people_grant_different_things() -> None:
    people = frozenset().union(*GRANTS.values())
    machines = frozenset().union(*KEY_SCOPES.values())
    assert not people & machines
    assert not KEY_SCOPES["items"] & KEY_SCOPES["actions"]


@given(roles=ROLES)
def test_roles_add_up_and_an_inactive_person_may_nothing(roles: frozenset[Role]) -> None:
    person = Person("anna", "Anna", roles)
    gone = Person("anna", "Anna", roles, active=False)
    assert person.permissions == permissions_of(roles) == {p for p in Permission if any(p in GRANTS[r] for r in roles)}
    assert gone.permissions == frozenset()
    for permission in Permission:
        if permission in person.permissions:
            person.require(permission)
        else:
            with pytest.raises(NotAllowed, match=f"anna lacks the permission {permission.value}$"):
                person.require(permission)
        with pytest.raises(NotAllowed):
            gone.require(permission)
