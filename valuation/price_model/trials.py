"""Which bundles passed their trial here, so that a command need not try one again.

A bundle is immutable and named by its digest; what tried it is not. So a passed trial is
remembered together with the fingerprint of the code and the libraries that it was passed under,
and any change of these asks for a new one.
"""

import hashlib
import logging
import platform
import sys
from functools import cache
from pathlib import Path

import numpy as np

from valuation.price_model.library import LightGbmMissing, library
from valuation.version import VERSION

logger = logging.getLogger(__name__)

PACKAGE = Path(__file__).parents[1]
PRICING = ("price_model", "domain", ".")  # folders of the package whose code makes a price


class Trials:
    """The passed trials in a folder: a file a digest, which holds the fingerprint."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def passed(self, digest: str) -> bool:
        """Whether the bundle passed under this very code and these libraries."""
        try:
            return (self._folder / digest).read_text(encoding="ascii") == fingerprint()
        except (OSError, ValueError, LightGbmMissing):
            return False  # the trial will say what is wrong

    def remember(self, digest: str) -> None:
        """Keep that the bundle passed; where nothing can be written, it is tried again."""
        draft = self._folder / f".{digest}.draft"
        try:
            self._folder.mkdir(exist_ok=True)
            draft.write_text(fingerprint(), encoding="ascii")
            draft.replace(self._folder / digest)
        except OSError as error:
            logger.info("the trial of %s is not remembered: %s", digest[:12], error)


@cache
def fingerprint() -> str:
    """A digest of what a trial depends on besides the bundle: code, libraries, machine."""
    files = [Path(library()._name)]
    files += [file for name in PRICING for file in sorted((PACKAGE / name).glob("*.py"))]
    stated = [VERSION, sys.version, np.__version__, platform.machine()]
    for file in files:
        found = file.stat()
        stated.append(f"{file.name} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(stated).encode()).hexdigest()
