"""The targets of the bench, the check that all do the same, and what is promised of them."""

import urllib.request
from collections.abc import Mapping, Sequence

import orjson

from training.bench.cases import Case
from training.bench.figures import Figure, Promise, Ratio, better, ratio
from training.bench.installation import MLFLOW, OWN, PLAIN, SERVICE
from training.bench.rounds import Sample, Target
from training.bench.servers import HOST, Server

QUOTE, UNSTORED = "quote over HTTP, stored", "the same, not stored"
EMPTY, BARE = "empty endpoint, body checked", "empty endpoint, body not read"
PLAIN_ONE = f"{PLAIN}, one thread"
OF_EMPTY, OF_PLAIN = 0.15, 20.0


class PeerDiffers(RuntimeError):
    """A peer does not give the boosters' own scores, so it is no peer."""


def own_targets(cases: Sequence[Case], *, key: str) -> list[Target]:
    """The service, and its server without a quote or without a write; all are sent the key."""
    bodies = tuple(case.body.decode() for case in cases)
    return [
        Target(QUOTE, SERVICE, "/v1/quotes", bodies, key, crowded=True),
        Target(UNSTORED, OWN, "/bench/unstored", bodies, key, crowded=True),
        Target(EMPTY, OWN, "/bench/empty", bodies, key),
        Target(BARE, OWN, "/bench/bare", bodies, key),
    ]


def peer_targets(cases: Sequence[Case]) -> list[Target]:
    """The same boosters elsewhere, one prediction a request."""
    records = tuple(orjson.dumps(case.record).decode() for case in cases)
    frames = tuple(_split(case) for case in cases)
    return [
        Target(PLAIN, PLAIN, "/predict", records),
        Target(PLAIN_ONE, PLAIN, "/predict-one-thread", records),
        Target(MLFLOW, MLFLOW, "/invocations", frames),
    ]


def check_peers(
    targets: Sequence[Target], servers: Mapping[str, Server], cases: Sequence[Case]
) -> None:
    """PeerDiffers where a peer's first answers are not the boosters' scores, bit by bit."""
    for target in targets:
        for body, case in list(zip(target.bodies, cases, strict=True))[:5]:
            said = _ask(servers[target.server], target.path, body)
            scores = said["scores"] if "scores" in said else said["predictions"][0]
            if tuple(scores) != case.scores:
                raise PeerDiffers(f"{target.name}: {scores}, and the boosters say {case.scores}")


def ratios(samples: Sequence[Sample], found: Sequence[Figure], connections: int) -> list[Ratio]:
    """The promises at a number of connections; against the better of the plain peers."""
    measured = {it.target for it in found}
    promises = [Promise(QUOTE, EMPTY, OF_EMPTY), Promise(QUOTE, BARE, OF_EMPTY)]
    if PLAIN in measured:
        best = better(found, (PLAIN, PLAIN_ONE), connections)
        promises.append(Promise(QUOTE, best, OF_PLAIN))
    if MLFLOW in measured:
        promises.append(Promise(QUOTE, MLFLOW, OF_PLAIN))
    return [ratio(samples, promise, connections) for promise in promises]


def _split(case: Case) -> str:
    """A record as MLflow reads frames."""
    frame = {"columns": list(case.record), "data": [list(case.record.values())]}
    return orjson.dumps({"dataframe_split": frame}).decode()


def _ask(server: Server, path: str, body: str) -> dict[str, list[list[float]]]:
    request = urllib.request.Request(
        f"http://{HOST}:{server.port}{path}",
        data=body.encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 -- our own loopback address
        said: dict[str, list[list[float]]] = orjson.loads(answer.read())
        return said
