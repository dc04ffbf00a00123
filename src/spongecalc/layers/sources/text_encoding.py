"""Encodings of texts that a file does not say, or says wrong: told by the bytes."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence

UTF_8 = "UTF-8"
# Holds GBK and GB 2312.
GB = "GB18030"
WESTERN = "cp1252"
# A code page as .cpg files and MapInfo name it, by its number.
_CODE_PAGES = {
    "936": GB,
    "54936": GB,
    "950": "cp950",
    "932": "cp932",
    "949": "cp949",
    "65001": UTF_8,
    "88591": "latin-1",
}
_GB_NAMES = ("gbk", "gb2312", "gb18030", "hz", "euc_gb")
# Labels that name no encoding: that of the machine which wrote the file.
_UNTOLD = ("", "oem", "system", "ansi", "default", "acp", "neutral", "none")
# Python's own ways to write texts, which no survey is in; others of its codecs are not for texts at all.
_OF_PYTHON = ("idna", "punycode", "undefined", "unicode-escape", "unicode_escape", "raw-unicode-escape", "utf-7")


def codec_named(label: str) -> str | None:
    """The codec that a label names, as Python knows it; None for a label that names none.

    Raises
    ------
    LookupError
        If nobody knows the label.
    """
    plain = label.strip().strip("\ufeff\"'").lower()
    if plain in _UNTOLD:
        return None
    number = re.fullmatch(r"(?:ansi|cp|oem|ibm|windows-?|ldid/)?\s*(\d{3,5})", plain)
    if number:
        page = number[1]
        return _CODE_PAGES.get(page) or codecs.lookup(f"cp{page}").name
    try:
        found = codecs.lookup(plain)
    except ValueError as reason:  # a NUL, or half of a sign
        raise LookupError(f"unknown encoding: {plain!r}") from reason
    name = found.name
    if name in _OF_PYTHON or not found._is_text_encoding:
        raise LookupError(f"no encoding of texts: {plain}")
    if name in _GB_NAMES or plain in _GB_NAMES:
        return GB
    return UTF_8 if name in ("utf-8", "utf-8-sig") else name


def decoded(piece: bytes, codec: str) -> str | None:
    """A text of a field, without a character that the field's end has cut; None if it is not in the codec."""
    try:
        # An incremental decoder waits for the rest of a character that breaks off, and refuses all else.
        text = codecs.getincrementaldecoder(codec)().decode(piece, final=False)
    except UnicodeDecodeError:
        return None
    cut = piece[len(text.encode(codec)) :]
    return None if any(byte < 0x80 for byte in cut) else text


def recognised_encoding(pieces: Sequence[bytes], label: str = "") -> str | None:
    """The encoding of a file's texts; None where all are ASCII.

    Parameters
    ----------
    pieces
        Names of fields and values, each as its field holds it.
    label
        What the file says of its encoding, if anything.

    Notes
    -----
    What is UTF-8 throughout is UTF-8, whatever the label: no other text in Chinese is. Else a label of a code
    page of several bytes counts where the texts are in it; a Western one does not where all of them are GB
    2312, which accented letters are not. Without a label it is GB 18030, or Western where most texts are not
    in that.
    """
    texts = [p for p in pieces if not p.isascii()]
    if not texts:
        return None
    if all(_in(p, UTF_8) for p in texts):
        return UTF_8
    try:
        told = codec_named(label)
    except LookupError:
        told = None
    if told in (None, UTF_8):
        return GB if sum(_in(p, GB) for p in texts) * 2 >= len(texts) else WESTERN
    assert told is not None
    if len("中".encode(told, errors="ignore")) > 1:
        return told if all(_in(p, told) for p in texts) else GB
    return GB if all(_in(p, "gb2312") for p in texts) else told


def _in(piece: bytes, codec: str) -> bool:
    text = decoded(piece, codec)
    return text is not None and (text != "" or not piece)


def encodings_of(
    names: Sequence[bytes], values: Sequence[bytes], label: str = ""
) -> tuple[str | None, str | None]:
    """Encodings of names of fields and of values, which may differ; None where all is ASCII."""
    of_values = recognised_encoding(values, label)
    if _in_utf_8(names):
        return UTF_8, of_values or UTF_8
    if of_values is not None and of_values != UTF_8:
        return of_values, of_values
    of_names = recognised_encoding(names, label)
    return of_names or of_values, of_values or of_names


def _in_utf_8(names: Iterable[bytes]) -> bool:
    """Tell whether names are UTF-8 of Chinese, which takes three bytes a character: GB texts never look so."""
    found = False
    for name in names:
        if name.isascii():
            continue
        text = decoded(name, UTF_8)
        if not text or not any(ord(c) > 0x7FF for c in text):
            return False
        found = True
    return found


def told_apart(names: Sequence[str]) -> list[str]:
    """Names of fields, those that came twice numbered: a name that was cut may be another's."""
    found: list[str] = []
    for name in names:
        unique, number = name, 2
        while unique in found:
            unique, number = f"{name}_{number}", number + 1
        found.append(unique)
    return found
