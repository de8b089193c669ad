"""The columns that every peer gets: what the import and the catalogue know of a sale.

They are the facts that our own features are made of, day and season included, before any of them
is filled in, bounded or pooled: each library may treat them as it likes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import KFold
from sklearn.preprocessing import TargetEncoder

from training.dataset import Dataset
from valuation.features import Columns, Floats, Words

WORDS = ("brand", "family", "device_model", "variant", "category", "unit_state")
MANY = 15  # categories from which on a column is worth a target encoding
ENCODED_FOLDS = 5
ABSENT = "absent"
YEAR = 365.25


def words_of(columns: Columns) -> dict[str, Words]:
    """Categorical columns by name, None where a value is absent."""
    context = {f"context_{name}": words for name, words in sorted(columns.context.items())}
    return {**{name: getattr(columns, name) for name in WORDS}, **context}


def numbers_of(columns: Columns) -> dict[str, Floats]:
    """Numeric columns by name, NaN where a value is absent: days, GB, grams, mAh, inches, ln yuan,
    levels of answers."""
    angle = 2 * np.pi * (columns.as_of % YEAR) / YEAR
    price = columns.launch_price_cny
    return {
        "age_days": columns.as_of - columns.first_sale,
        "days_superseded": columns.as_of - columns.successor_first_sale,
        "day": columns.as_of,
        "season_sin": np.sin(angle),
        "season_cos": np.cos(angle),
        "weight_g": columns.weight_g,
        "battery_mah": columns.battery_mah,
        "screen_in": columns.screen_in,
        "ram_gb": columns.ram_gb,
        "storage_gb": columns.storage_gb,
        "log_launch_price": np.log(np.where(price > 0, price, np.nan)),
        **{f"answer_{name}": levels for name, levels in sorted(columns.answers.items())},
    }


@dataclass(frozen=True, slots=True)
class Coder:
    """Columns as a matrix: codes of words first, then the numbers that vary in the fit.

    ``vocabulary``: codes by word and column, the most frequent word first; a word that the fit did
    not have is NaN, as an absent number is.
    """

    vocabulary: Mapping[str, Mapping[str, int]]
    numbers: tuple[str, ...]

    @property
    def coded(self) -> int:
        """How many columns are codes."""
        return len(self.vocabulary)

    def codes(self, columns: Columns) -> Floats:
        """Codes of the words, shape (n, coded)."""
        words = words_of(columns)
        found = [
            [known.get(ABSENT if word is None else str(word), np.nan) for word in words[name]]
            for name, known in self.vocabulary.items()
        ]
        return np.array(found, dtype=np.float64).T.reshape(len(columns), self.coded)

    def values(self, columns: Columns) -> Floats:
        """The numbers, shape (n, k)."""
        numbers = numbers_of(columns)
        picked = [numbers[name] for name in self.numbers]
        return np.column_stack([np.zeros((len(columns), 0)), *picked])

    def matrix(self, columns: Columns) -> Floats:
        """Codes and numbers beside each other."""
        return np.hstack([self.codes(columns), self.values(columns)])


def coder_of(columns: Columns, *, most: int | None = None, variant: bool = True) -> Coder:
    """What the columns of a fit know; of each word column the ``most`` frequent words."""
    vocabulary = {}
    for name, words in words_of(columns).items():
        texts = [ABSENT if word is None else str(word) for word in words]
        found, counts = np.unique(np.array(texts, dtype=object).astype(str), return_counts=True)
        order = np.lexsort((found, -counts))[:most]
        if len(found) > 1 and (variant or name != "variant"):
            vocabulary[name] = {str(found[at]): code for code, at in enumerate(order)}
    numbers = [
        name
        for name, values in numbers_of(columns).items()
        if len(np.unique(values[~np.isnan(values)])) > 1
    ]
    return Coder(vocabulary, tuple(numbers))


@dataclass(frozen=True, slots=True)
class TargetCoder:
    """Words of many categories as their shrunk mean log price, the others as codes, then numbers.

    In the fit each row's mean is taken from other folds (scikit-learn's ``TargetEncoder``).
    """

    coder: Coder
    encoder: TargetEncoder | None
    encoded: tuple[int, ...]

    def matrix(self, columns: Columns) -> Floats:
        """Shape (n, k); NaN where a number is absent, -1 for an unknown code."""
        codes = np.nan_to_num(self.coder.codes(columns), nan=-1.0)
        if self.encoder is not None:
            codes[:, self.encoded] = self.encoder.transform(codes[:, self.encoded])
        return np.hstack([codes, self.coder.values(columns)])


def target_coded(sales: Dataset, *, seed: int, variant: bool) -> tuple[TargetCoder, Floats]:
    """A target coder of a fit's sales with the matrix of that fit, shape (n, k)."""
    coder = coder_of(sales.columns, variant=variant)
    many = [i for i, words in enumerate(coder.vocabulary.values()) if len(words) > MANY]
    codes = np.nan_to_num(coder.codes(sales.columns), nan=-1.0)
    if not many:
        plain = TargetCoder(coder, None, ())
        return plain, plain.matrix(sales.columns)
    folds = KFold(ENCODED_FOLDS, shuffle=True, random_state=seed)
    encoder = TargetEncoder(target_type="continuous", cv=folds)
    codes[:, many] = encoder.fit_transform(codes[:, many], sales.log_price)
    matrix = np.hstack([codes, coder.values(sales.columns)])
    return TargetCoder(coder, encoder, tuple(many)), matrix
