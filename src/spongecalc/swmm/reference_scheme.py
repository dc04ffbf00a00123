"""The reference scheme: how a model is solved a second time, to tell whether its peaks are settled.

Under pressure a pipe has no free surface, and SWMM solves its nodes by a scheme of its own (EXTRAN, SWMM 5's
default) or gives the pipe a narrow slot above its crown, in which water keeps a surface (SLOT, Preissmann's).
Both solve the same equations. Where they agree, a peak is the water's; where they do not, it is the scheme's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spongecalc.swmm.inp_text import fixed

if TYPE_CHECKING:
    from spongecalc.swmm.run_result import RunResult

STEP_S = 0.1
"""Longest routing step [s]. A slot is narrow and its waves are fast: with 2 s up to 7 % of the water is lost."""

MOST_ERROR_PERCENT = 1.0
"""Continuity error of runoff or routing, in magnitude, up to which a reference run is accepted [%]."""

OPTIONS = {"SURCHARGE_METHOD": "SLOT", "ROUTING_STEP": fixed(STEP_S, 2), "INERTIAL_DAMPING": "PARTIAL"}
"""With inertia, also where the model damps it: what swings in drowned pipes shows in the range of its peak."""

_SECTION = re.compile(r"^\[OPTIONS\][^\n]*\n", re.MULTILINE | re.IGNORECASE)


def reference_text(text: str) -> str:
    """Return an input file's text with the options of the reference scheme; all else stays as it is.

    Parameters
    ----------
    text
        SWMM input with a section OPTIONS.

    Raises
    ------
    ValueError
        There is no section OPTIONS.
    """
    begin = _SECTION.search(text)
    if begin is None:
        raise ValueError("the input file has no section OPTIONS")
    following = re.compile(r"^\[", re.MULTILINE).search(text, begin.end())
    end = following.start() if following else len(text)
    head, section, tail = text[: begin.end()], text[begin.end() : end], text[end:]
    for name, value in OPTIONS.items():
        line = re.compile(rf"^({name}[ \t]+)\S+", re.MULTILINE | re.IGNORECASE)
        found = line.search(section) is not None
        section = line.sub(rf"\g<1>{value}", section) if found else f"{name} {value}\n{section}"
    return head + section + tail


def is_accepted(reference: RunResult) -> bool:
    """True for a reference run that ended well, with its continuity errors below :data:`MOST_ERROR_PERCENT`."""
    return reference.status == "done" and reference.worst_continuity_error_percent < MOST_ERROR_PERCENT


def is_under_pressure(run: RunResult) -> bool:
    """True for a run in which a link was full or a node flooded, for however short a time.

    Only then do the two schemes differ: without pressure both solve the same free surface.
    """
    return bool((run.links["surcharged_h"] > 0).any() or (run.nodes["flooded_h"] > 0).any())
