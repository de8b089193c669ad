"""The shape of the house, as the import contracts state it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_import_contracts_hold() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout


def test_requirements_pin_what_the_lock_pins() -> None:
    import tomllib

    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    pins = {(package["name"], package["version"]) for package in locked if "version" in package}
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pinned = [line.split(" ")[0].split("==") for line in lines if "==" in line[:80]]
    assert len(pinned) > 50
    assert {(name.split("[")[0], version.rstrip("\\ ;")) for name, version in pinned} <= pins
