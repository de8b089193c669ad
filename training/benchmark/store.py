"""Results on disk, so that an interrupted run goes on and an unchanged method is not fitted again.

One file a result, named by the key of what made it: data, rows, method, settings, code.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from training.benchmark.work import Result


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of results and searches."""

    folder: Path

    def result(self, key: str) -> Result | None:
        """A kept result, or None."""
        path = self._path("results", key, "npz")
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as kept:
            return Result(kept["log_quantiles"], kept["support"], float(kept["seconds"]))

    def keep(self, key: str, result: Result) -> None:
        """Keep a result; whole or not at all."""
        path = self._path("results", key, "npz")
        draft = path.with_name(f".{key}.{os.getpid()}.npz")
        np.savez_compressed(
            draft,
            log_quantiles=result.log_quantiles,
            support=result.support,
            seconds=np.float64(result.seconds),
        )
        os.replace(draft, path)

    def found(self, key: str) -> dict[str, object] | None:
        """What a search found, or None."""
        path = self._path("searches", key, "json")
        if not path.is_file():
            return None
        data: dict[str, object] = orjson.loads(path.read_bytes())
        return data

    def keep_found(self, key: str, data: Mapping[str, object]) -> None:
        """Keep what a search found."""
        path = self._path("searches", key, "json")
        draft = path.with_name(f".{key}.{os.getpid()}.json")
        draft.write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2))
        os.replace(draft, path)

    def _path(self, kind: str, key: str, ending: str) -> Path:
        folder = self.folder / kind
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{key}.{ending}"
