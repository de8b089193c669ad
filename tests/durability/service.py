"""The real service in a process group of its own: started, killed unawares, started again."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.callers import bearer, make_key
from tests.web.serving import PLAIN, ROOT
from valuation.domain.people import Scope
from valuation.settings import Settings
from valuation.shop import DEFAULT_MERCHANT
from valuation.storage.engine import make_engine

PATIENCE = 60.0  # seconds until a start has failed
LOOK = 0.005
SERVING = re.compile(r"Serving on (http://\S+)")


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the process's start until it was ready, and its processor's seconds of them.

    Where they are far apart others kept the machine busy, or workers of its own did the rest.
    ``busy`` is 0 where no /proc tells.
    """

    seconds: float
    busy: float


class DidNotStart(RuntimeError):
    """The service ended or was not ready in time; what it printed is the message."""


class Service:
    """A service that only SIGKILL ever stops; what it prints is kept in the folder."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.url = ""
        self._environment = environment
        self._log = folder / "service.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._token = ""

    def start(self) -> Start:
        """Start it and wait until it is ready."""
        began = time.monotonic()
        printed = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PLAIN, "--port", "0"],
                env={**os.environ, "PYTHONPATH": str(ROOT), **self._environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.url = self._address(printed, until=began + PATIENCE)
        with httpx.Client(base_url=self.url, timeout=PATIENCE) as client:
            while not _is_ready(client):
                self._check(began + PATIENCE)
        took = Start(time.monotonic() - began, _processor_seconds(self._process.pid))
        self._token = self._token or self._live_key()
        return took

    def kill(self) -> None:
        """SIGKILL to all its processes at once: none of them can finish anything."""
        if self._process is not None:
            with suppress(ProcessLookupError):  # it ended by itself
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    @property
    def headers(self) -> Mapping[str, str]:
        """A live key of the merchant that its first start made."""
        return bearer(self._token)

    def _live_key(self) -> str:
        engine = make_engine(Settings.from_environment(self._environment).database_url)
        made = make_key(engine, DEFAULT_MERCHANT, *Scope)
        engine.dispose()
        return made.token

    def _address(self, printed: int, *, until: float) -> str:
        """Where it listens, once it says so: by then it can be connected to."""
        while True:
            said = SERVING.search(self._log.read_bytes()[printed:].decode())
            if said is not None:
                return said.group(1)
            self._check(until)

    def _check(self, until: float) -> None:
        gone = self._process is None or self._process.poll() is not None
        if gone or time.monotonic() > until:
            raise DidNotStart(self._log.read_text(encoding="utf-8")[-2000:])
        time.sleep(LOOK)


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def _processor_seconds(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
