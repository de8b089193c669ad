"""What every peer is asked: the same devices with the same answers, each leading to an offer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import numpy as np
import orjson

from training.bench.records import Record, record_of
from valuation.domain.answers import complete, effective, parse
from valuation.domain.device import Device
from valuation.domain.market import Market
from valuation.domain.questions import Question, questions_for
from valuation.domain.quote import ENTROPY, Offer, Quote
from valuation.features import FeatureRow, Floats, columns_of, feature_matrix
from valuation.price_model.model import PriceModel
from valuation.quotes.quoting import Desk, QuoteRequest

SEED = 20261121
TRIES = 50  # devices looked at for each case that is wanted
GOOD = 0.85  # share of answers that are the best one
BATTERY = (70, 101)  # percent, from and below


class TooFewOffers(RuntimeError):
    """The bundle makes offers for too few devices to measure with."""


@dataclass(frozen=True, slots=True)
class Case:
    """One device with its answers, as each peer is asked.

    ``record`` holds the raw features of the device as it is; ``scores`` the log departures that the
    boosters give for it, one each, which every peer must repeat to the last bit.
    """

    request: QuoteRequest
    market: Market
    record: Record
    scores: tuple[float, ...]

    @property
    def body(self) -> bytes:
        """What ``POST /v1/quotes`` is sent."""
        device, answers = {"id": self.request.device}, dict(self.request.answers)
        return orjson.dumps({"market": self.market.slug, "device": device, "answers": answers})


@dataclass(frozen=True, slots=True)
class Till:
    """A desk on one moment and day: what a quote needs besides the request."""

    desk: Desk
    now: datetime
    day: date

    def quote(self, request: QuoteRequest) -> Quote:
        """The quote for a request; its id is the same every time."""
        made, _ = self.desk.quote(
            request, merchant="bench", now=self.now, as_of=self.day, entropy=bytes(ENTROPY)
        )
        return made


def make_cases(till: Till, *, count: int) -> list[Case]:
    """Cases with an offer, most answers good; TooFewOffers where the bundle makes hardly any."""
    wanted = (case for case in islice(_drawn(till), TRIES * count) if case is not None)
    cases = list(islice(wanted, count))
    if len(cases) < count:
        raise TooFewOffers(f"only {len(cases)} of {count} devices get an offer from this bundle")
    return cases


def _drawn(till: Till) -> Iterator[Case | None]:
    model, random = till.desk.model, np.random.default_rng(SEED)
    sold = sorted(v for v, d in model.devices.items() if model.ladder.sales_of(d.device_model))
    while sold:
        device = model.devices[sold[int(random.integers(len(sold)))]]
        request = QuoteRequest(_answers(device, random), device=device.variant)
        quote = till.quote(request)
        known = quote.subject.device is not None and isinstance(quote.outcome, Offer)
        yield _case(till, request, device) if known else None


def _answers(device: Device, random: np.random.Generator) -> Mapping[str, object]:
    """An answer to every question that is asked of the device."""
    given: dict[str, object] = {}
    for question in questions_for(device.category):
        if all(given.get(it.parent) == it.answer for it in question.asked_when):
            given[question.id] = question.value(_level(question, random))
    return given


def _level(question: Question, random: np.random.Generator) -> int:
    if question.percent:
        return int(random.integers(*BATTERY))
    return question.best if random.random() < GOOD else int(random.integers(question.best + 1))


def _case(till: Till, request: QuoteRequest, device: Device) -> Case:
    model = till.desk.model
    given = parse(answers=request.answers, category=device.category)
    levels = effective(complete(given=given, category=device.category).levels)
    taught = {question: levels[question] for question in model.taught() if question in levels}
    inputs = booster_inputs(model, FeatureRow(device, till.day, taught, {}))
    scores = tuple(float(booster.predict(inputs)[0, 0]) for booster in model.every_booster)
    return Case(request, model.market, record_of(inputs[0], model.specification), scores)


def booster_inputs(model: PriceModel, row: FeatureRow) -> Floats:
    """The row that the boosters get, shape (1, features)."""
    columns = columns_of([row])
    matrix = feature_matrix(columns, model.specification)
    return np.hstack([matrix, model.ladder.features(columns, model.specification)])
