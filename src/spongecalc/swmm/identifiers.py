"""Ids for SWMM: ASCII without spaces, unique whatever their case, the same for the same features."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from spongecalc.layers.folder_names import names_folder

SAFE = re.compile(r"[A-Za-z0-9_.\-+]{1,40}")


def model_ids(feature_ids: Iterable[str], prefix: str) -> dict[str, str]:
    """A model id for each feature id.

    An id that engineers' interfaces can take stays as it is. Any other (Chinese, blanks, quotes, too long,
    or equal to a neighbour's but for its case) becomes ``prefix`` and ten hexadecimal digits of its hash, so
    that it does not depend on which other features there are.
    """
    ids = sorted(set(feature_ids))
    alike = Counter(i.lower() for i in ids)
    return {i: i if SAFE.fullmatch(i) and alike[i.lower()] == 1 else hashed(i, prefix) for i in ids}


def hashed(feature_id: str, prefix: str) -> str:
    """``prefix`` and the first ten hexadecimal digits of the SHA-256 of an id."""
    return f"{prefix}{hashlib.sha256(feature_id.encode()).hexdigest()[:10]}"


def folder_name(model: str) -> str:
    """A name for a folder that people open: the model's own in any script, or its hash where that cannot be."""
    return model if names_folder(model) else hashed(model, "M_")


def run_folder_name(model: str) -> str:
    """A name for a folder that SWMM opens, in ASCII: the model's own, or its hash."""
    return model if SAFE.fullmatch(model) and names_folder(model) else hashed(model, "M_")


def tag(text: str) -> str:
    """A text as SWMM's [TAGS] take it: one word, without the characters that end a word or start a comment."""
    return re.sub(r"[\s;\"\[\]]+", "_", text)
