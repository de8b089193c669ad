"""Bodies of the ledger of impact, a great many at once, brought down to the few kinds there are.

Devices differ in who counted them, when, where and what they weigh; all else is spelled the same
for thousands of them. So one of each kind is read, and the others are counted.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from valuation.domain.impact_ledger import Counted, read, spelled
from valuation.domain.impact_totals import Alike
from valuation.domain.market import Provenance

_TEXT = r'[^"\\\x00-\x1f]*'  # a text with escapes, and all that is no match, is read by itself
# `category` to `factors` and `metals_ug` to `outcome` are taken as they stand and make the kind.
_BODY = re.compile(
    rf'{{"actor":"{_TEXT}","at":"([0-9T:.-]+Z)",(?:"campus":"({_TEXT})",)?("category":[^}}]*}}),'
    rf'"merchant":"({_TEXT})",("metals_ug":[^}}]*}},"outcome":"[^"]*"),"quote":"{_TEXT}",'
    rf'"region":"({_TEXT})","schema":1,"seq":([1-9][0-9]{{0,17}}),"store":(?:null|"({_TEXT})"),'
    r'"weighed":(true|false),"weight_mg":(?:null|(0|[1-9][0-9]{0,17}))}'
)


class Place(NamedTuple):
    """Where and when an entry counts."""

    merchant: str
    store: str | None
    region: str
    campus: str | None
    at: datetime


Key = Callable[[Place], str]
Groups = defaultdict[tuple[Provenance, str], list[Alike]]


def alike(bodies: Iterable[str], key: Key) -> Groups:
    """All entries by kind of data, group and kind; UnreadableEntry where ``read`` reads one not."""
    kinds: dict[tuple[str, str, str, bool], Counted] = {}
    sums: dict[tuple[str, tuple[str, str, str, bool]], list[int]] = {}  # [how many, mg together]
    groups: Groups = defaultdict(list)
    for body in bodies:
        match = _BODY.fullmatch(body)
        if match is None:
            _add_alone(groups, body, key)
            continue
        at, campus, what, merchant, became, region, seq, store, weighed, weight = match.groups()
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            _add_alone(groups, body, key)
            continue
        kind = (what, became, weighed, weight is None)
        group = key(Place(merchant, store, region, campus, moment))
        known = sums.get((group, kind))
        if known is None:
            if kind not in kinds:
                entry = read(body)
                if spelled(entry, seq=int(seq)) != body:  # a name twice: the parts are no kind
                    _add_alone(groups, body, key)
                    continue
                kinds[kind] = entry
            known = sums[group, kind] = [0, 0]
        known[0] += 1
        known[1] += int(weight or 0)
    for (group, kind), (times, weight_mg) in sums.items():
        entry = kinds[kind]
        groups[entry.data, group].append(Alike(entry, times, weight_mg))
    return groups


def _add_alone(groups: Groups, body: str, key: Key) -> None:
    entry = read(body)
    place = Place(entry.merchant, entry.store, entry.region, entry.campus, entry.at)
    groups[entry.data, key(place)].append(Alike(entry, 1, entry.weight_mg or 0))
