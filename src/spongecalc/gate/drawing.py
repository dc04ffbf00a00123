"""Drawings by ezdxf, within an entrance."""

from __future__ import annotations

import io
import logging

import ezdxf
import ezdxf.recover
from ezdxf.audit import Auditor
from ezdxf.document import Drawing

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
