"""Make the golden set anew; what is there is replaced."""

import gzip
import shutil
from random import Random

from tests.desks import make_desk
from tests.domain.making import random_answers
from tests.factories import AS_OF, VARIANTS, make_bundle
from tests.fakes import NOON, FakeEntropy
from tests.golden.kept import BUNDLES, FOLDER, QUOTES, TABLES
from valuation.domain.device import Category
from valuation.domain.questions import BY_ID
from valuation.domain.quote import ENTROPY
from valuation.quotes.documents import canonical
from valuation.quotes.quoting import QuoteRequest
from valuation.tables.book import TableArchive

COUNT, SEED = 200, 20261126
UNSOLD = "xiaomi/redmi/redmi-note-11/6gb-128gb"
IMEI = "490154203237518"


def main() -> None:
    """Write bundle, tables and quotes."""
    for folder in (BUNDLES, TABLES):
        shutil.rmtree(folder, ignore_errors=True)
    digest = make_bundle(FOLDER, promotion=None)
    desk, random, entropy = make_desk(FOLDER, digest), Random(SEED), FakeEntropy()
    archive, documents = TableArchive(TABLES), []
    for number in range(COUNT):
        given = random_answers(random, Category.PHONE).given
        spoken = {question: BY_ID[question].value(level) for question, level in given.items()}
        device = [*VARIANTS, UNSOLD, "a phone that nobody knows"][number % (len(VARIANTS) + 2)]
        request = QuoteRequest(
            answers=spoken, device=device, identifier=IMEI if number % 4 == 0 else None
        )
        quote, appraiser = desk.quote(
            request, merchant="golden", now=NOON, as_of=AS_OF, entropy=entropy(ENTROPY)
        )
        for table in appraiser.tables.values():
            archive.keep(table)
        documents.append(canonical(appraiser.document(quote)))
    QUOTES.write_bytes(gzip.compress(b"\n".join(documents), mtime=0))


if __name__ == "__main__":
    main()
