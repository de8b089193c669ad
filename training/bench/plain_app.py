"""The plain endpoint: a pydantic body → a DataFrame of one row → the pipeline."""

import os
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel, create_model

from training.bench.plain_pipeline import load_pipeline
from training.bench.records import Layout, layout_of
from valuation.features import FeatureSpecification

BUNDLE, THREADS = "BENCH_BUNDLE", "BENCH_THREADS"


def create_app(bundle: Path, *, threads: int) -> FastAPI:
    """The endpoint over a bundle's boosters; ``threads`` 0 lets LightGBM choose."""
    app = FastAPI()
    pipeline = load_pipeline(bundle, threads=threads)
    features = orjson.loads((bundle / "features.json").read_bytes())
    body_model = _body(layout_of(FeatureSpecification.from_json(features)))

    @app.post("/predict")
    def predict(body: body_model) -> dict[str, list[float]]:  # type: ignore[valid-type]  # made of the bundle's columns
        frame = pd.DataFrame([body.model_dump()])  # type: ignore[attr-defined]  # likewise
        return {"scores": pipeline.predict(frame)[0].tolist()}

    @app.get("/ready")
    def ready() -> dict[str, bool]:
        return {"ready": True}

    return app


def from_environment() -> FastAPI:
    """What uvicorn starts."""
    return create_app(Path(os.environ[BUNDLE]), threads=int(os.environ[THREADS]))


def _body(layout: Layout) -> type[BaseModel]:
    fields: dict[str, Any] = {
        **{name: (float | None, None) for name in layout.typical},
        **{name: (str, ...) for name in layout.words},
        **{name: (float, ...) for name in layout.plain},
    }
    return create_model("Device", **fields)
