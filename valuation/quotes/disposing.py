"""Where a device goes, without a quote: a quote's own arithmetic, or the gates where nobody knows a
price."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

from valuation.domain.answers import missing_at_best
from valuation.domain.device import Device
from valuation.domain.disposition import Route, RouteValue
from valuation.domain.outside import kind_of
from valuation.domain.quote import Disposition, Quote
from valuation.domain.unpriced import (
    NEED_PRICE,
    choose_unpriced,
    conditions_before,
    unpriced_routes,
)
from valuation.quotes.appraising import Appraiser
from valuation.quotes.disposition_document import (
    customers_disposition,
    merchants_disposition,
    told_disposition,
)
from valuation.quotes.documents import Document
from valuation.tables.impact_factors import FACTORS, weights_of


class Note(NamedTuple):
    """What must be said beside a route, in two languages."""

    code: str
    en: str
    zh: str


REUSE_FIRST = Note(
    "reuse_first",
    "Its price is not known here and it may be used again: a person must look before it is taken "
    "apart.",
    "此处无法定价，且设备可能再次使用：拆解前须人工评估。",
)
PARTS_UNKNOWN = Note(
    "parts_unknown",
    "Only its parts could be used and nobody knows what they bring: a person must look.",
    "仅零件可用且价值未知，须人工评估。",
)
A_PERSON = ("A person must look at it first", "须先人工评估")
NO_MATERIALS = Note(
    "materials_unknown",
    "What its materials bring is not known and counts as nothing.",
    "材料价值未知，按零计算。",
)
# The whole of a quote's document that speaks of a device, not of an offer.
KEPT = (
    "market", "data", "notice", "as_of", "device", "context", "answers", "checks", "assumptions",
    "missing", "grade_capped_by", "stale", "referral", "value", "impact", "versions",
)  # fmt: skip


class Weight(NamedTuple):
    """Grams, and whether they are the device's own; else the table's for devices like it."""

    grams: float
    own: bool


@dataclass(frozen=True, slots=True)
class Disposed:
    """A device's way. ``quote`` has its routes and conditions; ``chosen``: None where a person must
    look first. ``notes``: what must be said of it."""

    quote: Quote
    device: Device
    chosen: RouteValue | None
    routes: tuple[RouteValue, ...]
    priced: bool
    notes: tuple[Note, ...]


def disposed(quote: Quote, appraiser: Appraiser) -> Disposed | None:
    """Where the device of a quote goes; None where no device was recognised.

    Answers that are missing count as good, as far as the others allow.
    """
    device, answers = quote.subject.device, quote.answers
    if device is None or answers is None:
        return None
    tariff = appraiser.tariffs.of(device)
    no_materials = () if any(tariff.terms.materials[device.category]) else (NO_MATERIALS,)
    if (found := quote.disposition) is not None:
        return Disposed(
            quote, device, found.chosen, tuple(found.routes), priced=True, notes=no_materials
        )
    state = tariff.layout.state(missing_at_best(answers).levels)
    routes = unpriced_routes(tariff, state, rules=quote.versions.rules)
    chosen = choose_unpriced(routes)
    levels = tariff.layout.levels(state)
    conditions = conditions_before(tariff.terms.gates, levels, routes, chosen)
    refuse = next(each for each in routes if each.route is Route.REFUSE)
    way = Disposition(chosen or refuse, routes, conditions)
    notes = (*((_why_a_person(routes),) if chosen is None else ()), *no_materials)
    quoted = replace(quote, disposition=way)
    return Disposed(quoted, device, chosen, routes, priced=False, notes=notes)


def weight_of(device: Device, weights: Mapping[str, float]) -> Weight | None:
    """What the device weighs; None where neither it nor the table says so."""
    if device.facts.weight_g is not None:
        return Weight(device.facts.weight_g, own=True)
    category = device.category.value
    kind = kind_of(device.variant, category)
    found = weights.get(f"{category}/{kind}", weights.get(category))
    return None if found is None else Weight(found, own=False)


def disposal_document(quote: Quote, appraiser: Appraiser) -> Document:
    """Everything that is said of a device's way. Money as in a quote, None of a route whose value
    needs a price that nobody knows."""
    done = disposed(quote, appraiser)
    told = appraiser.document(done.quote if done else quote)
    way = _way(told, done) if done else None
    of_way = {**told, "disposition": way}
    weight = done and weight_of(done.device, weights_of(appraiser.tables[FACTORS]))
    return {
        **{name: told[name] for name in KEPT if name in told},
        "priced": done is not None and done.priced,
        "disposition": way and {**told_disposition(of_way), **_sentence(of_way, done)},
        "notes": [note._asdict() for note in done.notes] if done else [],
        "weight": weight and {"g": weight.grams, "own": weight.own},
        "customer": way and customers_disposition(of_way),
    }


def way_document(done: Disposed, appraiser: Appraiser) -> Document:
    """The disposition of a device as a quote holds it, its way the one in the quote."""
    return _way(appraiser.document(done.quote), done)


def _why_a_person(routes: tuple[RouteValue, ...]) -> Note:
    reusable = any(each.open and each.route not in (Route.PARTS, Route.REFUSE) for each in routes)
    return REUSE_FIRST if reusable else PARTS_UNKNOWN


def _way(told: Document, done: Disposed) -> Document:
    """The disposition as a quote tells it, without figures that nobody knows."""
    way = dict(cast(Mapping[str, object], told["disposition"]))
    if done.priced:
        return way
    way.pop("given_up_for_reuse", None)  # a difference of figures that nobody knows
    routes = cast(list[dict[str, object]], way["routes"])
    way["routes"] = [
        each | (UNKNOWN if each["route"] in NEED_PRICE else NO_OFFER) for each in routes
    ]
    if done.chosen is None:
        en, zh = A_PERSON
        way.pop("saves", None)
        way |= {"route": None, "flag": None, "label_en": en, "label_zh": zh}
    return way


def _sentence(document: Document, done: Disposed | None) -> Document:
    """The merchant's: a quote's own, the note that says why a person must look, or the customer's,
    in which no figure is missed."""
    if done is None or done.priced:
        told = merchants_disposition(document)
    elif done.chosen is None:
        return {"sentence_en": done.notes[0].en, "sentence_zh": done.notes[0].zh}
    else:
        told = customers_disposition(document)
    return {name: told[name] for name in ("sentence_en", "sentence_zh")}


NO_OFFER: Document = {"offer": None}  # nothing is offered without a price
UNKNOWN: Document = {**NO_OFFER, "expected": None, "low": None, "high": None, "parts": []}
