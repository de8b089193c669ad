"""Interleaved rounds: every target once, then every target again, so that noise hits all alike."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import orjson

from training.bench.client import PATIENCE, Job, Result
from training.bench.servers import Server

Say = Callable[[str], None]


class LoadFailed(RuntimeError):
    """A target answered with an error, so its speed says nothing."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is measured: seconds a target and round, rounds, and when to stop.

    No round begins that would end later than ``budget`` seconds after the start, but for the first.
    """

    rounds: int
    warm_up: float
    seconds: float
    most: int
    budget: float
    cases: int
    connections: tuple[int, ...] = (1, 8)


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked: a path of a server, with bodies."""

    name: str
    server: str
    path: str
    bodies: tuple[str, ...]


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
    for number in range(1, pace.rounds + 1):
        started = time.monotonic()
        say(f"round {number} of {pace.rounds}")
        samples += _round(targets, servers, pace, in_process)
        now = time.monotonic()
        if now + (now - started) > began + pace.budget and number < pace.rounds:
            say(f"stopped after {number} rounds: the time is over")
            break
    return samples


def _round(
    targets: Sequence[Target], servers: Mapping[str, Server], pace: Pace, in_process: InProcess
) -> list[Sample]:
    taken = tuple(in_process())
    samples = [Sample(IN_PROCESS, 1, taken, len(taken) / sum(taken), 0.0)]
    for connections in pace.connections:
        for target in targets:
            job = Job(
                port=servers[target.server].port, path=target.path, bodies=target.bodies,
                connections=connections, warm_up=pace.warm_up, seconds=pace.seconds,
                most=pace.most,
            )  # fmt: skip
            samples.append(_sample(target, job))
    return samples


def _sample(target: Target, job: Job) -> Sample:
    result = load(job)
    if result.failures or not result.latencies:
        raise LoadFailed(f"{target.name}: {result.failure or 'no answer in time'}")
    count = len(result.latencies)
    return Sample(
        target.name, job.connections, tuple(result.latencies), count / result.elapsed, result.busy
    )


def load(job: Job) -> Result:
    """The result of a job in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "training.bench.client"],
        input=orjson.dumps(asdict(job)),
        capture_output=True,
        check=False,
        timeout=job.warm_up + job.seconds + 2 * PATIENCE,
    )
    if done.returncode != 0:
        raise LoadFailed(done.stderr.decode(errors="replace")[-2000:])
    return Result(**orjson.loads(done.stdout))
