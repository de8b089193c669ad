"""A real server in processes of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parents[2]
SECONDS = 30
# Serve, and when stopped say which modules were imported and how much memory was held at most.
CONFESSING = """
import json, pathlib, sys
from valuation.cli.serve import serve
try:
    serve.main(sys.argv[2:], standalone_mode=False)
finally:
    # Not getrusage: its figure starts with what the parent held.
    status = pathlib.Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else ["VmHWM: 0 kB"]
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    open(sys.argv[1], "w").write(json.dumps({"modules": sorted(sys.modules), "peak_kib": peak}))
"""
PLAIN = "from valuation.cli.serve import serve; serve()"


@dataclass(frozen=True)
class Served:
    """A running server: its address, and the headers and the request of the line it printed."""

    url: str
    headers: Mapping[str, str]
    example: Mapping[str, Any]
    process: "subprocess.Popen[str]"


@contextmanager
def served(
    environment: Mapping[str, str], *arguments: str, confession: Path | None = None
) -> Iterator[Served]:
    """``serve`` on a free port, stopped at the end."""
    script = ["-c", PLAIN] if confession is None else ["-c", CONFESSING, str(confession)]
    process = start([*script, "--port", "0", *arguments], environment)
    try:
        yield _announced(process, environment)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise


def start(arguments: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """A Python process in a session of its own."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _announced(process: "subprocess.Popen[str]", environment: Mapping[str, str]) -> Served:
    assert process.stdout is not None
    deadline = time.monotonic() + SECONDS
    for line in process.stdout:
        if line.strip().startswith("curl "):
            words = _in_a_shell(line, environment)
            url = next(word for word in words if word.startswith("http"))
            headers = dict(word.split(": ", 1) for word in words if ": " in word and word[0] != "{")
            return Served(url.removesuffix("/v1/quotes"), headers, orjson.loads(words[-1]), process)
        assert time.monotonic() < deadline
    raise AssertionError(f"the server ended: {process.communicate()}")


def _in_a_shell(line: str, environment: Mapping[str, str]) -> list[str]:
    """What curl is given by somebody who pastes the line."""
    script = f'curl() {{ printf "%s\\0" "$@"; }}; {line}'
    everything = {**os.environ, **environment}
    command = ["/bin/sh", "-c", script]
    said = subprocess.run(command, env=everything, capture_output=True, check=True)
    return said.stdout.decode().split("\0")[:-1]
