"""Whether the process answers, and whether it can make quotes."""

import shutil
from pathlib import Path

from fastapi import APIRouter, Request, Response

from valuation.price_model.shelf import NoBundle
from valuation.shop import Shop, UnknownMarket
from valuation.storage.engine import DatabaseUnavailable, file_of
from valuation.storage.probe import check_writable
from valuation.web.answering import InShop, json_response
from valuation.web.problem import MEDIA_TYPE, RETRY, Problem
from valuation.web.self_schemas import Health, Readiness

router = APIRouter()

OK = "ok"
MB = 1_000_000
NOT_READY = {
    "description": "Not ready: `detail` says what to do",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/NotReady"}}},
}


@router.get("/healthz", response_class=Response, responses={200: {"model": Health}})
def healthz() -> Response:
    """The process answers; nothing else is looked at."""
    return json_response({"status": OK})


@router.get(
    "/readyz",
    response_class=Response,
    responses={200: {"model": Readiness}, 503: NOT_READY},
)
def readyz(shop: InShop, request: Request) -> Response:
    """Ready when the database can be written, the disk has room and a bundle serves.

    A fault of a champion or of the tables is named; the last good one serves on.
    """
    database, disk, models = _database(shop), _disk(shop), shop.shelf.models
    bundles = {market.slug: model.digest for market, model in sorted(models.items())}
    faults = {**shop.shelf.faults, **shop.tables.faults, **_missing(shop)}
    wrong = [f"the database cannot be used: {database}"] if database != OK else []
    wrong += [disk] if disk != OK else []
    wrong += faults.values() if "market" in faults else []
    state = {
        "ready": not wrong, "database": database, "disk": disk, "bundles": bundles,
        "faults": faults,
    }  # fmt: skip
    if not wrong:
        return json_response(state)
    problem = Problem(503, "not_ready", "Not ready", "; ".join(wrong), headers=RETRY, besides=state)
    return problem.response(request.state.request_id)


def _database(shop: Shop) -> str:
    try:
        check_writable(shop.engine)
    except DatabaseUnavailable as error:
        return error.reason
    return OK


def _disk(shop: Shop) -> str:
    """Whether what a quote writes has room: its row, and the table versions that priced it."""
    file, least = file_of(shop.engine), shop.settings.free_disk_mb
    places = {"models": shop.settings.models_dir, **({"database": file.parent} if file else {})}
    full = {name: _free_mb(place) for name, place in places.items()}
    short = [f"{mb} MB free for the {name}" for name, mb in full.items() if mb < least]
    if not short:
        return OK
    return f"{', '.join(short)}, {least} are needed (TRADEIN_FREE_DISK_MB): make room on the disk"


def _free_mb(place: Path) -> int:
    """What is free on the disk of a folder, or of the first one above it that is there."""
    there = next(each for each in (place, *place.absolute().parents) if each.exists())
    return shutil.disk_usage(there).free // MB


def _missing(shop: Shop) -> dict[str, str]:
    """The default market, or any at all, without a bundle."""
    try:
        shop.model(None)
    except NoBundle as error:
        return {"market": str(error)}
    except UnknownMarket:
        return {}  # several are served, and every request names its own
    return {}
