"""A bundle: one price model as an immutable folder of text files, named by its digest.

``bundle.json`` lists every file with its SHA-256. The digest covers the files, hence the boosters,
the ladder, the specification, the calibration, the catalogue slice, the market and the golden
intervals; where and when it was made stands beside, so that the same sales, parameters and seed
give the same digest.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

FORMAT = 1
MANIFEST = "bundle.json"


class DamagedBundle(ValueError):
    """A file is missing or is not the one that the manifest names."""


class ForeignBundle(ValueError):
    """A bundle that this version of the program cannot serve."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A checked bundle: its digest and its files' contents, read once."""

    digest: str
    files: Mapping[str, bytes]
    provenance: Mapping[str, str]

    def json(self, name: str) -> object:
        """A JSON file of the bundle; DamagedBundle where it is not JSON."""
        try:
            return orjson.loads(self.files[name])
        except orjson.JSONDecodeError as error:
            raise DamagedBundle(f"{name} is not JSON: {error}") from error


def digest_of(files: Mapping[str, bytes]) -> str:
    """The bundle digest: SHA-256 over the sorted names and SHA-256 of the contents."""
    return _digest_of_sums({name: hashlib.sha256(data).hexdigest() for name, data in files.items()})


def write_bundle(*, files: Mapping[str, bytes], provenance: Mapping[str, str], root: Path) -> Path:
    """Write the files under ``root/<digest>`` and return that folder.

    A bundle with the same digest is left as it stands. The folder appears whole or not at all.
    """
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    digest = _digest_of_sums(sums)
    target = root / digest
    if target.exists():
        return target
    root.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=root))
    try:
        manifest = {"format": FORMAT, "digest": digest, "files": sums, "made": dict(provenance)}
        for name, data in {**files, MANIFEST: orjson.dumps(manifest, option=INDENTED)}.items():
            _write_durably(draft / name, data)
        draft.chmod(0o755)
        os.replace(draft, target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.exists():
            raise
    return target


def read_bundle(folder: Path) -> Bundle:
    """Read and check a bundle; DamagedBundle or ForeignBundle say what is wrong with it."""
    manifest = _manifest(folder)
    sums = manifest["files"]
    if not isinstance(sums, dict) or _digest_of_sums(sums) != manifest["digest"]:
        raise DamagedBundle(f"{folder.name}: the manifest does not add up to its own digest")
    files = {name: _checked(folder / name, sums[name]) for name in sums}
    made = manifest.get("made")
    provenance = made if isinstance(made, dict) else {}
    return Bundle(str(manifest["digest"]), files, {k: str(v) for k, v in provenance.items()})


def _manifest(folder: Path) -> dict[str, object]:
    try:
        manifest = orjson.loads((folder / MANIFEST).read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise DamagedBundle(f"{folder.name}: {MANIFEST} cannot be read: {error}") from error
    if not isinstance(manifest, dict) or not {"format", "digest", "files"} <= manifest.keys():
        raise DamagedBundle(f"{folder.name}: {MANIFEST} lacks format, digest or files")
    if manifest["format"] != FORMAT:
        raise ForeignBundle(
            f"{folder.name} has format {manifest['format']}; this version serves {FORMAT}: "
            "train again or install the version that made it"
        )
    return manifest


def _checked(path: Path, expected: object) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DamagedBundle(f"{path.name} cannot be read: {error}") from error
    if hashlib.sha256(data).hexdigest() != expected:
        raise DamagedBundle(f"{path.name} is not the file that the manifest names (SHA-256)")
    return data


INDENTED = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS


def _digest_of_sums(sums: Mapping[str, str]) -> str:
    canonical = orjson.dumps(dict(sums), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
