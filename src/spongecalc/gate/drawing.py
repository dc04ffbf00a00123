"""Drawings by ezdxf, within an entrance."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import ezdxf
import ezdxf.recover
from ezdxf.audit import Auditor
from ezdxf.document import Drawing
from ezdxf.lldxf.tagger import binary_tags_loader
from ezdxf.lldxf.types import DXFTag

from spongecalc.gate.entrance import standing_in

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
