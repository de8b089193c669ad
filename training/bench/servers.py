"""Server processes on free loopback ports: started, waited for, weighed, always torn down."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
START_SECONDS = 90.0  # MLflow imports for long on a busy machine
STOP_SECONDS = 10.0
MIB = 1024  # KiB


class ServerFailed(RuntimeError):
    """A server ended or did not answer; the end of what it printed is in the message."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a server is started: a command with ``{port}`` in it, and where it says it is ready."""

    name: str
    command: tuple[str, ...]
    ready: str
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    recipe: Recipe
    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    def peak_mib(self) -> float | None:
        """Most memory ever resident, MiB, over its processes; None where no /proc tells."""
        peaks = [_peak_kib(pid) for pid in _members(self.process.pid)]
        return round(sum(peaks) / MIB, 1) if any(peaks) else None

    def wait(self, until: float) -> None:
        """Return when it answers; ServerFailed where it does not in time."""
        while time.monotonic() < until and self.process.poll() is None:
            if _answers(f"http://{HOST}:{self.port}{self.recipe.ready}"):
                return
            time.sleep(0.05)
        said = self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise ServerFailed(f"{self.recipe.name} did not start:\n{said}")


@contextmanager
def running(recipes: Sequence[Recipe], folder: Path) -> Iterator[dict[str, Server]]:
    """All servers at once, ready to answer, by name; stopped at the end, whatever happens."""
    with ExitStack() as stack:
        servers = [stack.enter_context(_started(recipe, folder)) for recipe in recipes]
        until = time.monotonic() + START_SECONDS
        for server in servers:
            server.wait(until)
        yield {server.recipe.name: server for server in servers}


@contextmanager
def _started(recipe: Recipe, folder: Path) -> Iterator[Server]:
    port, log = _free_port(), folder / f"{recipe.name.replace(' ', '-')}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [part.format(port=port) for part in recipe.command],
            env={**os.environ, **recipe.environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Server(recipe, port, process, log)
    finally:
        _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """The process and what it started; asked first."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    process.wait(STOP_SECONDS)


def uvicorn(factory: str) -> tuple[str, ...]:
    """One worker of an application, as ``tradein serve`` runs it."""
    return (
        sys.executable, "-m", "uvicorn", "--factory", factory, "--host", HOST, "--port", "{port}",
        "--workers", "1", "--no-access-log", "--log-level", "warning",
    )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 -- our own loopback address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _members(session: int) -> list[int]:
    """The processes of a session; only the leader where there is no /proc."""
    found = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [pid for pid in found if _session(pid) == session] or [session]


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _peak_kib(pid: int) -> int:
    """VmHWM; not getrusage, whose figure starts with what the parent held."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
