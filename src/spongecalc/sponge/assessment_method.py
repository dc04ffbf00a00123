"""The annual capture ratio as GB/T 51345-2018 assesses it: facility by facility, ground by ground."""

from __future__ import annotations

import math
from collections.abc import Callable

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.sponge.volume_method import Controlled, VolumeMethod


def assessed_percent(
    volume: VolumeMethod, event_h: float, curve_percent: Callable[[float], float], catalogue: Catalogue
) -> float:
    """Capture ratio in percent of a ground as GB/T 51345-2018 assesses it.

    Parameters
    ----------
    volume
        The ground's facilities with what drains to each, and its other covers.
    event_h
        Mean duration in hours of the place's events, in which facilities and pervious ground take water in.
    curve_percent
        Capture ratio in percent by design rainfall in mm.
    catalogue
        The covers: which are sealed, and what the others hold and take in.

    Returns
    -------
    Mean over areas: of a facility with its catchment the ratio of the rain that fills V_s + K J A t, of sealed
    ground without a facility 0, of other ground that of the rain that it loses at first and afterwards. NaN
    without ground.

    References
    ----------
    GB/T 51345-2018, 5.1.2 (control volume V_in = V_s + W_in, W_in = K J A t_s; 2 to 12 h where there are no data)
    and 5.1.3 (weighted mean; ground without a facility). J is taken as 1, A as the facility's area.
    """
    if volume.area_m2 <= 0:
        return math.nan
    held = sum(c.area_m2 * curve_percent(_facility_mm(c, event_h)) for c in volume.controlled)
    for name, square_m in volume.plain_m2:
        cover = catalogue.covers.get(name)
        if cover is None:  # a green roof: ground of a facility's own, known by its coefficient alone
            held += square_m * 100 * (1 - catalogue.volume_coefficients("middle")[name])
        elif not cover.sealed:
            held += square_m * curve_percent(cover.depression_storage_mm + cover.fmin_mm_h * event_h)
    return held / volume.area_m2


def _facility_mm(controlled: Controlled, event_h: float) -> float:
    """Rain in mm whose runoff fills a facility that takes water in all the while."""
    reaching = controlled.coefficient * controlled.area_m2
    taken_m3 = controlled.seepage_m3_h * event_h
    return 1000 * (controlled.volume_m3 + taken_m3) / reaching if reaching > 0 else 0.0
