"""Runs and versions in MLflow: the only file that imports it, and it takes seconds to import.

A mirror for people who look at runs; what serves is decided by our own pointers and history. The
store is SQLite under ``models/mlflow``, nothing goes over the network or to the working folder.
"""

import math
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.exc import SADeprecationWarning, SQLAlchemyError

from valuation.domain.market import Market

# MLflow reads these while it is imported.
for _name, _value in {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "GIT_PYTHON_REFRESH": "quiet",
}.items():
    os.environ.setdefault(_name, _value)

from mlflow import MlflowClient  # noqa: E402 -- after its settings
from mlflow.entities import Metric, Param, RunTag  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402

SECONDS = 120  # how long another process may take to create the store
DIGEST_TAG = "bundle_digest"


class RegistryFailed(RuntimeError):
    """MLflow could not record or find something; the bundle itself is not touched."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is recorded of one training run.

    ``tags`` name at least the commit, the data digest and the run note; ``plots`` is a folder.
    """

    market: Market
    digest: str
    bundle: Path
    card: str
    plots: Path | None
    parameters: Mapping[str, object]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]


def model_name(market: Market) -> str:
    """The name under which a market's bundles are registered."""
    return f"tradein-{market.slug}"


def store_uri(folder: Path) -> str:
    """The address of the store in ``models/mlflow``, as ``mlflow server`` wants it."""
    return f"sqlite:///{folder.resolve() / 'mlflow.db'}"


def log_run(*, folder: Path, run: Run) -> int:
    """Record a run and register its bundle as ``challenger``; the number of the new version."""
    name = model_name(run.market)
    with _told(f"the run of {name}"):
        client, experiment = _open(folder=folder, name=name)
        run_id = client.create_run(experiment, run_name=run.digest[:12]).info.run_id
        try:
            _record(client, run_id, run)
        except BaseException:
            client.set_terminated(run_id, status="FAILED")
            raise
        client.set_terminated(run_id)
        version = client.create_model_version(
            name,
            source=f"runs:/{run_id}/bundle",
            run_id=run_id,
            tags={DIGEST_TAG: run.digest, **run.tags},
            await_creation_for=0,
        )
        client.set_registered_model_alias(name, "challenger", str(version.version))
        return int(version.version)


def mirror_champion(*, folder: Path, market: Market, digest: str) -> int:
    """Set the alias ``champion`` on the newest version of a bundle; the number of that version."""
    name = model_name(market)
    with _told(f"the champion of {name}"):
        client, _ = _open(folder=folder, name=name)
        wanted = f"name = '{name}' and tag.{DIGEST_TAG} = '{digest}'"
        versions = [int(found.version) for found in client.search_model_versions(wanted)]
        if not versions:
            raise RegistryFailed(f"{name} has no version of the bundle {digest[:12]}")
        client.set_registered_model_alias(name, "champion", str(max(versions)))
        return max(versions)


def _record(client: MlflowClient, run_id: str, run: Run) -> None:
    tags = {**run.tags, DIGEST_TAG: run.digest, "market": run.market.slug}
    client.log_batch(
        run_id,
        # A figure that could not be measured is left out: MLflow would chart it as 0.
        metrics=[Metric(k, v, 0, 0) for k, v in run.metrics.items() if math.isfinite(v)],
        params=[Param(k, str(v)) for k, v in run.parameters.items()],
        tags=[RunTag(k, v) for k, v in tags.items()],
    )
    client.log_artifacts(run_id, str(run.bundle), "bundle")
    client.log_text(run_id, run.card, "CARD.md")
    if run.plots is not None:
        client.log_artifacts(run_id, str(run.plots), "plots")


def _open(*, folder: Path, name: str) -> tuple[MlflowClient, str]:
    """A client and the market's experiment.

    Under a lock: of several processes that open a new store at once most fail.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "mlflow.lock", timeout=SECONDS), warnings.catch_warnings():
        # MLflow 3.17 still maps its tables with a strategy that SQLAlchemy 2.1 deprecates.
        warnings.simplefilter("ignore", SADeprecationWarning)
        uri = store_uri(folder)
        client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        found = client.get_experiment_by_name(name)
        if found is not None:
            return client, found.experiment_id
        artifacts = (folder.resolve() / "artifacts").as_uri()
        experiment = client.create_experiment(name, artifact_location=artifacts)
        client.create_registered_model(name)
        return client, experiment


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Whatever goes wrong in MLflow, its database or its files becomes RegistryFailed."""
    try:
        yield
    except Timeout as error:
        raise RegistryFailed(f"{what}: the MLflow store stayed locked for {SECONDS} s") from error
    except (MlflowException, SQLAlchemyError, OSError) as error:
        raise RegistryFailed(f"{what} was not recorded in MLflow: {error}") from error
