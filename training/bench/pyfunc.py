"""The same pipeline as an MLflow pyfunc model, for ``mlflow models serve``.

MLflow loads it by the name of this module (its ``loader_module``), so that nothing here imports
MLflow: the folder is written as the documentation of ``mlflow.pyfunc`` describes it.
"""

import platform
import shutil
from pathlib import Path
from typing import Any

from training.bench.plain_pipeline import load_pipeline

MODEL_FOLDER = "pyfunc"
MLMODEL = """\
flavors:
  python_function:
    loader_module: {loader}
    data: bundle
    python_version: {python}
"""


def save_pyfunc(bundle: Path, folder: Path) -> None:
    """Write a model folder with the bundle as its data."""
    shutil.copytree(bundle, folder / "bundle")
    text = MLMODEL.format(loader=__name__, python=platform.python_version())
    (folder / "MLmodel").write_text(text, encoding="ascii")


def _load_pyfunc(path: str) -> Any:
    """What MLflow calls; one thread, which is the faster for a row."""
    return load_pipeline(Path(path), threads=1)
