"""The methods by name: us and the peers, and the digest of the code behind each."""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import cast

from training.benchmark.imports import sources_of
from training.benchmark.peers.peer import Peer

US = "us"
LOOKUP = "lookup"
PEERS = {
    "lookup": "lookup",
    "ridge": "ridge",
    "forest": "forest",
    "histgb": "hist_boosting",
    "lightgbm": "lightgbm_raw",
    "xgboost": "xgboost_peer",
    "catboost": "catboost_peer",
}
METHODS = (US, *PEERS)
# Distributions whose versions count; asked for without importing them.
LIBRARIES = {
    "lookup": "numpy", "ridge": "scikit-learn", "forest": "scikit-learn", "histgb": "scikit-learn",
    "lightgbm": "lightgbm", "xgboost": "xgboost-cpu", "catboost": "catboost",
}  # fmt: skip
# They only carry data, which the key of a result knows by the data's own digest.
CARRIERS = frozenset({"training.dataset", "training.params", "valuation.features"})
DATA = ("training.loading", "training.launch_prices")
STEP = ("training.benchmark.conformal_step", "training.outliers")


class UnknownMethod(ValueError):
    """A method that the benchmark does not have."""


def chosen_methods(names: Sequence[str]) -> tuple[str, ...]:
    """Methods in the benchmark's order, all of them without names; UnknownMethod by its name."""
    if unknown := sorted(set(names) - set(METHODS)):
        raise UnknownMethod(f"no method {unknown[0]!r}; there are {', '.join(METHODS)}")
    return tuple(name for name in METHODS if not names or name in names)


def installed(method: str) -> bool:
    """Whether the library of a method is here."""
    return method == US or _version(LIBRARIES[method]) is not None


def peer(method: str) -> Peer:
    """A peer by name; its library is imported by this call at the earliest."""
    module = import_module(f"training.benchmark.peers.{PEERS[method]}")
    return cast(Peer, module.PEER)


def label(method: str) -> str:
    """The method's name in tables."""
    return US if method == US else peer(method).label


@cache
def code_digest(method: str) -> str:
    """SHA-256 over the source files that decide a method's predictions, and its library's version.

    A changed method is fitted again; the others are not.
    """
    if method == US:
        files, library = sources_of("training.benchmark.ours", *DATA), "lightgbm"
    else:
        own = f"training.benchmark.peers.{PEERS[method]}"
        files, library = sources_of(own, *STEP, *DATA, without=CARRIERS), LIBRARIES[method]
    found = hashlib.sha256(str(_version(library)).encode())
    for path in files:
        found.update(path.read_bytes())
    return found.hexdigest()


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
