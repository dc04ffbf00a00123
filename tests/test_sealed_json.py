"""A document that is kept for later calls is what was written, or is refused."""

from __future__ import annotations

import hashlib
import math

import pytest

from spongecalc.sealed_json import sealed_json, unsealed

DOCUMENT = {"名称": "峨山", "percent": [1.25, 0.1, -3e-7], "none": None, "deep": {"a": {"b": [1, 2]}}}


def test_what_is_written_is_read() -> None:
    assert unsealed(sealed_json(DOCUMENT)) == DOCUMENT
    assert sealed_json(DOCUMENT) == sealed_json(dict(DOCUMENT))
    assert math.isnan(unsealed(sealed_json({"x": math.nan}))["x"])


def test_every_flipped_bit_and_every_cut_is_seen() -> None:
    content = sealed_json(DOCUMENT)
    for at in range(len(content)):
        for bit in range(8):
            damaged = bytearray(content)
            damaged[at] ^= 1 << bit
            with pytest.raises(ValueError):
                unsealed(bytes(damaged))
        with pytest.raises(ValueError):
            unsealed(content[:at])


def test_nothing_is_not_sealed() -> None:
    with pytest.raises(ValueError):
        sealed_json({})


def test_a_document_that_is_nested_deeply_is_refused_whatever_its_seal() -> None:
    body = b'"x": ' + b"[" * 200_000
    with pytest.raises(ValueError, match="nested too deeply"):
        unsealed(b'{"sha256": "' + hashlib.sha256(body).hexdigest().encode() + b'",\n' + body)
