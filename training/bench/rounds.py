"""Interleaved rounds: every target once, then every target again, so that noise hits all alike."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from training.bench.client import Job
from training.bench.load import Load, LoadFailed, loading
from training.bench.servers import Server

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is measured: seconds a target and round, rounds, and when to stop.

    No round begins that would end later than ``budget`` seconds after the start, but for the first.
    ``crowd``: a number of connections besides, at which only targets are measured that say so.
    """

    rounds: int
    warm_up: float
    seconds: float
    most: int
    budget: float
    cases: int
    connections: tuple[int, ...] = (1, 8)
    crowd: int = 32

    def of(self, target: "Target") -> tuple[int, ...]:
        """The numbers of connections at which the target is measured."""
        return (*self.connections, self.crowd) if target.crowded else self.connections


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked: a path of a server, with bodies, and with a key where the server wants one.

    ``crowded``: whether it is measured with a crowd too.
    """

    name: str
    server: str
    path: str
    bodies: tuple[str, ...]
    key: str | None = None
    crowded: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """One target in one round. ``rate`` in answers a second; ``busy`` is the client's CPU share."""

    target: str
    connections: int
    latencies: tuple[float, ...]
    rate: float
    busy: float


InProcess = Callable[[], Sequence[float]]
IN_PROCESS = "one quote in process"


def interleaved(
    targets: Sequence[Target],
    servers: Mapping[str, Server],
    pace: Pace,
    *,
    in_process: InProcess,
    began: float,
    say: Say,
) -> list[Sample]:
    """Samples of all rounds; LoadFailed where a target does not answer as it should.

    ``began``: when the budget started, on the monotonic clock.
    """
    samples: list[Sample] = []
    with loading() as load:
        for number in range(1, pace.rounds + 1):
            started = time.monotonic()
            say(f"round {number} of {pace.rounds}")
            samples += _round(targets, servers, pace, in_process, load)
            now = time.monotonic()
            if now + (now - started) > began + pace.budget and number < pace.rounds:
                say(f"stopped after {number} of {pace.rounds} rounds: the time is over")
                break
    return samples


def _round(
    targets: Sequence[Target],
    servers: Mapping[str, Server],
    pace: Pace,
    in_process: InProcess,
    load: Load,
) -> list[Sample]:
    taken = tuple(in_process())
    samples = [Sample(IN_PROCESS, 1, taken, len(taken) / sum(taken), 0.0)]
    for connections in (*pace.connections, pace.crowd):
        for target in (it for it in targets if connections in pace.of(it)):
            job = Job(
                port=servers[target.server].port, path=target.path, key=target.key,
                bodies=target.bodies,
                connections=connections, warm_up=pace.warm_up, seconds=pace.seconds,
                most=pace.most,
            )  # fmt: skip
            samples.append(_sample(target, job, load))
    return samples


def _sample(target: Target, job: Job, load: Load) -> Sample:
    result = load.run(job)
    if result.failures or not result.latencies:
        raise LoadFailed(f"{target.name}: {result.failure or 'no answer in time'}")
    count = len(result.latencies)
    return Sample(
        target.name, job.connections, tuple(result.latencies), count / result.elapsed, result.busy
    )
