"""Whether the process answers, and whether it can make quotes."""

from fastapi import APIRouter, Response

from valuation.price_model.shelf import NoBundle
from valuation.shop import Shop, UnknownMarket
from valuation.storage.engine import DatabaseUnavailable
from valuation.storage.upgrade import revision
from valuation.web.answering import InShop, json_response
from valuation.web.self_schemas import Health, Readiness

router = APIRouter()


@router.get("/healthz", response_class=Response, responses={200: {"model": Health}})
def healthz() -> Response:
    """The process answers; nothing else is looked at."""
    return json_response({"status": "ok"})


@router.get(
    "/readyz",
    response_class=Response,
    responses={200: {"model": Readiness}, 503: {"model": Readiness, "description": "Not ready"}},
)
def readyz(shop: InShop) -> Response:
    """Ready when the database answers and a bundle serves; a fault of a champion is named."""
    database, models = _database(shop), shop.shelf.models
    bundles = {market.slug: model.digest for market, model in sorted(models.items())}
    faults = {**shop.shelf.faults, **_missing(shop)}
    ready = database == "ok" and bool(bundles) and "market" not in faults
    state = {"ready": ready, "database": database, "bundles": bundles, "faults": faults}
    return json_response(state, status=200 if ready else 503)


def _database(shop: Shop) -> str:
    try:
        return "ok" if revision(shop.engine) else "its tables are missing"
    except DatabaseUnavailable as error:
        return error.reason


def _missing(shop: Shop) -> dict[str, str]:
    """The default market, or any at all, without a bundle."""
    try:
        shop.model(None)
    except NoBundle as error:
        return {"market": str(error)}
    except UnknownMarket:
        return {}  # several are served, and every request names its own
    return {}
