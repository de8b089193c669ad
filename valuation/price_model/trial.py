"""Try a bundle in a throw-away process: a damaged LightGBM file kills the process that reads it.

``python -m valuation.price_model.trial FOLDER`` loads the bundle, replays its golden intervals and
exits 0; otherwise it prints one line that says why not.
"""

import subprocess
import sys
from pathlib import Path

from valuation.price_model.bundle import DamagedBundle, ForeignBundle, read_bundle
from valuation.price_model.library import BoosterRefused
from valuation.price_model.model import assemble, golden_rows

TOLERANCE = 1e-9  # log price; sums of floats may differ in the last bit between processors
SECONDS = 30


class BundleFailedTrial(ValueError):
    """The bundle does not load or does not give its golden intervals."""


def try_bundle(folder: Path) -> None:
    """Load and replay in a subprocess with a time limit; BundleFailedTrial says what happened."""
    command = [sys.executable, "-m", "valuation.price_model.trial", str(folder)]
    try:
        run = subprocess.run(
            command,
            capture_output=True,
            timeout=SECONDS,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        raise BundleFailedTrial(f"{folder.name}: not loaded within {SECONDS} s") from expired
    if run.returncode != 0:
        lines = run.stdout.strip().splitlines()
        reason = lines[-1] if lines else f"the process ended with status {run.returncode}"
        raise BundleFailedTrial(f"{folder.name}: {reason}")


def replay_golden(folder: Path) -> int:
    """How many golden rows were replayed; BundleFailedTrial names the first that differs."""
    bundle = read_bundle(folder)
    model = assemble(bundle)
    golden = golden_rows(bundle.files["golden.json"], model.devices)
    for row, expected in golden:
        # One by one: the intervals were made in a batch, so this is the proof of parity too.
        (got,) = model.price_many([row])
        if any(abs(a - b) > TOLERANCE for a, b in zip(got.logs, expected, strict=True)):
            raise BundleFailedTrial(
                f"golden interval of {row.device.variant} is {got.logs}, not {tuple(expected)}"
            )
    return len(golden)


def main(arguments: list[str]) -> int:
    """Exit status 0 when the bundle can be served, 1 with a printed reason when not."""
    try:
        replayed = replay_golden(Path(arguments[0]))
    except (DamagedBundle, ForeignBundle, BundleFailedTrial, BoosterRefused, ValueError) as error:
        print(error)
        return 1
    print(f"{replayed} golden intervals replayed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
