"""The load's process, as the bench speaks to it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import orjson

from training.bench.client import Job, Result

STOP_SECONDS = 10.0


class LoadFailed(RuntimeError):
    """A target did not answer as it should, so its speed says nothing."""


@dataclass(frozen=True, slots=True)
class Load:
    """A running load process; it gives up by itself where a server does not answer."""

    process: "subprocess.Popen[bytes]"

    def run(self, job: Job) -> Result:
        """The result of a job; LoadFailed where the process ended over it."""
        asked, told = self.process.stdin, self.process.stdout
        if asked is None or told is None:
            raise LoadFailed("the load process has no pipes")
        asked.write(orjson.dumps(asdict(job)) + b"\n")
        asked.flush()
        line = told.readline()
        if not line:
            raise LoadFailed("the load process ended; its reason stands above")
        return Result(**orjson.loads(line))


@contextmanager
def loading() -> Iterator[Load]:
    """A load process, ended at the end."""
    command = [sys.executable, "-m", "training.bench.client"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Load(process)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
