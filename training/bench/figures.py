"""From samples to figures: medians over the rounds, what is promised, what a write costs. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

from training.bench.rounds import Sample


@dataclass(frozen=True, slots=True)
class Figure:
    """A target at a number of connections: answers a second, latencies in milliseconds.

    ``rate`` is the median over the rounds, ``slowest`` and ``fastest`` its range; ``p50`` and
    ``p99`` are over all rounds' answers; ``client_busy`` is the load's share of one core.
    """

    target: str
    connections: int
    rate: float
    slowest: float
    fastest: float
    p50: float
    p99: float
    answers: int
    client_busy: float


@dataclass(frozen=True, slots=True)
class Promise:
    """A rate that was promised as a multiple of a peer's."""

    ours: str
    peer: str
    promised: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """What a promise came to: the ratio of medians, its range over the rounds."""

    promise: Promise
    connections: int
    ratio: float
    lowest: float
    highest: float

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        return self.ratio >= self.promise.promised

    @property
    def short(self) -> float:
        """How many times too slow; 1 or less where the promise is kept."""
        return self.promise.promised / self.ratio


@dataclass(frozen=True, slots=True)
class Write:
    """The same quotes with a durable commit and without, over as many connections."""

    stored: Figure
    unstored: Figure

    @property
    def left(self) -> float:
        """The share of the rate that the write leaves."""
        return self.stored.rate / self.unstored.rate


def figures(samples: Sequence[Sample]) -> list[Figure]:
    """One figure a target and number of connections, in the order they were first measured."""
    keys = dict.fromkeys((it.target, it.connections) for it in samples)
    return [_figure(_of(samples, *key)) for key in keys]


def ratio(samples: Sequence[Sample], promise: Promise, connections: int) -> Ratio:
    """The promise against the samples; round is compared with round."""
    ours = [it.rate for it in _of(samples, promise.ours, connections)]
    peers = [it.rate for it in _of(samples, promise.peer, connections)]
    each = [a / b for a, b in zip(ours, peers, strict=True)]
    return Ratio(promise, connections, median(ours) / median(peers), min(each), max(each))


def writes(found: Sequence[Figure], *, stored: str, unstored: str) -> list[Write]:
    """What the write costs at each number of connections at which both were measured."""
    without = {it.connections: it for it in found if it.target == unstored}
    return [
        Write(it, without[it.connections])
        for it in found
        if it.target == stored and it.connections in without
    ]


def better(found: Sequence[Figure], names: Sequence[str], connections: int) -> str:
    """Which of the targets has the higher rate."""
    among = [it for it in found if it.target in names and it.connections == connections]
    return max(among, key=lambda it: it.rate).target


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the least value with ``share`` of all at or below it."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)), 1) - 1]


def _of(samples: Sequence[Sample], target: str, connections: int) -> list[Sample]:
    return [it for it in samples if (it.target, it.connections) == (target, connections)]


def _figure(samples: Sequence[Sample]) -> Figure:
    rates, pooled = [it.rate for it in samples], list(_pooled(samples))
    return Figure(
        target=samples[0].target,
        connections=samples[0].connections,
        rate=round(median(rates), 1),
        slowest=round(min(rates), 1),
        fastest=round(max(rates), 1),
        p50=round(percentile(pooled, 0.5), 3),
        p99=round(percentile(pooled, 0.99), 3),
        answers=len(pooled),
        client_busy=round(max(it.busy for it in samples), 2),
    )


def _pooled(samples: Sequence[Sample]) -> Iterator[float]:
    """Every latency in milliseconds."""
    return (1000 * seconds for it in samples for seconds in it.latencies)
