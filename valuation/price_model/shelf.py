"""The price models that are being served, one a market, taken up anew when a pointer moves.

A bundle that is damaged, foreign or fails its trial never replaces the one that serves: the last
good one stays, and the fault is kept for ``/readyz`` to name. Where none serves yet, the latest
earlier champion that is sound stands in, and the fault says so.
"""

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from valuation.domain.market import Market
from valuation.price_model.bundle import DamagedBundle, ForeignBundle, read_bundle
from valuation.price_model.champions import BrokenPointer, Champion, ModelStore, market_of
from valuation.price_model.library import BoosterRefused
from valuation.price_model.model import PriceModel, assemble
from valuation.price_model.succession import earlier_champions
from valuation.price_model.trial import BundleFailedTrial, try_bundle
from valuation.price_model.trials import Trials

logger = logging.getLogger(__name__)

REFUSALS = (DamagedBundle, ForeignBundle, BundleFailedTrial, BoosterRefused, BrokenPointer, OSError)


class NoBundle(LookupError):
    """No bundle serves the market that was asked for."""


class Shelf:
    """Loaded price models by market; ``refresh`` follows the pointers, readers never wait."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self._trials = Trials(store.trials)
        self._models: Mapping[Market, PriceModel] = MappingProxyType({})
        self._faults: Mapping[str, str] = MappingProxyType({})
        self._refused: dict[Champion, str] = {}
        self._lock = threading.Lock()

    @property
    def models(self) -> Mapping[Market, PriceModel]:
        """The price models that serve now."""
        return self._models

    @property
    def faults(self) -> Mapping[str, str]:
        """Why a champion is not served, by market slug or file."""
        return self._faults

    def model(self, market: Market | None) -> PriceModel:
        """The market's price model; without a market, the only one or NoBundle."""
        models = self._models
        if market is not None and market in models:
            return models[market]
        served = (
            ", ".join(sorted(m.slug for m in models)) or "none: run `make run` or `tradein train`"
        )
        if market is None and len(models) == 1:
            return next(iter(models.values()))
        wanted = "a market must be named" if market is None else f"no bundle serves {market.slug}"
        raise NoBundle(f"{wanted}; served markets: {served}")

    def of_digest(self, digest: str) -> PriceModel:
        """The price model of a bundle that need not be a champion any more; ``REFUSALS``."""
        for model in self._models.values():
            if model.digest == digest:
                return model
        return self._load(None, digest)

    def refresh(self) -> None:
        """Take up every champion that changed; keep the last good one where it cannot be served."""
        with self._lock:
            models, faults = dict(self._models), {}
            for pointer in self._store.pointers():
                try:
                    champion = self._store.pointed(pointer)
                    if champion is not None and not self._serves(champion, models):
                        models[champion.market] = self._taken_up(champion)
                except REFUSALS as error:
                    # Each pointer by itself: a broken one keeps no other market from serving.
                    faults[pointer.stem] = f"{error}{self._stood_in(pointer, models)}"
            self._models, self._faults = MappingProxyType(models), MappingProxyType(faults)

    def _serves(self, champion: Champion, models: Mapping[Market, PriceModel]) -> bool:
        serving = models.get(champion.market)
        return serving is not None and serving.digest == champion.digest

    def _stood_in(self, pointer: Path, models: dict[Market, PriceModel]) -> str:
        """Where the market has no price model, that of its latest champion that can be served; what
        serves instead of the one pointed at, in words."""
        try:
            market = market_of(pointer)
        except BrokenPointer:
            return ""
        for champion in earlier_champions(self._store, market) if market not in models else ():
            try:
                models[market] = self._taken_up(champion)
            except REFUSALS:
                continue
            logger.warning(
                "%s is served by an earlier champion, %s", market.slug, champion.digest[:12]
            )
            break
        serving = models.get(market)
        if serving is None:
            return "; no earlier champion can be served"
        return f"; the bundle {serving.digest[:12]} serves instead"

    def _taken_up(self, champion: Champion) -> PriceModel:
        """The champion's price model; a refusal is remembered until it is promoted anew."""
        if champion in self._refused:
            raise BundleFailedTrial(self._refused[champion])
        try:
            return self._load(champion.market, champion.digest)
        except REFUSALS as error:
            logger.error("champion of %s refused: %s", champion.market.slug, error)  # noqa: TRY400 -- the reason is the message
            self._refused[champion] = str(error)
            raise

    def _load(self, market: Market | None, digest: str) -> PriceModel:
        folder = self._store.bundle(digest)
        # Read and checked once: what is assembled is, byte for byte, what passed the trial.
        bundle = read_bundle(folder)
        if bundle.digest != digest:
            raise ForeignBundle(f"{folder.name} holds the bundle {bundle.digest[:12]}")
        if not self._trials.passed(digest):
            try_bundle(folder)
            self._trials.remember(digest)
        model = assemble(bundle)
        if market is not None and model.market != market:
            raise ForeignBundle(f"{folder.name} is a bundle of {model.market.slug}")
        return model
