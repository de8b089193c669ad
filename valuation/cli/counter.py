"""Who takes a step at the terminal: as named, or for an override somebody who signs in."""

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from valuation.domain.records import Actor
    from valuation.shop import Shop

TO_DO = (
    "an override is by a person who signs in: name them as STORE/CLERK, by the codes of `tradein "
    "clerks list`, with the PIN in a file, in the environment or typed when asked; where nobody is "
    "entered yet, `tradein merchants add default --store NAME` and `tradein clerks add STORE`"
)
SECOND = "SECOND_"
BRIEFLY = timedelta(minutes=1)  # a session of one step


class NotSignedIn(RuntimeError):
    """Nobody of this merchant signed in; says what to do."""


def actor_of(text: str) -> "Actor":
    """Who is named as ROLE:ID; click.UsageError."""
    from valuation.domain.records import Actor, Role

    role, mark, name = text.partition(":")
    known = [each.value for each in Role if each is not Role.CLOCK]
    if not (mark and name) or role not in known:
        raise click.UsageError(f"an actor is ROLE:ID, with one of {', '.join(known)}")
    return Actor(role=Role(role), id=name)


def signed_in(shop: "Shop", text: str, pin_file: Path | None, *, second: bool = False) -> "Actor":
    """The person who is named by the codes of store and clerk, once the PIN was right.

    Errors: NotSignedIn, WrongPin, ClerkLocked, NotAllowed.
    """
    from valuation.domain.people import Action, actor_of, check_allowed
    from valuation.domain.tokens import SECRET_BYTES
    from valuation.people.access import Access
    from valuation.people.signing_in import SignIn, sign_in, sign_out
    from valuation.shop import DEFAULT_MERCHANT

    store, mark, clerk = text.partition("/")
    if not (mark and store and clerk):
        raise NotSignedIn(TO_DO)
    typed = SignIn(store=store, clerk=clerk, pin=_pin(text, pin_file, SECOND if second else ""))
    now, entropy = shop.clock(), shop.entropy(SECRET_BYTES)
    session = sign_in(shop.engine, typed, now=now, entropy=entropy, lasts=BRIEFLY)
    try:
        who = Access(shop.engine).look_up(session.token, now=now)
    finally:
        sign_out(shop.engine, session.token)
    if who.merchant != DEFAULT_MERCHANT:
        raise NotSignedIn(f"the store {store} is another merchant's: {TO_DO}")
    check_allowed(who, Action.TAKE_STEP)
    return actor_of(who)


def _pin(who: str, file: Path | None, prefix: str) -> str:
    """From the file, from the environment, or typed; never an argument, which others see."""
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    known = os.environ.get(f"TRADEIN_{prefix}PIN")
    if known is not None:
        return known
    typed: str = click.prompt(f"PIN of {who}", hide_input=True, err=True)
    return typed
