"""Structures that lead water on beside pipes: pumps, weirs, orifices, outlets; and the forms of each."""

from __future__ import annotations

from collections.abc import Mapping

PUMP, WEIR, ORIFICE, OUTLET = "pump", "weir", "orifice", "outlet"
KINDS = (PUMP, WEIR, ORIFICE, OUTLET)
PASSING = (WEIR, ORIFICE, OUTLET)
"""Kinds whose flow SWMM does not add up to a volume: it is that of their saved flows."""

SWMM_FORM: Mapping[str, Mapping[str, str]] = {
    PUMP: {
        # Passes on what comes in.
        "ideal": "IDEAL",
        # Flow by the water in the well, in steps.
        "volume_flow": "PUMP1",
        # Flow by depth in the well, in steps.
        "depth_steps": "PUMP2",
        # Flow by the head to be overcome: a centrifugal pump's own curve.
        "head_flow": "PUMP3",
        # Flow by depth in the well, between the points.
        "depth_flow": "PUMP4",
        # By head, of a pump whose speed changes.
        "variable_speed": "PUMP5",
    },
    WEIR: {
        "transverse": "TRANSVERSE",
        "side_flow": "SIDEFLOW",
        "v_notch": "V-NOTCH",
        "trapezoidal": "TRAPEZOIDAL",
        "roadway": "ROADWAY",
    },
    ORIFICE: {"side": "SIDE", "bottom": "BOTTOM"},
    OUTLET: {"table": "TABULAR", "power": "FUNCTIONAL"},
}
"""SWMM's word for each form, by kind of structure."""

FORMS = tuple(form for forms in SWMM_FORM.values() for form in forms)
RATED_BY = ("depth", "head")
ROAD_SURFACES = ("paved", "gravel")


def form_of_swmm(kind: str, word: str) -> str | None:
    """The form of a kind of structure by SWMM's word for it; None where there is none."""
    return next((form for form, swmm in SWMM_FORM[kind].items() if swmm == word.upper()), None)


def form_taken(kind: str, form: object, *, curve: bool, head: bool) -> str:
    """The form of a structure, or what is taken where none is given.

    Parameters
    ----------
    kind
        One of ``KINDS``.
    form
        What the survey has; one of another kind counts as none.
    curve, head
        Whether it has a curve, and of a pump a design head.
    """
    if isinstance(form, str) and form in SWMM_FORM[kind]:
        return form
    usual = {
        PUMP: "head_flow" if head or curve else "depth_flow",
        WEIR: "transverse",
        ORIFICE: "side",
        OUTLET: "table" if curve else "power",
    }
    return usual[kind]
