"""How a device travels: the ways it may be handed over, its packing, its transport."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

HAZARD = "battery_hazard"  # the condition under which a device with a damaged battery is taken


class Way(StrEnum):
    """How a customer hands a device over."""

    COUNTER = "counter"
    STATION = "station"
    PICKUP = "pickup"
    POST = "post"


# No shop's table opens these to a hazard: nobody looks at a device in the post or in a locker.
UNATTENDED = frozenset({Way.POST, Way.STATION})


class DispatchRefused(ValueError):
    """Instructions that would post a hazard, or that say nothing of most devices."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One row: the ways that stay open, and two sentences in English and Chinese."""

    ways: tuple[Way, ...]
    packing: tuple[str, str]
    transport: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Instructions by the code of a gate, "" for every device that met none of them;
    ``by_category``: those instead of "" for a category of devices."""

    rows: Mapping[str, Instruction]
    by_category: Mapping[str, Instruction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if missing := {"", HAZARD} - self.rows.keys():
            names = ", ".join(sorted(each or "no gate" for each in missing))
            raise DispatchRefused(f"no instruction for {names}")
        if any(not each.ways for each in (*self.rows.values(), *self.by_category.values())):
            raise DispatchRefused("a device can be handed over in one way at least")
        if unattended := sorted(UNATTENDED.intersection(self.rows[HAZARD].ways)):
            raise DispatchRefused(f"a hazard is not handed over by {', '.join(unattended)}")

    def of(self, gates: Collection[str], category: str = "") -> tuple[Instruction, ...]:
        """The instructions for a device of a category that met these gates."""
        met = tuple(row for code, row in self.rows.items() if code in gates)
        return met or (self.by_category.get(category, self.rows[""]),)


def ways_of(instructions: Collection[Instruction]) -> tuple[Way, ...]:
    """The ways that all of them leave open."""
    return tuple(way for way in Way if all(way in each.ways for each in instructions))
