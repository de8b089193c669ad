"""Which bundle serves which market: pointer files, swapped with one rename.

``models/champions/<market>.json`` names a digest; ``models/bundles/<digest>/`` never changes.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import orjson

from valuation.domain.market import Market


class BrokenPointer(ValueError):
    """A champion pointer that is not JSON with a digest."""


@dataclass(frozen=True, slots=True)
class Champion:
    """A market's champion: the bundle's digest and the promotion that made it so."""

    market: Market
    digest: str
    promotion: int


@dataclass(frozen=True, slots=True)
class ModelStore:
    """The folder of bundles and champion pointers."""

    root: Path

    @property
    def bundles(self) -> Path:
        """Where bundles live, one folder a digest."""
        return self.root / "bundles"

    @property
    def trials(self) -> Path:
        """Where passed trials are remembered."""
        return self.root / "trials"

    def bundle(self, digest: str) -> Path:
        """The folder of a bundle."""
        return self.bundles / digest

    def pointer(self, market: Market) -> Path:
        """The pointer file of a market."""
        return self.root / "champions" / f"{market.slug}.json"

    def champion(self, market: Market) -> Champion | None:
        """The market's champion, or None where nothing was promoted."""
        try:
            data = orjson.loads(self.pointer(market).read_bytes())
            return Champion(market, str(data["digest"]), int(data["promotion"]))
        except FileNotFoundError:
            return None
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise BrokenPointer(f"{self.pointer(market).name}: {error}") from error

    def champions(self) -> list[Champion]:
        """Every market's champion, by market; BrokenPointer where one cannot be read."""
        found = [self.pointed(path) for path in self.pointers()]
        return [champion for champion in found if champion is not None]

    def pointers(self) -> list[Path]:
        """Every pointer file."""
        return sorted((self.root / "champions").glob("*.json"))

    def pointed(self, path: Path) -> Champion | None:
        """The champion that one pointer file names; BrokenPointer where it cannot be read."""
        return self.champion(market_of(path))

    def point(self, champion: Champion) -> None:
        """Make a bundle the champion of its market, atomically and durably."""
        path = self.pointer(champion.market)
        path.parent.mkdir(parents=True, exist_ok=True)
        data = {"digest": champion.digest, "promotion": champion.promotion}
        handle, draft = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps(data))
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)


def market_of(pointer: Path) -> Market:
    """The market of a pointer file; BrokenPointer where its name is no market's."""
    try:
        return Market.from_slug(pointer.stem)
    except ValueError as error:
        raise BrokenPointer(f"{pointer.name}: {error}") from error
