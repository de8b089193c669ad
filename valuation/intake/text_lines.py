"""Lines of a text file, plain or gzip, checked before anything parses them."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from valuation.intake.rows import IntakeError

# One line may not be longer: a file without line ends would otherwise be read whole into memory.
MAX_LINE_BYTES = 1_000_000
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class _LineSource(Protocol):
    def readline(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class TextFile:
    """An open text file; ``total`` and ``bytes_read()`` in bytes on disk, compressed or not."""

    raw: IO[bytes]
    source: _LineSource
    total: int

    def bytes_read(self) -> int:
        """Bytes on disk read so far."""
        return self.total if self.raw.closed else self.raw.tell()

    def __iter__(self) -> Iterator[str]:
        """Each line with its end; IntakeError names the first that is no clean UTF-8."""
        number = 0
        while line := self._read(number + 1):
            number += 1
            yield _decoded(line, number)

    def _read(self, number: int) -> bytes:
        try:
            return self.source.readline(MAX_LINE_BYTES + 1)
        except (OSError, EOFError, zlib.error) as broken:
            raise IntakeError(f"the file cannot be read: {broken}", line=number) from broken


@contextmanager
def open_text(path: Path) -> Iterator[TextFile]:
    """Open a text file; a name that ends in .gz is unpacked on the way."""
    with path.open("rb") as raw:
        source: _LineSource = raw
        if path.suffix.lower() == ".gz":
            source = gzip.GzipFile(fileobj=raw, mode="rb")
        yield TextFile(raw=raw, source=source, total=path.stat().st_size)


def _decoded(line: bytes, number: int) -> str:
    if number == 1:
        if line.startswith(UTF16_MARKS):
            raise IntakeError("the file is UTF-16; save it as UTF-8", line=1)
        line = line.removeprefix(codecs.BOM_UTF8)
    if b"\0" in line:
        raise IntakeError("a NUL byte, so this is no text file or a damaged one", line=number)
    if len(line) > MAX_LINE_BYTES:
        raise IntakeError(f"longer than {MAX_LINE_BYTES:,} bytes", line=number)
    try:
        return line.decode()
    except UnicodeDecodeError as broken:
        raise IntakeError(
            f"not UTF-8 (byte {broken.start + 1} of the line); "
            "save the file as UTF-8, in Excel as 'CSV UTF-8'",
            line=number,
        ) from broken
