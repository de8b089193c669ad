"""A row of the boosters as the record that a plain endpoint is sent, and the columns it has.

The record says the facts in words: numbers or nothing, brand and channel by name, answers as the
registry spells them. To code it again is the peer's work, as it is ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

from valuation.domain.questions import BY_ID
from valuation.features import FeatureSpecification, Floats
from valuation.ladder import LADDER_COLUMNS

Record = Mapping[str, float | str | None]
UNKNOWN = "unknown"  # a word that no vocabulary has
ANSWER, CONTEXT, HAS = "answer_", "context_", "has_"


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a record by how a plain pipeline treats them.

    ``typical``: numbers that may be absent, with what fills them. ``words``: the vocabulary of each
    column of words, in the order of the codes. ``plain``: numbers that are always there. ``order``:
    the boosters' columns.
    """

    typical: Mapping[str, float]
    words: Mapping[str, tuple[str, ...]]
    plain: tuple[str, ...]
    order: tuple[str, ...]


def layout_of(specification: FeatureSpecification) -> Layout:
    """The columns that the boosters of a specification are fed from."""
    words = {
        **specification.vocabulary,
        **{f"{CONTEXT}{name}": values for name, values in specification.context.items()},
        **{
            f"{ANSWER}{question}": tuple(answer.id for answer in BY_ID[question].answers)
            for question in specification.answers
            if not BY_ID[question].percent
        },
    }
    order = (*specification.names(), *LADDER_COLUMNS)
    facts = tuple(name.removeprefix(HAS) for name in order if name.startswith(HAS))
    plain = tuple(n for n in order if n not in words and n not in facts and not n.startswith(HAS))
    return Layout({fact: specification.typical[fact] for fact in facts}, words, plain, order)


def record_of(row: Floats, specification: FeatureSpecification) -> Record:
    """The record from which the row, shape (features,), is made."""
    layout = layout_of(specification)
    value = dict(zip(layout.order, row.tolist(), strict=True))
    facts = {name: value[name] if value[f"{HAS}{name}"] else None for name in layout.typical}
    words = {name: _word(value[name], known) for name, known in layout.words.items()}
    return {**facts, **words, **{name: value[name] for name in layout.plain}}


def frame_record(record: Record) -> dict[str, float | str]:
    """The record with what is absent as a number that pandas takes for absent."""
    return {name: nan if value is None else value for name, value in record.items()}


def _word(code: float, known: tuple[str, ...]) -> str:
    return known[int(code)] if code >= 0 else UNKNOWN
