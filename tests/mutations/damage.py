"""Damage to sound files, by a generator of fixed seed: bits flipped, cut, doubled, sections swapped."""

from __future__ import annotations

import gzip
import io
import random
import re
import zlib
from collections.abc import Callable
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

SEED = 21
# Pieces of text that stand where a figure or a name is wanted.
STRANGE = (
    b"nan",
    b"-inf",
    b"1e999",
    b"9" * 40,
    b"",
    b"\xff\xfe",
    b"\0",
    "，；".encode(),
    b"<",
    b'"',
    b"'",
    b"=1+1",
)

_MADE_AT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def flipped(data: bytes, dice: random.Random) -> bytes:
    """Some bits turned over."""
    out = bytearray(data)
    for _ in range(dice.choice((1, 2, 8, 64))):
        out[dice.randrange(len(out))] ^= 1 << dice.randrange(8)
    return bytes(out)


def cut(data: bytes, dice: random.Random) -> bytes:
    """The end, the beginning, or a piece of the middle is missing."""
    one, other = sorted((dice.randrange(len(data) + 1), dice.randrange(len(data) + 1)))
    return dice.choice((data[:one], data[other:], data[:one] + data[other:]))


def doubled(data: bytes, dice: random.Random) -> bytes:
    """A piece stands twice, once or some dozen times over."""
    one, other = sorted((dice.randrange(len(data) + 1), dice.randrange(len(data) + 1)))
    other = min(other, one + 4096)
    return data[:other] + data[one:other] * dice.choice((1, 1, 60)) + data[other:]


def swapped(data: bytes, dice: random.Random) -> bytes:
    """Two pieces have changed places; of a text, whole lines or what stands between two brackets."""
    lines = re.split(rb"(?<=[\n>])", data)
    if len(lines) > 4 and dice.random() < 0.7:
        one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
        return b"".join(lines)
    a, b, c, d = sorted(dice.randrange(len(data) + 1) for _ in range(4))
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def misplaced(data: bytes, dice: random.Random) -> bytes:
    """Something strange in the place of a number."""
    numbers = list(re.finditer(rb"\d[\d.]*", data[:200_000]))
    if not numbers:
        return flipped(data, dice)
    at = dice.choice(numbers)
    return data[: at.start()] + dice.choice(STRANGE) + data[at.end() :]


KINDS: tuple[Callable[[bytes, random.Random], bytes], ...] = (flipped, cut, doubled, swapped, misplaced)


def damaged(data: bytes, dice: random.Random) -> bytes:
    """A file that is no longer sound; half of the damage to archives is within a part, its sum right again."""
    if not data:
        return dice.choice(STRANGE)
    if data[:4] == b"PK\x03\x04" and dice.random() < 0.5:
        return _within_zip(data, dice)
    if data[:2] == b"\x1f\x8b" and dice.random() < 0.5:
        try:
            return gzip.compress(damaged(gzip.decompress(data), dice), mtime=0)
        except (OSError, EOFError, zlib.error):
            return data
    return dice.choice(KINDS)(data, dice)


def timeless(data: bytes) -> bytes:
    """A file without the time it was made at: of archives."""
    if data[:4] != b"PK\x03\x04":
        return data
    with ZipFile(io.BytesIO(data)) as old:
        parts = {name: _MADE_AT.sub(b"2026-01-01T00:00:00Z", old.read(name)) for name in old.namelist()}
    return _zipped(parts)


def _zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as new:
        for part, content in parts.items():
            new.writestr(ZipInfo(part, (2026, 1, 1, 0, 0, 0)), content, ZIP_DEFLATED)
    return out.getvalue()


def _within_zip(data: bytes, dice: random.Random) -> bytes:
    try:
        with ZipFile(io.BytesIO(data)) as old:
            parts = {name: old.read(name) for name in old.namelist()}
    except (BadZipFile, zlib.error):
        return data
    name = dice.choice(sorted(parts))
    parts[name] = dice.choice(KINDS)(parts[name], dice) if parts[name] else b"x"
    return _zipped(parts)
