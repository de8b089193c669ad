"""The load: a process of its own that asks over keep-alive connections, and times each answer.

Each line of standard input is a job in JSON, each line of standard output its result. Raw asyncio
on uvloop: an answer costs it less than the cheapest endpoint spends.
"""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from time import perf_counter, process_time
from typing import cast

import orjson

HOST = "127.0.0.1"
END = b"\r\n\r\n"
LENGTH = b"content-length:"
PATIENCE = 15  # seconds beyond the job's own


@dataclass(frozen=True, slots=True)
class Job:
    """What to ask, for how long (seconds), and at most how often.

    Answers of the first ``warm_up`` seconds are asked for and not counted.
    """

    port: int
    path: str
    key: str | None
    bodies: tuple[str, ...]
    connections: int
    warm_up: float
    seconds: float
    most: int


@dataclass(frozen=True, slots=True)
class Result:
    """Latencies in seconds; ``elapsed`` seconds they took together; ``busy`` the client's share."""

    latencies: list[float]
    elapsed: float
    busy: float
    failures: int
    failure: str


@dataclass(slots=True)
class _Tally:
    """What the connections of a job have seen."""

    job: Job
    requests: Sequence[bytes]
    starts: float
    sent: int = 0
    latencies: list[float] = field(default_factory=list)
    last: float = 0.0
    failures: int = 0
    failure: str = ""

    def next(self, now: float) -> bytes | None:
        """The next request, or None when it is enough."""
        over = now >= self.starts + self.job.seconds or len(self.latencies) >= self.job.most
        if over or self.failures:
            return None
        self.sent += 1
        return self.requests[self.sent % len(self.requests)]

    def answered(self, head: bytes, body: bytes, asked: float, now: float) -> None:
        """Count one answer."""
        if head[9:12] not in (b"200", b"201"):
            self.failures += 1
            self.failure = (head[:20] + b" " + body[:200]).decode(errors="replace")
        elif asked >= self.starts:
            self.latencies.append(now - asked)
            self.last = now


class _Connection(asyncio.Protocol):
    """One connection: the next request goes out when the answer before it is whole."""

    def __init__(self, tally: _Tally) -> None:
        self._tally, self._got, self._asked = tally, b"", 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ask(perf_counter())

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(END)
        if found and len(body) >= _length(head):
            now = perf_counter()
            self._tally.answered(head, body, self._asked, now)
            self._got = b""
            self._ask(now)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self._tally.failures += 1
            self._tally.failure = f"the connection was closed: {exc}"
            self.done.set_result(None)

    def _ask(self, now: float) -> None:
        request = self._tally.next(now)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._asked = now
        self._transport.write(request)


def _length(head: bytes) -> int:
    """The body's length as the head states it."""
    lower = head.lower()
    start = lower.index(LENGTH) + len(LENGTH)
    return int(lower[start:].split(b"\r\n", 1)[0])


async def run(job: Job) -> Result:
    """Ask until the job's time or count is over."""
    tally = _Tally(job, [_request(job, body) for body in job.bodies], perf_counter() + job.warm_up)
    before, loop = process_time(), asyncio.get_running_loop()
    began = perf_counter()
    open_ones = [
        await loop.create_connection(lambda: _Connection(tally), HOST, job.port)
        for _ in range(job.connections)
    ]
    waiting = [connection.done for _, connection in open_ones]
    await asyncio.wait_for(asyncio.gather(*waiting), job.warm_up + job.seconds + PATIENCE)
    busy = (process_time() - before) / (perf_counter() - began)
    elapsed = tally.last - tally.starts
    return Result(tally.latencies, elapsed, busy, tally.failures, tally.failure)


def _request(job: Job, body: str) -> bytes:
    data = body.encode()
    caller = f"Authorization: Bearer {job.key}\r\n" if job.key else ""
    head = (
        f"POST {job.path} HTTP/1.1\r\nHost: {HOST}:{job.port}\r\n"
        f"{caller}Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


def main() -> None:
    """Jobs from standard input, until it is closed."""
    import uvloop

    for line in sys.stdin.buffer:
        job = Job(**orjson.loads(line))
        sys.stdout.buffer.write(orjson.dumps(asdict(uvloop.run(run(job)))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
