"""The plain endpoint: a pydantic body → a DataFrame of one row → the pipeline."""

import os
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel, create_model
from sklearn.pipeline import Pipeline

from training.bench.installation import BUNDLE
from training.bench.plain_pipeline import load_pipeline
from training.bench.records import Layout, layout_of
from valuation.features import FeatureSpecification

THREADS = {"/predict": 0, "/predict-one-thread": 1}  # 0 lets LightGBM choose


def create_app(bundle: Path) -> FastAPI:
    """The endpoint over a bundle's boosters, once with LightGBM's own choice of threads."""
    app = FastAPI()
    features = orjson.loads((bundle / "features.json").read_bytes())
    body_model = _body(layout_of(FeatureSpecification.from_json(features)))
    for path, threads in THREADS.items():
        _mount(app, path, load_pipeline(bundle, threads=threads), body_model)

    @app.get("/ready")
    def ready() -> dict[str, bool]:
        return {"ready": True}

    return app


def from_environment() -> FastAPI:
    """What uvicorn starts."""
    return create_app(Path(os.environ[BUNDLE]))


def _mount(app: FastAPI, path: str, pipeline: Pipeline, body_model: type[BaseModel]) -> None:
    @app.post(path)
    def predict(body: body_model) -> dict[str, list[float]]:  # type: ignore[valid-type]  # made of the bundle's columns
        frame = pd.DataFrame([body.model_dump()])  # type: ignore[attr-defined]  # likewise
        return {"scores": pipeline.predict(frame)[0].tolist()}


def _body(layout: Layout) -> type[BaseModel]:
    fields: dict[str, Any] = {
        **{name: (float | None, None) for name in layout.typical},
        **{name: (str, ...) for name in layout.words},
        **{name: (float, ...) for name in layout.plain},
    }
    return create_model("Device", **fields)
