"""A throw-away installation of the service with one champion: nothing real is written to."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from training.bench.pyfunc import MODEL_FOLDER, save_pyfunc
from training.bench.servers import HOST, Recipe, uvicorn
from valuation.domain.market import Market
from valuation.domain.tokens import SECRET_BYTES
from valuation.people.first_key import first_key
from valuation.price_model.champions import Champion, ModelStore
from valuation.shop import DEFAULT_MERCHANT
from valuation.storage.engine import make_engine
from valuation.storage.upgrade import upgrade

SERVICE, OWN = "service", "service and bench routes"
PLAIN, MLFLOW = "plain endpoint", "mlflow models serve"
SERVE = "from valuation.cli.serve import serve; serve()"
BUNDLE = "BENCH_BUNDLE"  # variable that names the plain endpoint's bundle
REFRESH = "3600"  # seconds between looks at the champions: none falls into the measurement


class NothingToMeasure(LookupError):
    """There is no champion to measure with."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder with a copy of one bundle, its pointer and a database of its own."""

    folder: Path
    champion: Champion

    @property
    def bundle(self) -> Path:
        """The copied bundle."""
        return ModelStore(self.folder / "models").bundle(self.champion.digest)

    @property
    def _databases(self) -> tuple[str, str]:
        """One each: two services would wait for one another's commits."""
        files = (self.folder / name for name in ("quotes.sqlite", "other.sqlite"))
        first, second = (f"sqlite:///{file}" for file in files)
        return first, second

    def enrol(self) -> str:
        """A key that opens both services."""
        secret, file = os.urandom(SECRET_BYTES), self.folder / "demo.key"
        for url in self._databases:
            engine = make_engine(url)
            upgrade(engine)
            first_key(
                engine, file, merchant_id=DEFAULT_MERCHANT, now=datetime.now(UTC),
                entropy=lambda size: secret[:size],
            )  # fmt: skip
            engine.dispose()
        return file.read_text(encoding="ascii").strip()

    @property
    def environment(self) -> Mapping[str, str]:
        """The service's variables."""
        return {
            "TRADEIN_MODELS": str(self.folder / "models"),
            "TRADEIN_MARKET": self.champion.market.slug,
            "DATABASE_URL": self._databases[0],
            "TRADEIN_UNIT_KEY_FILE": str(self.folder / "unit.key"),
            "TRADEIN_TAC": str(self.folder / "tac.csv"),
            "TRADEIN_TABLES": "",
            "TRADEIN_REFRESH_SECONDS": REFRESH,
            "HOST": HOST,
            "WORKERS": "1",
        }

    def own(self) -> list[Recipe]:
        """The real service, and a second with the routes of the bench."""
        serve = (sys.executable, "-c", SERVE, "--port", "{port}")
        routes = uvicorn("training.bench.own_routes:from_environment")
        other = {**self.environment, "DATABASE_URL": self._databases[1]}
        return [
            Recipe(SERVICE, serve, "/readyz", self.environment),
            Recipe(OWN, routes, "/readyz", other),
        ]

    def peers(self) -> list[Recipe]:
        """The same boosters behind MLflow, which takes longest to start, and a plain endpoint."""
        save_pyfunc(self.bundle, self.folder / MODEL_FOLDER)
        plain = uvicorn("training.bench.plain_app:from_environment")
        bundle = {BUNDLE: str(self.bundle)}
        return [
            Recipe(MLFLOW, _mlflow(self.folder / MODEL_FOLDER), "/ping", _quiet_mlflow()),
            Recipe(PLAIN, plain, "/ready", bundle),
        ]


def install(store: ModelStore, market: Market | None, folder: Path) -> Installation:
    """Copy the market's champion, or the first one's; NothingToMeasure where there is none."""
    champions = [it for it in store.champions() if market in (None, it.market)]
    if not champions:
        raise NothingToMeasure("no bundle to measure with; run `make run` or `tradein train` first")
    copied = ModelStore(folder / "models")
    shutil.copytree(store.bundle(champions[0].digest), copied.bundle(champions[0].digest))
    copied.point(champions[0])
    return Installation(folder.resolve(), champions[0])


def _mlflow(model: Path) -> tuple[str, ...]:
    """One worker in this very environment: nothing is installed or downloaded."""
    return (
        sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", str(model),
        "--host", HOST, "--port", "{port}", "--workers", "1", "--env-manager", "local",
    )  # fmt: skip


def _quiet_mlflow() -> Mapping[str, str]:
    here = Path(sys.executable).parent  # MLflow starts `uvicorn` by name
    return {
        "PATH": f"{here}{os.pathsep}{os.environ.get('PATH', '')}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "GIT_PYTHON_REFRESH": "quiet",
    }
