"""The device that a row names, memory sizes put where they belong."""

from collections.abc import Callable
from dataclasses import dataclass

from valuation.domain.device import Category
from valuation.intake.binding import BadCell, Binder, Cells, Getter
from valuation.intake.fields import DEVICE
from valuation.intake.mapping import Move
from valuation.intake.parsers import CATEGORY, RAM, STORAGE, WEIGHT, Code, as_it_is
from valuation.intake.prices import launch_prices
from valuation.intake.records import DeviceWords
from valuation.intake.values import ValuePatterns

Sizes = dict[str, float | None]
Condition = tuple[int, ValuePatterns, bool]


@dataclass(frozen=True, slots=True)
class _BoundMove:
    """A move whose conditions know where their columns stand."""

    move: Move
    conditions: tuple[Condition, ...]

    def apply(self, sizes: Sizes, cells: Cells) -> None:
        """Move the size of the row, in place, where the mapping says so."""
        size = sizes[self.move.source]
        if size is None or size > self.move.at_most:
            return
        for index, listed, wanted in self.conditions:
            if (listed.find(cells[index]) is not None) != wanted:
                return
        sizes[self.move.source] = None
        if sizes[self.move.target] is None:
            sizes[self.move.target] = size


class DeviceReader:
    """Reads the words for a device from the rows of one file.

    ``words`` raises BadCell where a row names no device model.
    """

    def __init__(self, binder: Binder) -> None:
        self._model_column = binder.named("device_model")
        self._brand = binder.either("brand", as_it_is)
        self._model = binder.either("device_model", as_it_is)
        self._version = binder.either("version", as_it_is)
        self._category: Getter[Category] = binder.either("category", CATEGORY)
        self._launch = binder.either("launch_price_cny", launch_prices(format=binder.mapping.price))
        self._kind = binder.either("device_kind", as_it_is)
        self._weight = binder.either("weight_g", WEIGHT)
        self._memory = _memory_reader(binder)
        self.words = binder.remembering(DEVICE, self._read)

    def _read(self, cells: Cells) -> DeviceWords:
        model = self._model(cells)
        if model is None:
            raise BadCell(self._model_column, Code.MISSING_VALUE, "the line names no device model")
        storage, ram = self._memory(cells)
        return DeviceWords(
            brand=self._brand(cells),
            model=model,
            storage_gb=storage,
            ram_gb=ram,
            version=self._version(cells),
            category=self._category(cells),
            launch_price_cny=self._launch(cells),
            device_kind=self._kind(cells),
            weight_g=self._weight(cells),
        )


def _memory_reader(binder: Binder) -> Callable[[Cells], tuple[float | None, float | None]]:
    """Storage and RAM: own columns first, then the moves, then parts of split columns."""
    own_storage, own_ram = binder.own("storage_gb", STORAGE), binder.own("ram_gb", RAM)
    part_storage, part_ram = binder.split("storage_gb", STORAGE), binder.split("ram_gb", RAM)
    moves = [_bound(move, binder) for move in binder.mapping.moves]

    def read(cells: Cells) -> tuple[float | None, float | None]:
        storage, ram = own_storage(cells), own_ram(cells)
        if moves:
            sizes: Sizes = {"storage_gb": storage, "ram_gb": ram}
            for move in moves:
                move.apply(sizes, cells)
            storage, ram = sizes["storage_gb"], sizes["ram_gb"]
        return (
            part_storage(cells) if storage is None else storage,
            part_ram(cells) if ram is None else ram,
        )

    return read


def _bound(move: Move, binder: Binder) -> _BoundMove:
    when = [(binder.index(column), listed, True) for column, listed in move.when.items()]
    unless = [(binder.index(column), listed, False) for column, listed in move.unless.items()]
    return _BoundMove(move, (*when, *unless))
