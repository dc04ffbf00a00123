"""Rules on surfaces, and on buildings, that lie on the same ground in one scenario."""

from __future__ import annotations

import numpy as np
import shapely

from spongecalc.layers.border_cut import is_sliver
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.newer_ground import counting_order, lies_on
from spongecalc.layers.standing import stands
from spongecalc.project.scenario_settings import Scenario

# Two neighbouring polygons digitised by hand overlap by slivers; more than this is one place drawn twice.
OVERLAP_M2 = 1.0


def check_overlaps(layers: LayerSet, scenario: Scenario) -> list[Finding]:
    """Return findings about surfaces of one community and scenario that share ground, more than ``OVERLAP_M2``.

    Where status or day say which of two counts, that is a note at the one below. Where nothing does, it is an
    error at the one that is smaller, or a warning if what they share is a strip along their edges
    (:func:`~spongecalc.layers.border_cut.is_sliver`), of which the smaller one has the ground.
    """
    standing = stands(layers, "surfaces", scenario) & layers["surfaces"]["community_id"].notna().to_numpy()
    frame = layers["surfaces"][standing].reset_index(drop=True)
    if len(frame) < 2:
        return []
    frame = frame.iloc[counting_order(frame)].reset_index(drop=True)
    shapes, community = frame.geometry.to_numpy(), frame["community_id"].to_numpy(object)
    upper, lower = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = (upper < lower) & (community[upper] == community[lower])
    upper, lower = upper[once], lower[once]
    shared = shapely.intersection(shapes[upper], shapes[lower])
    over = np.flatnonzero(shapely.area(shared) > OVERLAP_M2)
    reasons = lies_on(frame, upper, lower)
    rows = list(frame.itertuples())
    findings = []
    for k in sorted(over.tolist(), key=lambda k: (upper[k], lower[k])):
        above, below = rows[upper[k]], rows[lower[k]]
        area = f"{shared[k].area:.1f}"
        if reasons[k]:
            rule = "surface.replaced" if reasons[k] == "proposed" else "surface.laid_over"
            findings.append(finding_at(rule, "surfaces", below, other=above.surface_id, area=area))
        else:
            rule = "surface.overlap" if is_sliver(shared[k]) else "surface.same_ground"
            findings.append(finding_at(rule, "surfaces", above, other=below.surface_id, area=area))
    return findings


def check_roofs(layers: LayerSet, scenario: Scenario) -> list[Finding]:
    """Return findings about buildings of one community and scenario that share more than ``OVERLAP_M2``, at the
    smaller one.

    Each roof takes the rain of its whole outline: what two share is counted twice. Walls that were digitised
    over one another by a strip are none.
    """
    standing = stands(layers, "buildings", scenario) & layers["buildings"]["community_id"].notna().to_numpy()
    frame = layers["buildings"][standing].reset_index(drop=True)
    if len(frame) < 2:
        return []
    shapes, community = frame.geometry.to_numpy(), frame["community_id"].to_numpy(object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = (first < second) & (community[first] == community[second])
    first, second = first[once], second[once]
    shared = shapely.intersection(shapes[first], shapes[second])
    findings = []
    rows = list(frame.itertuples())
    for k in np.flatnonzero(shapely.area(shared) > OVERLAP_M2):
        if is_sliver(shared[k]):
            continue
        larger, smaller = rows[first[k]], rows[second[k]]
        if smaller.geometry.area > larger.geometry.area:
            larger, smaller = smaller, larger
        words = {"other": larger.building_id, "area": f"{shared[k].area:.1f}"}
        findings.append(finding_at("building.overlap", "buildings", smaller, **words))
    return findings
