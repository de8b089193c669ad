"""Errors of callers as problems: who is not known, who may not, who must wait."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from valuation.domain.people import NotAllowed
from valuation.people.access import NotKnown
from valuation.people.signing_in import ClerkLocked, WrongPin
from valuation.web.auth import TokenNeeded
from valuation.web.problem import Problem
from valuation.web.sessions_api import NotASession

REALM = 'Bearer realm="tradein"'
HOW = (
    "send `Authorization: Bearer` with a key (`tradein keys new` makes one) or with the token of a "
    "session (POST /v1/sessions)"
)


def _challenge(said: str = "") -> Mapping[str, str]:
    """What RFC 6750 wants beside a 401 or 403."""
    return {"WWW-Authenticate": f"{REALM}, {said}" if said else REALM}


def _token_needed(_: TokenNeeded) -> Problem:
    return Problem(401, "key_needed", "Who is asking?", HOW, headers=_challenge())


def _not_known(error: NotKnown) -> Problem:
    headers = _challenge('error="invalid_token"')
    return Problem(401, "key_not_known", "Not known", str(error), headers=headers)


def _not_allowed(error: NotAllowed) -> Problem:
    scopes = " ".join(scope.value for scope in error.scopes)
    headers = _challenge(f'error="insufficient_scope", scope="{scopes}"')
    return Problem(403, "not_allowed", "Not allowed", str(error), headers=headers)


def _wrong_pin(error: WrongPin) -> Problem:
    return Problem(401, "wrong_pin", "Not signed in", str(error), headers=_challenge())


def _locked(error: ClerkLocked) -> Problem:
    headers = {"Retry-After": str(-(-error.wait // timedelta(seconds=1)))}
    return Problem(429, "clerk_locked", "Too many wrong PINs", str(error), headers=headers)


def _not_a_session(_: NotASession) -> Problem:
    detail = "a key signs nobody out; to end it: `tradein keys revoke`"
    return Problem(409, "not_a_session", "Not a session", detail)


TABLE: Sequence[tuple[type[Exception], Callable[[Any], Problem]]] = (
    (TokenNeeded, _token_needed),
    (NotKnown, _not_known),
    (NotAllowed, _not_allowed),
    (WrongPin, _wrong_pin),
    (ClerkLocked, _locked),
    (NotASession, _not_a_session),
)
