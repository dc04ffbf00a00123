"""The encoding of a DXF file's texts, from its bytes rather than from what its header claims.

Drawings up to AutoCAD 2004 are written in the code page of the machine, which $DWGCODEPAGE names; from 2007 on
they are UTF-8. Programs that write GBK with no code page, or with that of another country, are common.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ezdxf.lldxf.encoding import MIF_CODE_PAGE
from ezdxf.lldxf.types import DXFTag
from ezdxf.tools.codepage import toencoding

from spongecalc.gate import drawing

GBK = "GB18030"
UTF8 = "UTF-8"
WESTERN = "cp1252"
# From this version on a drawing is UTF-8.
FIRST_UTF8 = "AC1021"
BINARY = b"AutoCAD Binary DXF\r\n\x1a\x00"

# Signs that drawings hold beside Chinese ones: degree, plus-minus, times, diameter, fractions, Greek, arrows,
# full width.
_USUAL = re.compile("[\u00b0-\u00be\u00d7\u00d8\u00f8\u0370-\u03ff\u2000-\u303f\u3400-\u9fff\uff00-\uffef]")
_UNICODE = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_MIF = re.compile(r"\\M\+([1-5])([0-9A-Fa-f]{4})")
# Korean is written in the same bytes as Chinese; no other code page is.
_LIKE_CHINESE = "cp949"


@dataclass(frozen=True)
class DecodedText:
    """A drawing as text, its encoding, whether the file says so, and the lines with bytes that it cannot be."""

    text: str
    encoding: str
    as_stated: bool
    unread: tuple[str, ...] = ()


def decoded(data: bytes, stated: str | None = None) -> DecodedText:
    """The text of an ASCII DXF.

    Parameters
    ----------
    data
        The file's bytes.
    stated
        The encoding that the project states; None decides by the bytes.

    Raises
    ------
    LookupError
        If ``stated`` is no encoding.
    """
    version, page = _header(data)
    own = UTF8 if version >= FIRST_UTF8 else page or WESTERN
    if stated is not None:
        return _read(data, stated, True)
    if data.startswith(codecs.BOM_UTF8):
        return _read(data[len(codecs.BOM_UTF8) :], UTF8, True)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _read(data, "UTF-16", True)
    if data.isascii():
        return _read(data, own, True)
    found = _recognised(data, own, version)
    return _read(data, found, _same(found, own))


def _read(data: bytes, encoding: str, as_stated: bool) -> DecodedText:
    try:
        return DecodedText(unescaped(data.decode(encoding)), encoding, as_stated)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        unread = tuple(line.strip() for line in text.splitlines() if "\ufffd" in line)
        return DecodedText(unescaped(text), encoding, as_stated, unread)


def _recognised(data: bytes, own: str, version: str) -> str:
    """The encoding that the bytes show: UTF-8, GB 18030 (which holds GBK and GB 2312), or the file's own."""
    lines = [line for line in data.splitlines() if not line.isascii()]
    try:
        as_utf8 = b"\n".join(lines).decode(UTF8)
    except UnicodeDecodeError:
        pass
    else:
        strange = [c for c in as_utf8 if not c.isascii()]
        # Two bytes of GBK can be one of a European language in UTF-8, three bytes of UTF-8 are Chinese.
        if version >= FIRST_UTF8 or 2 * sum(bool(_USUAL.match(c)) for c in strange) >= len(strange):
            return UTF8
    if _same(own, GBK) or (own != _LIKE_CHINESE and _chinese(lines)):
        return GBK
    return own if not _same(own, UTF8) else WESTERN


