"""One round trip through a real MLflow store; its import and first migration take seconds."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.samples import DEMO, fake_bundle
from valuation.price_model.champions import ModelStore

OPENING = (
    "import sys; from pathlib import Path\n"
    "from training.registry import RegistryFailed, mirror_champion\n"
    "from valuation.domain.market import Market\n"
    "try:\n"
    "    mirror_champion(folder=Path(sys.argv[1]), market=Market.from_slug(sys.argv[2]),\n"
    "                    digest='0' * 64)\n"
    "except RegistryFailed as error:\n"
    "    print(error)\n"
)


def test_a_run_is_registered_as_challenger_and_mirrored_as_champion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process opens the new store at the same time; nothing lands anywhere else."""
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    monkeypatch.chdir(empty)
    folder = tmp_path / "models" / "mlflow"
    opener = subprocess.Popen(
        [sys.executable, "-c", OPENING, str(folder), DEMO.slug],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    from mlflow import MlflowClient

    from training.registry import Run, log_run, mirror_champion, model_name, store_uri

    store = ModelStore(tmp_path / "models")
    plots = tmp_path / "plots"
    plots.mkdir()
    (plots / "a.png").write_bytes(b"png")
    digests = [fake_bundle(store, seed=seed) for seed in (1, 2)]
    versions = [
        log_run(
            folder=folder,
            run=Run(
                market=DEMO, digest=digest, bundle=store.bundle(digest), card="# Card\n",
                plots=plots, parameters={"boosters.trees": 300},
                metrics={"log_mae": 0.18, "cod": float("nan")},
                tags={"git_commit": "c" * 40, "data_digest": "d" * 64, "run_note": "a test"},
            ),
        )
        for digest in digests
    ]  # fmt: skip
    said = opener.communicate(timeout=120)[0]
    assert said == f"{model_name(DEMO)} has no version of the bundle {'0' * 12}\n"
    assert versions == [1, 2]
    assert mirror_champion(folder=folder, market=DEMO, digest=digests[0]) == 1

    client = MlflowClient(tracking_uri=store_uri(folder), registry_uri=store_uri(folder))
    name = model_name(DEMO)
    champion = client.get_model_version_by_alias(name, "champion")
    challenger = client.get_model_version_by_alias(name, "challenger")
    assert (int(champion.version), int(challenger.version)) == (1, 2)
    assert champion.tags["bundle_digest"] == digests[0]
    assert champion.run_id is not None
    run = client.get_run(champion.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.metrics == {"log_mae": 0.18}
    assert run.data.params == {"boosters.trees": "300"}
    assert run.data.tags["market"] == DEMO.slug
    copy = client.download_artifacts(champion.run_id, "bundle", str(tmp_path))
    assert (
        Path(copy, "bundle.json").read_bytes()
        == (store.bundle(digests[0]) / "bundle.json").read_bytes()
    )
    assert list(empty.iterdir()) == []
