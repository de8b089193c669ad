"""LightGBM's own library through its C interface.

``import lightgbm`` brings pandas, scikit-learn, SciPy and pyarrow with it (1.9 s, 179 MB), so the
service drives the wheel's library directly; its results are bit-equal to the package's predict.
Interface: LightGBM C API, include/LightGBM/c_api.h, version 4.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from valuation.features import Floats

FLOAT64, ROW_MAJOR, RAW_SCORE = 1, 1, 1
PREDICT_PARAMETERS = b"num_threads=1 verbosity=-1"  # default threads cost 12 ms a row


class LightGbmMissing(RuntimeError):
    """The library or the system's libgomp is not there."""


class BoosterRefused(ValueError):
    """LightGBM could not read the text or price the rows."""


@cache
def library() -> ctypes.CDLL:
    """The loaded library; LightGbmMissing says what to install."""
    found = find_spec("lightgbm")
    if found is None or found.submodule_search_locations is None:
        raise LightGbmMissing("the lightgbm package is not installed; run `make setup`")
    for folder in found.submodule_search_locations:
        for name in ("lib_lightgbm.so", "lib_lightgbm.dylib", "lib_lightgbm.dll"):
            for path in (Path(folder, "lib", name), Path(folder, "bin", name)):
                if path.exists():
                    return _open(path)
    raise LightGbmMissing("the lightgbm package has no library in it; reinstall it")


def _open(path: Path) -> ctypes.CDLL:
    try:
        handle = ctypes.CDLL(str(path))
    except OSError as error:
        raise LightGbmMissing(
            f"LightGBM's library cannot be opened ({error}); "
            "on Debian or Ubuntu: apt-get install libgomp1"
        ) from error
    handle.LGBM_GetLastError.restype = ctypes.c_char_p
    return handle


class Booster:
    """One booster read from LightGBM's text format; safe to share between threads."""

    def __init__(self, text: str) -> None:
        self._lib = library()
        self._handle = ctypes.c_void_p()
        iterations = ctypes.c_int()
        self._check(
            self._lib.LGBM_BoosterLoadModelFromString(
                text.encode(), ctypes.byref(iterations), ctypes.byref(self._handle)
            )
        )
        self.features = self._int(self._lib.LGBM_BoosterGetNumFeature)
        self.outputs = self._int(self._lib.LGBM_BoosterGetNumClasses)

    def predict(self, matrix: Floats) -> Floats:
        """Raw scores, shape (n, outputs), of a (n, features) matrix of float64."""
        rows = np.ascontiguousarray(matrix, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != self.features:
            raise BoosterRefused(f"{self.features} columns were expected, not {rows.shape}")
        result = np.empty((len(rows), self.outputs))
        written = ctypes.c_int64()
        self._check(
            self._lib.LGBM_BoosterPredictForMat(
                self._handle, rows.ctypes.data_as(ctypes.c_void_p), FLOAT64,
                ctypes.c_int32(rows.shape[0]), ctypes.c_int32(rows.shape[1]), ROW_MAJOR,
                RAW_SCORE, 0, -1, PREDICT_PARAMETERS, ctypes.byref(written),
                result.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
            )
        )  # fmt: skip
        return result

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            self._lib.LGBM_BoosterFree(self._handle)

    def _int(self, getter: Callable[..., int]) -> int:
        out = ctypes.c_int()
        self._check(getter(self._handle, ctypes.byref(out)))
        return out.value

    def _check(self, code: int) -> None:
        if code != 0:
            message = self._lib.LGBM_GetLastError()
            raise BoosterRefused(message.decode(errors="replace") if message else "no reason")