def _chinese(lines: list[bytes]) -> bool:
    """True where nearly every line is GBK and what it says are mostly signs in everyday use."""
    read, signs, usual = 0, 0, 0
    for line in lines:
        try:
            text = line.decode(GBK)
        except UnicodeDecodeError:
            continue
        read += 1
        for sign in text:
            if sign.isascii():
                continue
            signs += 1
            try:
                pair = sign.encode("gb2312")
            except UnicodeEncodeError:
                continue
            # The first level of GB 2312 holds the 3755 most frequent characters, the rows before it signs.
            usual += 0xA1 <= pair[0] <= 0xD7
    return read >= 0.9 * len(lines) and signs > 0 and 2 * usual >= signs


def _same(one: str, other: str) -> bool:
    def plain(name: str) -> str:
        known = codecs.lookup(name).name
        return "gb18030" if known in ("gbk", "gb2312", "cp936") else known

    return plain(one) == plain(other)


def _header(data: bytes) -> tuple[str, str | None]:
    """Version and code page that a drawing's header names; the version is AC1009 (R12) where it names none."""

    def variable(name: bytes, code: bytes) -> str:
        found = re.search(
            rb"\$" + name + rb"[ \t]*[\r\n]+[ \t]*" + code + rb"[ \t]*[\r\n]+[ \t]*([\w.-]+)", data[:65536]
        )
        return found[1].decode("ascii", "replace") if found else ""

    version = variable(b"ACADVER", b"1") or "AC1009"
    page = variable(b"DWGCODEPAGE", b"3")
    if not page:
        return version, None
    if page.lower() in ("gb2312", "gbk", "gb18030"):
        return version, GBK
    return version, toencoding(page)


def unescaped(text: str) -> str:
    """Text with its coded signs written out: ``\\U+4E95`` and ``\\M+5BEAE`` are both 井."""
    if "\\U+" in text:
        text = _UNICODE.sub(lambda m: chr(int(m[1], 16)) if int(m[1], 16) >= 0x20 else m[0], text)
        # A sign outside the first plane is written as two halves.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _MIF.sub(_of_code_page, text) if "\\M+" in text else text


def _of_code_page(match: re.Match[str]) -> str:
    try:
        return bytes.fromhex(match[2]).decode(MIF_CODE_PAGE[match[1]])
    except (UnicodeDecodeError, LookupError):
        return match[0]


def escaped(text: str) -> bytes:
    """A drawing's text in ASCII, every other sign coded, as any program reads it whatever its code page."""
    halves = text.encode("utf-16-be", "replace")
    if text.isascii():
        return text.encode("ascii")
    units = [int.from_bytes(halves[i : i + 2], "big") for i in range(0, len(halves), 2)]
    return "".join(chr(u) if u < 0x80 else f"\\U+{u:04X}" for u in units).encode("ascii")


def from_binary(data: bytes) -> bytes:
    """A binary DXF as the bytes of an ASCII one; as far as it goes, where it is cut off."""
    # Every byte has a sign in this code page or survives as an escape, so that the texts come back as they were.
    encoding, errors = _binary_encoding(data), "surrogateescape"
    out = bytearray()
    for tag in _tags(data, errors):
        value = tag.value
        if isinstance(value, bytes):
            written = value.hex().upper().encode("ascii")
        elif isinstance(value, str):
            written = value.encode(encoding, errors)
        else:
            written = repr(value).encode("ascii")
        out += b"%d\n%s\n" % (tag.code, written)
    return bytes(out)


def _tags(data: bytes, errors: str) -> Iterator[DXFTag]:
    try:
        yield from drawing.binary_tags(data, errors)
    except (IndexError, ValueError, struct.error):
        return


def _binary_encoding(data: bytes) -> str:
    """The encoding that the loader of binary drawings decodes with."""
    version = re.search(rb"\$ACADVER\0.{1,2}?(AC\d{4})", data[:1024], re.DOTALL)
    if version and version[1].decode("ascii") >= FIRST_UTF8:
        return "utf8"
    page = re.search(rb"\$DWGCODEPAGE\0.{1,2}?([A-Za-z][\w.-]*)\0", data[:1024], re.DOTALL)
    return toencoding(page[1].decode("ascii")) if page else WESTERN
