"""Roles, scopes and actions."""

from itertools import product

import pytest

from valuation.domain import records
from valuation.domain.people import (
    GRANTS,
    SCOPES,
    Action,
    Mode,
    NotAllowed,
    Principal,
    Role,
    Scope,
    actor_of,
    allowed,
    check_allowed,
)

MAY = {
    Role.CLERK: {
        Action.MAKE_QUOTE, Action.TAKE_STEP, Action.READ_QUOTE, Action.ENTER_CUSTOMER,
    },
    Role.MANAGER: {
        Action.MAKE_QUOTE, Action.TAKE_STEP, Action.READ_QUOTE, Action.READ_VALUES,
        Action.READ_REPORT, Action.ENTER_CUSTOMER, Action.READ_CUSTOMER, Action.ERASE_CUSTOMER,
    },
    Role.AUDITOR: {
        Action.READ_QUOTE, Action.READ_VALUES, Action.READ_REPORT, Action.REPLAY,
        Action.READ_MODELS,
    },
    Role.DATA_SCIENTIST: {Action.READ_MODELS},
}  # fmt: skip


def make_principal(*scopes: Scope, role: Role | None = None) -> Principal:
    return Principal(
        merchant="mr_1", store=None, actor="key:ky_1", role=role,
        scopes=SCOPES[role] if role else frozenset(scopes), mode=Mode.LIVE,
    )  # fmt: skip


@pytest.mark.parametrize(("role", "action"), list(product(Role, Action)))
def test_a_role_may_do_what_its_line_says_and_nothing_else(role: Role, action: Action) -> None:
    assert allowed(make_principal(role=role), action) is (action in MAY[role])


@pytest.mark.parametrize(("scope", "action"), list(product(Scope, Action)))
def test_a_key_may_do_what_its_scope_grants(scope: Scope, action: Action) -> None:
    assert allowed(make_principal(scope), action) is (action in GRANTS[scope])


def test_a_key_without_a_scope_may_do_nothing() -> None:
    assert not any(allowed(make_principal(), action) for action in Action)


def test_whatever_can_be_asked_somebody_may_do() -> None:
    assert set().union(*GRANTS.values()) == set(Action)


def test_who_makes_quotes_does_not_see_the_margin_for_it() -> None:
    assert not allowed(make_principal(Scope.QUOTES_WRITE), Action.READ_VALUES)


def test_a_refusal_names_the_scope_that_is_needed_and_what_to_do() -> None:
    check_allowed(make_principal(Scope.QUOTES_READ), Action.READ_VALUES)
    with pytest.raises(NotAllowed, match="this key may not make a quote") as refused:
        check_allowed(make_principal(Scope.QUOTES_READ), Action.MAKE_QUOTE)
    assert "quotes:write" in str(refused.value)
    with pytest.raises(NotAllowed, match=r"a data scientist may not .* quotes:read or audit:read"):
        check_allowed(make_principal(role=Role.DATA_SCIENTIST), Action.READ_VALUES)


@pytest.mark.parametrize(
    ("role", "acts_as"),
    [
        (None, records.Role.MERCHANT),
        (Role.CLERK, records.Role.CLERK),
        (Role.MANAGER, records.Role.MANAGER),
    ],
)
def test_the_log_names_a_reference_and_as_what_somebody_acts(
    role: Role | None, acts_as: records.Role
) -> None:
    assert actor_of(make_principal(role=role)) == records.Actor(role=acts_as, id="key:ky_1")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DATA_SCIENTIST])
def test_who_only_reads_is_nobody_in_the_log(role: Role) -> None:
    with pytest.raises(NotAllowed):
        actor_of(make_principal(role=role))
