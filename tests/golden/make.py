"""Make the golden set of the newest rules anew; the sets of older ones stay as they are."""

import gzip
import shutil
from random import Random

from tests.desks import make_desk
from tests.domain.making import random_answers
from tests.factories import AS_OF, VARIANTS
from tests.fakes import NOON, FakeEntropy
from tests.golden.kept import BUNDLES, FOLDER, FOLDERS, QUOTES, TABLES, kept_in
from valuation.domain.device import Category
from valuation.domain.pricing import RULES
from valuation.domain.questions import BY_ID
from valuation.domain.quote import ENTROPY, LOCKS
from valuation.quotes.documents import canonical
from valuation.quotes.quoting import QuoteRequest
from valuation.tables.book import TableArchive

COUNT, SEED = 60, 20261127
UNSOLD = "xiaomi/redmi/redmi-note-11/6gb-128gb"
IMEI = "490154203237518"


def main() -> None:
    """Write the quotes, and the tables that no older set has."""
    folder = FOLDERS[RULES]
    if folder == FOLDER:
        raise SystemExit(
            "the first set stays as it is: give the newest rules a folder of their own"
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (digest,) = (path.name for path in BUNDLES.iterdir())
    desk, random, entropy = make_desk(FOLDER, digest), Random(SEED), FakeEntropy()
    archive, documents = TableArchive(folder / TABLES), []
    for number in range(COUNT):
        given = random_answers(random, Category.PHONE).given
        spoken = {question: BY_ID[question].value(level) for question, level in given.items()}
        device = [*VARIANTS, UNSOLD, "a phone that nobody knows"][number % (len(VARIANTS) + 2)]
        request = QuoteRequest(
            answers=spoken,
            device=device,
            identifier=IMEI if number % 4 == 0 else None,
            lock_days=sorted(LOCKS)[number // 5 % len(LOCKS)],
        )
        quote, appraiser = desk.quote(
            request, merchant="golden", now=NOON, as_of=AS_OF, entropy=entropy(ENTROPY)
        )
        for table in appraiser.tables.values():
            if kept_in(table.digest) is None:
                archive.keep(table)
        documents.append(canonical(appraiser.document(quote)))
    (folder / QUOTES).write_bytes(gzip.compress(b"\n".join(documents), mtime=0))


if __name__ == "__main__":
    main()
