"""Who may do what: a caller's scopes, the actions that each allows, the scopes of each role."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from valuation.domain import records
from valuation.domain.records import Actor


class Mode(StrEnum):
    """Whether a key is for business or for trying things out."""

    LIVE = "live"
    TEST = "test"


class Role(StrEnum):
    """What somebody is in a shop."""

    CLERK = "clerk"
    MANAGER = "manager"
    AUDITOR = "auditor"
    DATA_SCIENTIST = "data_scientist"


class Scope(StrEnum):
    """What a key is given, or a person by a role."""

    QUOTES_WRITE = "quotes:write"
    QUOTES_READ = "quotes:read"
    AUDIT_READ = "audit:read"
    MODELS_READ = "models:read"
    CUSTOMERS_WRITE = "customers:write"
    CUSTOMERS_MANAGE = "customers:manage"


class Action(StrEnum):
    """What is asked of the service; the word is read aloud in a refusal."""

    MAKE_QUOTE = "make a quote"
    TAKE_STEP = "move a quote on"
    READ_QUOTE = "read a quote as the customer does"
    READ_VALUES = "read the merchant's view of a quote"
    REPLAY = "read the log of a quote or replay it"
    READ_MODELS = "read the figures of a price model"
    READ_REPORT = "read a report of the shop"
    ENTER_CUSTOMER = "enter a customer"
    READ_CUSTOMER = "read what is known of a customer"
    ERASE_CUSTOMER = "erase a customer"


GRANTS: Mapping[Scope, frozenset[Action]] = {
    Scope.QUOTES_WRITE: frozenset({Action.MAKE_QUOTE, Action.TAKE_STEP, Action.READ_QUOTE}),
    Scope.QUOTES_READ: frozenset({Action.READ_QUOTE, Action.READ_VALUES, Action.READ_REPORT}),
    Scope.AUDIT_READ: frozenset(
        {Action.READ_QUOTE, Action.READ_VALUES, Action.READ_REPORT, Action.REPLAY}
    ),
    Scope.MODELS_READ: frozenset({Action.READ_MODELS}),
    # Who enters customers all day need not see those of yesterday.
    Scope.CUSTOMERS_WRITE: frozenset({Action.ENTER_CUSTOMER}),
    Scope.CUSTOMERS_MANAGE: frozenset(
        {Action.ENTER_CUSTOMER, Action.READ_CUSTOMER, Action.ERASE_CUSTOMER}
    ),
}

# A clerk shows the screen to the customer: no margin on it.
SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.CLERK: frozenset({Scope.QUOTES_WRITE, Scope.CUSTOMERS_WRITE}),
    Role.MANAGER: frozenset({Scope.QUOTES_WRITE, Scope.QUOTES_READ, Scope.CUSTOMERS_MANAGE}),
    Role.AUDITOR: frozenset({Scope.AUDIT_READ, Scope.MODELS_READ}),
    Role.DATA_SCIENTIST: frozenset({Scope.MODELS_READ}),
}


# As whom a quote's log names them; the others only read. A key is the merchant's own system.
_ACTS_AS: Mapping[Role | None, records.Role] = {
    None: records.Role.MERCHANT,
    Role.CLERK: records.Role.CLERK,
    Role.MANAGER: records.Role.MANAGER,
}


class NotAllowed(RuntimeError):
    """The caller is known and may not do this."""

    def __init__(self, principal: "Principal", action: Action) -> None:
        self.scopes = scopes_for(action)
        who = f"a {principal.role.value.replace('_', ' ')}" if principal.role else "this key"
        needs = " or ".join(scope.value for scope in self.scopes)
        do = "ask a colleague who may" if principal.role else "use a key that has it"
        super().__init__(f"{who} may not {action.value}: that needs the scope {needs}; {do}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who calls, for which merchant: a key of a till (no store, no role) or a person.

    ``actor`` is a reference such as ``key:k1…`` or ``clerk:cl_…``, never a name: logs keep it.
    """

    merchant: str
    store: str | None
    actor: str
    role: Role | None
    scopes: frozenset[Scope]
    mode: Mode


def allowed(principal: Principal, action: Action) -> bool:
    """Whether one of the caller's scopes allows the action; which merchant's is not asked here."""
    return any(action in GRANTS[scope] for scope in principal.scopes)


def check_allowed(principal: Principal, action: Action) -> None:
    """NotAllowed says which scope is needed."""
    if not allowed(principal, action):
        raise NotAllowed(principal, action)


def actor_of(principal: Principal) -> Actor:
    """Who the log says it was; NotAllowed for those who only read."""
    role = _ACTS_AS.get(principal.role)
    if role is None:
        raise NotAllowed(principal, Action.TAKE_STEP)
    return Actor(role=role, id=principal.actor)


def scopes_for(action: Action) -> tuple[Scope, ...]:
    """The scopes of which one is needed."""
    return tuple(scope for scope in Scope if action in GRANTS[scope])
