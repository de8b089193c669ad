"""What was tried on a finished bundle before anybody may promote it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

EXAMPLES = 5  # sentences of a finding that are kept


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check met: ``found`` of the ``of`` that it looked at, with a few sentences."""

    found: int
    of: int
    examples: tuple[str, ...]

    @property
    def share(self) -> float:
        """Found of those looked at; 0 where there was nothing to look at."""
        return self.found / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Checks:
    """What was tried on the finished bundle; NaN or None where it was not.

    ``unsold_coverage``: of the 80% interval on whole held-out device models; ``golden``: the bundle
    loads and gives its golden intervals; ``parity``: one by one and in batch in a fresh process;
    ``levels``: device models of the catalogue at an absurd price; ``sellers``: sellers whose sales
    of one device model deviate, of all with enough sales to judge.
    """

    unsold_coverage: float
    monotone_violations: int | None
    parity: bool | None
    golden: bool | None
    levels: Finding | None
    sellers: Finding | None


def checks_from_json(data: Mapping[str, object]) -> Checks:
    """The inverse of ``asdict``; JSON has no NaN, and null or nothing is a check not tried."""
    unsold, violations = data.get("unsold_coverage"), data.get("monotone_violations")
    return Checks(
        unsold_coverage=float("nan") if unsold is None else float(str(unsold)),
        monotone_violations=None if violations is None else int(str(violations)),
        parity=_passed(data.get("parity")),
        golden=_passed(data.get("golden")),
        levels=_finding(data.get("levels")),
        sellers=_finding(data.get("sellers")),
    )


def _passed(value: object) -> bool | None:
    return None if value is None else value is True


def _finding(value: object) -> Finding | None:
    if value is None:
        return None
    data = cast(Mapping[str, object], value)
    examples = cast(list[str], data["examples"])
    return Finding(int(str(data["found"])), int(str(data["of"])), tuple(examples))
