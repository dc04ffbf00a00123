"""Drawings by ezdxf, within an entrance."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import ezdxf
import ezdxf.recover
from ezdxf.audit import Auditor
from ezdxf.document import Drawing
from ezdxf.lldxf.tagger import binary_tags_loader
from ezdxf.lldxf.types import DXFTag

from spongecalc.gate.entrance import standing_in
from spongecalc.gate.not_admitted import TooLargeError
from spongecalc.gate.territory import limits_of

# What the library logs on reading is said as a finding.
logging.getLogger("ezdxf").addHandler(logging.NullHandler())


def read(content: str) -> Drawing:
    """A drawing out of its text; raises what the library raises for a damaged one."""
    standing_in()
    return ezdxf.read(io.StringIO(content))


def recovered(content: bytes) -> tuple[Drawing, Auditor]:
    """A damaged drawing out of its bytes as far as it can be read, and what was wrong."""
    standing_in()
    return ezdxf.recover.read(io.BytesIO(content))


def binary_tags(content: bytes, errors: str) -> Iterator[DXFTag]:
    """The tags of a binary drawing; ``errors`` says what becomes of bytes that are no characters."""
    standing_in()
    return binary_tags_loader(content, errors)


class ShownCount:
    """The number of things that a drawing has shown so far, which may be no more than features of a layer.

    ``allowed`` is how many those are.
    """

    def __init__(self) -> None:
        self._count, self.allowed = 0, limits_of(standing_in().path).feature_limit

    def add(self, more: int) -> None:
        """Count some more; raises TooLargeError where that is too many."""
        self.allow(more)
        self._count += more

    def allow(self, more: int) -> None:
        """Refuse some more that are not counted yet, before they are made."""
        if self._count + more > self.allowed:
            raise TooLargeError.of_count("feature_limit", self._count + more, self.allowed)


def array_size(reference: Any) -> int:
    """The places of an array of block references that are gone through, those upon each other too."""
    return max(int(reference.dxf.row_count), 1) * max(int(reference.dxf.column_count), 1)
