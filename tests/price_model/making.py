"""Bundles for tests: the tiny one, copied, damaged, or digested anew over other bytes."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import orjson

from tests.factories import MARKET
from valuation.domain.market import Market
from valuation.price_model.bundle import read_bundle, write_bundle
from valuation.price_model.champions import ModelStore
from valuation.price_model.succession import FILE

BOOSTER = "booster-0.5.txt"
HERE = Market.from_slug(MARKET)


def champion_of(models: Path) -> str:
    """The digest of the tiny bundle that a models folder serves."""
    champion = ModelStore(models).champion(HERE)
    assert champion is not None
    return champion.digest


def copied(folder: Path, to: Path) -> Path:
    """The bundle again, to be spoiled."""
    return Path(shutil.copytree(folder, to / folder.name))


def digested_anew(folder: Path, to: Path, changes: Mapping[str, bytes | None]) -> Path:
    """The bundle with other files (None leaves one out) and a manifest that matches them."""
    files = {**read_bundle(folder).files, **changes}
    kept = {name: data for name, data in files.items() if data is not None}
    return write_bundle(files=kept, provenance={}, root=to)


def flipped(data: bytes, *, bit: int) -> bytes:
    """The bytes with one bit turned over."""
    spoiled = bytearray(data)
    spoiled[bit // 8 % len(spoiled)] ^= 1 << bit % 8
    return bytes(spoiled)


def write_history(store: ModelStore, *moves: tuple[str, str], market: str = MARKET) -> None:
    """The history of champions, as promotions write it."""
    lines = [
        orjson.dumps({"id": number, "action": action, "market": market, "digest": digest})
        for number, (action, digest) in enumerate(moves, start=1)
    ]
    (store.root / FILE).write_bytes(b"\n".join([b"{torn", *lines, b""]))


def spoiled(store: ModelStore, digest: str) -> str:
    """A bundle, damaged on disk."""
    (store.bundle(digest) / BOOSTER).write_bytes(b"rotten")
    return digest
