"""What the service says about itself: devices found, the bundle that serves, the questions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, cast

from valuation.domain.questions import QUESTIONS
from valuation.price_model.model import PriceModel
from valuation.shop import NoSuchPage, Shop
from valuation.tables.readings import policy
from valuation.web.requests import Detail, DeviceQuery

Segment = Mapping[str, Any]  # of an evaluation, as training wrote it

DEEPEST = 1000  # results that pages can reach


def found_devices(shop: Shop, query: DeviceQuery) -> dict[str, object]:
    """A page of a search; NoSuchPage where ``starting_after`` is not in it."""
    reach = query.limit + 1 if query.starting_after is None else DEEPEST
    hits = list(shop.lookup.search(text=query.q, limit=reach))
    if query.starting_after is not None:
        ids = [hit.variant for hit in hits]
        if query.starting_after not in ids:
            raise NoSuchPage(query.starting_after)
        hits = hits[ids.index(query.starting_after) + 1 :]
    return {
        "data": [
            {
                "id": hit.variant,
                "device_model": hit.device_model,
                "name": hit.name,
                "name_zh": hit.name_zh,
            }
            for hit in islice(hits, query.limit)
        ],
        "has_more": len(hits) > query.limit,
    }


def described_bundle(shop: Shop, model: PriceModel, detail: Detail) -> dict[str, object]:
    """A market's bundle: age of its sales, coverage, what moves its prices; then the rest."""
    taught = model.taught()
    told = {
        "market": model.market.slug,
        "data": model.market.provenance.value,
        "last_sale": model.evaluation.get("last_sale"),
        "fitted_until": model.evaluation.get("fitted_until"),
        "coverage": _coverage(model),
        "below_guarantee": _below(shop, model),
        "questions": {
            "sales": [q.id for q in QUESTIONS if q.id in taught],
            "tables": [q.id for q in QUESTIONS if q.priced and q.id not in taught],
            "gates": [q.id for q in QUESTIONS if not q.priced],
        },
        "context": {name: list(words) for name, words in model.specification.context.items()},
        "default_context": dict(model.specification.default_context),
        "digest": model.digest,
    }
    return told if detail is Detail.SUMMARY else {**told, **_details(shop, model)}


def _details(shop: Shop, model: PriceModel) -> dict[str, object]:
    tables = shop.book.tables(shop.today(shop.clock()))
    return {
        "evaluation": model.evaluation,
        "provenance": dict(model.provenance),
        "tables": [
            {
                "id": table.id,
                "digest": table.digest,
                "valid_from": table.valid_from.isoformat(),
                "rows": len(table.rows),
                "unverified": table.unverified(),
            }
            for table in tables.values()
        ],
    }


def _coverage(model: PriceModel) -> dict[str, object] | None:
    """How often the interval held the price, overall and by segment; None where nobody measured."""
    overall = cast(Segment | None, model.evaluation.get("overall"))
    if overall is None:
        return None
    segments: defaultdict[str, dict[str, object]] = defaultdict(dict)
    for segment in cast(Sequence[Segment], model.evaluation["segments"]):
        segments[segment["dimension"]][segment["value"]] = _covered(segment)
    bounds = overall["coverage_bounds"] or {"low": None, "high": None}
    return {
        **_covered(overall),
        "target": round(max(model.levels) - min(model.levels), 6),
        "low": bounds["low"],
        "high": bounds["high"],
        "segments": segments,
    }


def _covered(segment: Segment) -> dict[str, object]:
    interval = segment["interval"]
    return {"sales": segment["rows"], "measured": interval and interval["coverage"]}


def _below(shop: Shop, model: PriceModel) -> list[dict[str, object]]:
    """How often later sales lay below the guaranteed value, by what is guaranteed; the share that
    today's policy guarantees is among them, without figures where nobody measured it.

    From the scores in the bundle it cannot be had: of them that share lies below by construction.
    By segment what was measured stands in the evaluation.
    """
    overall = cast(Segment | None, model.evaluation.get("overall")) or {}
    measured = {each["guarantee"]: each for each in overall.get("below", [])}
    table = shop.book.table("policy", shop.today(shop.clock()))
    in_force = policy(table, model.market.currency).quantile
    unknown = {"low": None, "high": None}
    return [
        {
            "guarantee": share,
            "in_force": share == in_force,
            "sales": found and found["rows"],
            "measured": found and found["share"],
            **((found and found["bounds"]) or unknown),
        }
        for share in sorted({*measured, in_force})
        for found in [measured.get(share)]
    ]


def described_questions() -> dict[str, object]:
    """The registry as data."""
    return {
        "data": [
            {
                "id": question.id,
                "en": question.en,
                "zh": question.zh,
                "reason_code": question.reason_code,
                "required": question.required,
                "priced": question.priced,
                "percent": question.percent,
                "categories": sorted(category.value for category in question.categories),
                "answers": [{"id": a.id, "en": a.en, "zh": a.zh} for a in question.answers],
                "asked_when": [
                    {"question": condition.parent, "answer": condition.answer}
                    for condition in question.asked_when
                ],
            }
            for question in QUESTIONS
        ]
    }
