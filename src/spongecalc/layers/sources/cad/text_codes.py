"""The words of a drawing's texts, without the codes that only format them."""

from __future__ import annotations

import re
from typing import Any

from ezdxf.lldxf.const import DXFError

# Codes that stay in texts of more than one line.
_CODES = {"c": "Ø", "d": "°", "p": "±", "u": "", "o": "", "k": "", "%": "%"}
_CODE = re.compile(r"%%(\d{3}|[cdpuok%])", re.IGNORECASE)


def words_of(entity: Any) -> str:
    """The words of a TEXT, MTEXT, ATTRIB or ATTDEF; of several lines or columns one after the other.

    ``%%c``, ``%%d`` and ``%%p`` are the signs Ø, ° and ±; fonts, heights, colours, stacks and paragraphs are left
    out.
    """
    kind = entity.dxftype()
    if kind == "MTEXT":
        said = str(entity.all_columns_plain_text())
    elif kind in ("ATTRIB", "ATTDEF") and entity.has_embedded_mtext_entity:
        said = str(entity.virtual_mtext_entity().plain_text())
    else:
        said = str(entity.plain_text())
    return decoded_signs(said).strip()


def decoded_signs(said: str) -> str:
    """Text with AutoCAD's codes of signs replaced by the signs."""

    def sign(match: re.Match[str]) -> str:
        code = match[1].lower()
        return chr(int(code)) if code.isdigit() else _CODES[code]

    return _CODE.sub(sign, said)


def words_or_nothing(entity: Any) -> str:
    """The words of a text; "" where its content is damaged."""
    try:
        return words_of(entity)
    except (DXFError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return ""
