"""Which encoding a text file is in, and a copy of it in UTF-8 where it is in another."""

from __future__ import annotations

import codecs
import io
import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fangxian.errors import FangxianError

_HEAD_BYTES: Final = 1 << 16
_CHUNK_BYTES: Final = 4 << 20
_MARKS: Final = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class TextFile:
    """A text file in UTF-8, perhaps a copy, and the encoding that it was found in."""

    path: Path
    encoding: str
    ends_with_newline: bool


def as_utf8(path: Path, *, expected: Iterable[str], copy: Path) -> TextFile:
    """Return the file itself where it is UTF-8, else a UTF-8 copy at `copy`, made as a stream.

    The encoding is told by a byte order mark, or by which encoding makes the first lines hold the words `expected` of its
    header. Raises FangxianError where bytes do not decode, naming the encoding and the line.
    """
    head = _head(path)
    encoding = _encoding_of(head, expected)
    with path.open("rb") as file:
        file.seek(-1, io.SEEK_END)
        ends_with_newline = file.read(1) in (b"\n", b"\r", b"\0")
    if encoding == "utf-8":
        return TextFile(path, encoding, ends_with_newline)
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    lines = 1
    with path.open("rb") as source, copy.open("x", encoding="utf-8", newline="") as target:
        copy.chmod(0o600)
        while True:
            chunk = source.read(_CHUNK_BYTES)
            try:
                decoded = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                # The bytes before the bad one are good, so the lines in them count on to the line that people look for.
                raise undecodable(path, encoding, line=lines + error.object[: error.start].count(b"\n")) from None
            target.write(decoded)
            lines += decoded.count("\n")
            if not chunk:
                return TextFile(copy, encoding, ends_with_newline)


def undecodable_line(path: Path, encoding: str) -> int:
    """Return the first line whose bytes do not decode, 0 if all do."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    lines = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK_BYTES)
            try:
                lines += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                return lines + error.object[: error.start].count(b"\n")
            if not chunk:
                return 0


def expect_no_nul(text: Path, path: Path) -> None:
    """Raise FangxianError where a text has a NUL byte, naming its line: no text has one, and what stands around it is not whole."""
    with text.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        place = content.find(b"\0")
        if place < 0:
            return
        line = content[:place].count(b"\n") + 1
    raise FangxianError(
        f"{path.name} has NUL bytes, first in its line {line}: it was damaged on its way, or it is no text.",
        done="Nothing of the file went in.",
        next_step="Copy or send the file again; if it is the same then, ask the source to export it again.",
    )


def undecodable(path: Path, encoding: str, *, line: int) -> FangxianError:
    """Return the error for a file whose bytes are not of the encoding that it began in."""
    return FangxianError(
        f"{path.name} was read as {encoding.upper()}, and the bytes of its line {line} are not {encoding.upper()}.",
        known="It reads UTF-8 (with or without a byte order mark), GB18030 (which GBK and GB2312 are part of), and UTF-16 with one.",
        done="Nothing of the file went in.",
        next_step="Ask the source to save the file again in UTF-8; a file that was cut or joined from two encodings looks like this.",
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _encoding_of(head: bytes, expected: Iterable[str]) -> str:
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    wanted = list(expected)
    # A file is asked what its header says before it is asked whether all of it decodes: bytes that are wrong further down
    # make it a damaged file of its encoding, and not a file of another.
    found = {encoding: sum(word.encode(encoding) in head for word in wanted) for encoding in ("utf-8", "gb18030")}
    if found["utf-8"] != found["gb18030"]:
        return max(found, key=lambda encoding: found[encoding])
    decoder = codecs.getincrementaldecoder("utf-8")(errors="strict")
    try:
        decoder.decode(head)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"
