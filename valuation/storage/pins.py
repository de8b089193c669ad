"""PINs as argon2 hashes: a PIN has few digits, so each guess at a stolen hash must cost."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher


def hash_pin(pin: str) -> str:
    """What is stored in the PIN's place; takes a tenth of a second and 64 MB."""
    return hasher().hash(pin)


def is_pin(pin: str, pin_hash: str) -> bool:
    """Whether the PIN is the one that was hashed; costs the same as hashing."""
    from argon2.exceptions import VerifyMismatchError

    try:
        return hasher().verify(pin_hash, pin)
    except VerifyMismatchError:
        return False


@cache
def nobodys_hash() -> str:
    """A hash to compare with where there is no such clerk: the answer then takes as long."""
    return hash_pin("nobody")


def hasher() -> "PasswordHasher":
    """The library's own parameters, which follow RFC 9106."""
    # Imported when somebody signs in: a worker that only serves tills never pays for it.
    from argon2 import PasswordHasher

    return PasswordHasher()
