"""Secrets that callers send: how they are made, and the digest that is kept of them.

256 random bits cannot be guessed, so a plain SHA-256 is enough and one look-up verifies.
"""

import hashlib
import re

from valuation.domain.people import Mode
from valuation.domain.references import new_code

SECRET_BYTES = 32
CODE_LETTERS, CODE_BYTES = 16, 16
LAST = 4  # characters of a key that are kept in the clear, to tell keys apart
KEY = re.compile(r"vk_(live|test)_[0-9a-f]{64}")
SESSION = re.compile(r"vs_[0-9a-f]{64}")


def key_token(mode: Mode, *, entropy: bytes) -> str:
    """An API key; ValueError where the entropy is short."""
    return f"vk_{mode.value}_{_secret(entropy)}"


def session_token(*, entropy: bytes) -> str:
    """What a person who signed in sends; ValueError where the entropy is short."""
    return f"vs_{_secret(entropy)}"


def is_key(token: str) -> bool:
    """Whether it has the shape of a key."""
    return KEY.fullmatch(token) is not None


def is_session(token: str) -> bool:
    """Whether it has the shape of a session's token."""
    return SESSION.fullmatch(token) is not None


def digest_of(token: str) -> str:
    """What is stored in the token's place."""
    return hashlib.sha256(token.encode()).hexdigest()


def campaign_code(*, entropy: bytes) -> str:
    """A code to read aloud and type, ``XXXX-XXXX-XXXX-XXXX``: 78 random bits, too many to try."""
    if len(entropy) < CODE_BYTES:
        raise ValueError(f"a code needs {CODE_BYTES} random bytes, not {len(entropy)}")
    letters = new_code(CODE_LETTERS, entropy=entropy[:CODE_BYTES])
    return "-".join(letters[place : place + 4] for place in range(0, CODE_LETTERS, 4))


def code_digest(code: str) -> str:
    """What is stored in a code's place, however it was spaced and written."""
    return digest_of("".join(letter for letter in code.upper() if letter.isalnum()))


def _secret(entropy: bytes) -> str:
    if len(entropy) < SECRET_BYTES:
        raise ValueError(f"a secret needs {SECRET_BYTES} random bytes, not {len(entropy)}")
    return entropy[:SECRET_BYTES].hex()
