"""Features brought to the project's coordinates: axes, offsets, stated and recognised systems."""

from __future__ import annotations

import math

from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError

from spongecalc.layers.coordinates import (
    BALLPARK_M,
    code_of,
    guess_crs,
    in_no_degrees,
    misplaced,
    shifted,
    transformation_accuracy_m,
)
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.sources.form import usual_axes
from spongecalc.layers.sources.raw import RawLayer, SourceRefusedError
from spongecalc.project.layer_source import LayerSource

type Bounds = tuple[float, float, float, float]
"""West, south, east and north in m."""

# What is said of coordinates without a CRS, by what they look like.
NO_CRS = {
    "degrees": "crs.missing_degrees",
    "zone": "crs.missing_zone",
    "easting": "crs.missing_easting",
}
# Ground is read with X for east in every form.
DEM = "dem"


def placed_in_project(
    raw: RawLayer,
    layer: str,
    source: LayerSource,
    label: str,
    target: CRS,
    near: Bounds | None,
    findings: list[Finding],
    *,
    stated: bool,
) -> RawLayer:
    """The features in the project's CRS.

    Parameters
    ----------
    raw
        The features as their source has them.
    layer, source, label
        The layer that they are read for, where they come from, and what that is called in findings.
    target
        The project's CRS.
    near
        Bounds of the communities in it, if they are known.
    findings
        What was found is added here.
    stated
        True where ``target`` is what the project states.

    Raises
    ------
    SourceRefusedError
        Nobody can say where they are.
    """
    # The reader of survey tables takes X for north, as surveys have it; every other form has X for east.
    usual = "east_north" if layer == DEM else usual_axes(source)
    swap = source.axes is not None and source.axes != usual
    frame = shifted(raw.frame, swap, source.offset_x_m, source.offset_y_m)
    said = source.crs or frame.crs
    about = {"file": source.source, "layer": source.layer or layer}
    if said is None and frame.empty:
        said = target
    if said is None:
        code, reason = guess_crs(frame, target, near) or (None, "")
        # Without communities to lie at, the project's word counts for what can be in its system.
        by_project = stated and near is None and (reason in ("", "easting") or code == code_of(target))
        if reason != "near" and not by_project:
            raise SourceRefusedError(NO_CRS[reason], crs=code) if reason else SourceRefusedError("crs.missing")
        rule = "crs.taken" if by_project else "crs.guessed"
        findings.append(Finding(rule, Feature(layer, file=label), {**about, "crs": code_of(target)}))
        said = target
    try:
        placed = frame.set_crs(CRS.from_user_input(said), allow_override=True)
    except CRSError as reason:
        raise SourceRefusedError("crs.unknown", crs=said) from reason
    assert placed.crs is not None
    if placed.crs.is_geographic and in_no_degrees(placed):
        fits, _ = guess_crs(placed, target, near) or (code_of(target), "")
        raise SourceRefusedError("crs.not_degrees", crs=code_of(placed.crs), fits=fits)
    if placed.crs != target:
        accuracy = transformation_accuracy_m(placed.crs, target)
        if not accuracy <= BALLPARK_M:
            findings.append(
                Finding(
                    "crs.inexact",
                    Feature(layer, file=label),
                    {
                        **about,
                        "crs": placed.crs.name,
                        "accuracy": "?" if math.isnan(accuracy) else f"{accuracy:g}",
                    },
                )
            )
        wrong = misplaced(placed, placed.crs, None)
        if wrong is None:
            try:
                placed = placed.to_crs(target)
            except (ProjError, CRSError, ValueError) as reason:
                raise SourceRefusedError("crs.unknown", crs=said) from reason
        else:
            # In its own system it lies nowhere; the same mistake is named by the check in the project's.
            placed = placed.set_crs(target, allow_override=True)
    return RawLayer(placed, raw.columns, raw.notes, origin=raw.origin)
