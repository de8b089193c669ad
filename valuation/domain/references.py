"""Short names for rows: ids that logs keep, and codes that people type."""

import base64

from valuation.domain.quote import SPOKEN

ID_BYTES = 8


def new_id(kind: str, *, entropy: bytes) -> str:
    """An id such as ``cl_`` and 13 characters."""
    return f"{kind}_{base64.b32hexencode(entropy[:ID_BYTES]).decode().rstrip('=').lower()}"


def new_code(letters: int, *, entropy: bytes) -> str:
    """Letters and digits that can be read aloud and typed back."""
    number, code = int.from_bytes(entropy, "big"), ""
    for _ in range(letters):
        number, digit = divmod(number, len(SPOKEN))
        code += SPOKEN[digit]
    return code
