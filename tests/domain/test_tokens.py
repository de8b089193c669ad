"""Keys, session tokens, and what is stored in their place."""

import hashlib

import pytest

from valuation.domain.people import Mode
from valuation.domain.references import new_code, new_id
from valuation.domain.tokens import (
    SECRET_BYTES,
    digest_of,
    is_key,
    is_session,
    key_token,
    session_token,
)

ENTROPY = bytes(range(SECRET_BYTES))


@pytest.mark.parametrize("mode", Mode)
def test_a_key_says_its_mode_and_has_256_bits(mode: Mode) -> None:
    key = key_token(mode, entropy=ENTROPY)
    assert key == f"vk_{mode.value}_{ENTROPY.hex()}"
    assert len(bytes.fromhex(key[8:])) * 8 == 256
    assert is_key(key)
    assert not is_session(key)


def test_a_session_is_no_key() -> None:
    token = session_token(entropy=ENTROPY)
    assert is_session(token)
    assert not is_key(token)


@pytest.mark.parametrize(
    "text", ["", "vk_live_", "vk_live_" + "a" * 63, "vk_prod_" + "a" * 64, "vk_live_" + "A" * 64,
             "vk_live_" + "a" * 64 + "\n", "vs_" + "g" * 64],
)  # fmt: skip
def test_other_texts_are_neither(text: str) -> None:
    assert not is_key(text)
    assert not is_session(text)


def test_too_little_entropy_makes_no_secret() -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        key_token(Mode.LIVE, entropy=bytes(31))


def test_a_digest_is_a_sha_256() -> None:
    assert digest_of("vs_x") == hashlib.sha256(b"vs_x").hexdigest()


def test_ids_and_codes_follow_their_entropy() -> None:
    assert new_id("cl", entropy=b"\xff" * 8) == "cl_vvvvvvvvvvvvu"
    assert new_code(6, entropy=bytes(8)) == "222222"
    assert len({new_code(4, entropy=number.to_bytes(8, "big")) for number in range(900)}) == 900
