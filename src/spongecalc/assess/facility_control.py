"""Rows of each facility's control volume against the ground that drains to it."""

from __future__ import annotations

from spongecalc.rainfall.capture_ratio import CaptureCurve
from spongecalc.sponge.event_runs import Site
from spongecalc.sponge.volume_method import VolumeMethod

FACILITY_COLUMNS = [
    "community_id",
    "facility",
    "facility_id",
    "drained_m2",
    "coefficient",
    "held_volume_m3",
    "control_volume_m3",
    "volume_design_mm",
    "capture_percent",
]


def facility_rows(site: Site, volume: VolumeMethod, curve: CaptureCurve) -> list[dict[str, object]]:
    """Each facility's volumes against the ground that drains to it; the other figures are of what it holds."""
    tank_at = {t.node_id: t.facility_id for t in site.tanks}
    control_m3: dict[tuple[str, str], float] = {}
    for part in volume.controlled:
        key = (part.facility, part.facility_id)
        control_m3[key] = control_m3.get(key, 0.0) + part.control_m3
    return [
        {
            "community_id": site.community_id,
            "facility": c.facility,
            "facility_id": tank_at.get(c.facility_id, c.facility_id),
            "drained_m2": c.area_m2,
            "coefficient": c.coefficient,
            "held_volume_m3": c.volume_m3,
            "control_volume_m3": control_m3[c.facility, c.facility_id],
            "volume_design_mm": c.design_mm,
            "capture_percent": 100 - c.coefficient * (100 - curve.percent(c.design_mm)),
        }
        for c in volume.by_facility()
    ]
