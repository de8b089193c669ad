"""Which bundles were champions of a market before: who stands in where a champion is damaged.

``models/promotions.ndjson`` is written by promotions; a line that cannot be read hides no other.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from valuation.domain.market import Market
from valuation.price_model.champions import Champion, ModelStore

FILE = "promotions.ndjson"
ROLL_BACK = "roll_back"


def line_of(moves: Iterable[tuple[str, str]]) -> list[str]:
    """The champions that stand, oldest first, of moves (action, digest): a rollback takes off those
    that it came from."""
    line: list[str] = []
    for action, digest in moves:
        if action == ROLL_BACK and digest in line:
            del line[line.index(digest) + 1 :]
        else:
            line.append(digest)
    return line


def earlier_champions(store: ModelStore, market: Market) -> tuple[Champion, ...]:
    """The champions of a market that nobody rolled back from, the latest first."""
    moves = list(_moves(store.root / FILE, market))
    promotions = {digest: promotion for promotion, _, digest in moves}
    line = line_of((action, digest) for _, action, digest in moves)
    return tuple(
        Champion(market, digest, promotions[digest]) for digest in dict.fromkeys(reversed(line))
    )


def _moves(path: Path, market: Market) -> Iterator[tuple[int, str, str]]:
    for text in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            move = orjson.loads(text)
            if move["market"] == market.slug:
                yield int(move["id"]), str(move["action"]), str(move["digest"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            continue
