"""The whole measurement: install, start, check, measure in rounds, weigh, tear down."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from training.bench import in_process
from training.bench.cases import Case, Till, make_cases
from training.bench.figures import Figure, Ratio, Write, figures, writes
from training.bench.in_process import Anatomy
from training.bench.installation import Installation, install
from training.bench.rounds import Pace, Sample, Say, interleaved
from training.bench.servers import running
from training.bench.targets import (
    QUOTE,
    UNSTORED,
    check_peers,
    own_targets,
    peer_targets,
    ratios,
)
from valuation.catalogue import Lookup, load_catalogue
from valuation.catalogue.tac import TacTable
from valuation.domain.market import Market
from valuation.domain.unit_keys import first_key
from valuation.price_model.champions import Champion, ModelStore
from valuation.price_model.model import load_price_model
from valuation.quotes.quoting import Desk
from valuation.settings import Settings
from valuation.tables.book import SHIPPED, load_book

FULL = Pace(rounds=5, warm_up=0.3, seconds=1.5, most=20_000, budget=215, cases=200)
QUICK = Pace(rounds=2, warm_up=0.1, seconds=0.5, most=5_000, budget=38, cases=60)
UNIT_KEYS = first_key(bytes(32))  # of digests that nobody keeps


@dataclass(frozen=True, slots=True)
class Findings:
    """What was measured. ``peaks``: most memory resident by server, MiB, where it is known."""

    champion: Champion
    boosters: str
    anatomy: Anatomy
    figures: tuple[Figure, ...]
    ratios: tuple[Ratio, ...]
    writes: tuple[Write, ...]
    peaks: Mapping[str, float | None]
    rounds: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Bench:
    """A measurement of a market's champion; ``peers``: which others are measured, by server."""

    settings: Settings
    market: Market | None
    pace: Pace
    now: datetime
    peers: frozenset[str]
    say: Say

    def run(self, folder: Path) -> Findings:
        """Measure in a throw-away folder; the servers are gone when this returns."""
        began = time.monotonic()
        installation = install(ModelStore(self.settings.models_dir), self.market, folder)
        till = self._till(installation)
        self.say("drawing the devices")
        cases = make_cases(till, count=self.pace.cases)
        anatomy = in_process.anatomy(till, cases)
        samples, peaks = self._measured(installation, till, cases, began)
        found = figures(samples)
        met = [it for c in self.pace.connections for it in ratios(samples, found, c)]
        written = writes(found, stored=QUOTE, unstored=UNSTORED)
        rounds = len([it for it in samples if it.target == samples[0].target])
        return Findings(
            installation.champion, _described(installation), anatomy, tuple(found), tuple(met),
            tuple(written), peaks, rounds, round(time.monotonic() - began, 1),
        )  # fmt: skip

    def _measured(
        self, installation: Installation, till: Till, cases: list[Case], began: float
    ) -> tuple[list[Sample], dict[str, float | None]]:
        own = own_targets(cases, key=installation.enrol())
        others = [it for it in peer_targets(cases) if it.server in self.peers]
        peers = [it for it in installation.peers() if it.name in self.peers]
        recipes = [*peers, *installation.own()]
        self.say(f"starting {len(recipes)} servers")
        with running(recipes, installation.folder) as servers:
            check_peers(others, servers, cases)
            samples = interleaved(
                [*own, *others], servers, self.pace, began=began, say=self.say,
                in_process=lambda: in_process.latencies(
                    till, cases, seconds=self.pace.seconds, most=self.pace.most
                ),
            )  # fmt: skip
            return samples, {name: server.peak_mib() for name, server in servers.items()}

    def _till(self, installation: Installation) -> Till:
        model = load_price_model(installation.bundle)
        book = load_book(SHIPPED)
        desk = Desk(model, Lookup(load_catalogue()), TacTable(), book, lambda: UNIT_KEYS)
        return Till(desk, self.now, self.now.astimezone(self.settings.time_zone).date())


def _described(installation: Installation) -> str:
    """How large the boosters are."""
    texts = [
        file.read_text(encoding="ascii").splitlines()
        for file in installation.bundle.glob("*-0.*.txt")
    ]
    trees = [sum(line.startswith("Tree=") for line in lines) for lines in texts]
    leaves = [it for lines in texts for it in lines if it.startswith("num_leaves=")]
    most = max(int(it.partition("=")[2]) for it in leaves)
    return f"{len(texts)} boosters of {sum(trees)} trees together, with at most {most} leaves"
