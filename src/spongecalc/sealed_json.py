"""JSON documents that are kept for later calls, with a seal by which damage is seen.

A flipped bit in a digit leaves a document that still can be read and says something else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_BEGIN, _END = b'{"sha256": "', b'",\n'


def sealed_json(document: Mapping[str, object]) -> bytes:
    """A document as the bytes of its file: its seal, then its parts line by line.

    The same document gives the same bytes. Raises ValueError for one that is empty.
    """
    if not document:
        raise ValueError("there is nothing to seal")
    text = json.dumps(document, ensure_ascii=False, indent=0, allow_nan=True).removeprefix("{\n") + "\n"
    body = text.encode("utf-8", "surrogatepass")
    return _BEGIN + hashlib.sha256(body).hexdigest().encode() + _END + body


def unsealed(content: bytes) -> dict[str, Any]:
    """The document in the bytes of its file. Raises ValueError where one of them is not what was written."""
    seal, body = content[: len(_BEGIN) + 64 + len(_END)], content[len(_BEGIN) + 64 + len(_END) :]
    if seal != _BEGIN + hashlib.sha256(body).hexdigest().encode() + _END:
        raise ValueError("the seal is not that of the document")
    try:
        document: dict[str, Any] = json.loads(b"{" + body)
    except RecursionError as reason:
        raise ValueError("the document is nested too deeply to be one of ours") from reason
    return document
