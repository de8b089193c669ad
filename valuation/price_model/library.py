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

FLOAT64, RAW_SCORE = 1, 1
DOUBLE = 8  # bytes
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


@cache
def _price_row() -> Callable[[int, int, int, int], int]:
    """LightGBM's call for one row, without letting go of the interpreter's lock.

    A row takes some 15 microseconds: whoever lets go for that long waits longer to get it back.
    """
    call = ctypes.PyDLL(library()._name).LGBM_BoosterPredictForMatSingleRowFast
    call.argtypes = [ctypes.c_void_p] * 4
    return call


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
        # Parameters are read once; by the call for a matrix they cost more than the rows.
        self._prepared = ctypes.c_void_p()
        self._check(
            self._lib.LGBM_BoosterPredictForMatSingleRowFastInit(
                self._handle, RAW_SCORE, 0, -1, FLOAT64, ctypes.c_int32(self.features),
                PREDICT_PARAMETERS, ctypes.byref(self._prepared),
            )
        )  # fmt: skip

    def predict(self, matrix: Floats) -> Floats:
        """Raw scores, shape (n, outputs), of a (n, features) matrix of float64."""
        rows = np.ascontiguousarray(matrix, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != self.features:
            raise BoosterRefused(f"{self.features} columns were expected, not {rows.shape}")
        result = np.empty((len(rows), self.outputs))
        price, prepared, written = _price_row(), self._prepared.value or 0, ctypes.c_int64()
        row, score, count = rows.ctypes.data, result.ctypes.data, ctypes.addressof(written)
        for _ in range(len(rows)):
            self._check(price(prepared, row, count, score))
            row, score = row + self.features * DOUBLE, score + self.outputs * DOUBLE
        return result

    def __del__(self) -> None:
        if getattr(self, "_prepared", None):
            self._lib.LGBM_FastConfigFree(self._prepared)
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
