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


def test_no_test_brings_a_database_of_its_own() -> None:
    """Else it would run on SQLite alone, and nobody would notice."""
    named = {
        str(file.relative_to(ROOT / "tests"))
        for file in (ROOT / "tests").rglob("*.py")
        if "sqlite:///" in file.read_text(encoding="utf-8") and file != Path(__file__)
    }
    refused_before_it_is_opened = {"test_settings.py", "cli/test_json_errors.py"}
    addresses = {"databases.py", "storage/test_engine.py", "storage/test_sqlite.py"}
    assert named == addresses | refused_before_it_is_opened


def test_requirements_pin_what_the_lock_pins() -> None:
    import tomllib

    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    pins = {(package["name"], package["version"]) for package in locked if "version" in package}
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pinned = [line.split(" ")[0].split("==") for line in lines if "==" in line[:80]]
    assert len(pinned) > 50
    assert {(name.split("[")[0], version.rstrip("\\ ;")) for name, version in pinned} <= pins
