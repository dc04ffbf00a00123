"""The small project with a lift station, whose storage is a basin with banks of the layer of facilities.

What comes by the one grate of 6000 m2 of asphalt leaves the basin by the orifice alone; nothing stands in it when
the storm begins.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.pumped_project import point, rows, write

Rows = list[dict[str, object]]
Change = Callable[[dict[str, Rows]], None]

# Ten years of rain would cost more than all other runs of the project.
SHORT_SERIES = "[sponge]\ngenerated_years = 1\n"


def write_lift_station(folder: Path, change: Change | None = None) -> Path:
    """Write the project and return its folder.

    Parameters
    ----------
    folder
        Where it is to lie.
    change
        Changes the rows before they are written.
    """
    found = rows()
    found["pipes"] = [p for p in found["pipes"] if p["pipe_id"] != "PR2"]
    for node in found["nodes"]:
        if node["node_id"] == "R2":
            for column in ("area_m2", "bank_slope", "initial_depth_m"):
                del node[column]
    basin = {"facility_id": "B1", "kind": "detention_basin", "from_node": "R2", "status": "existing"}
    basin |= {"volume_m3": 60.0, "area_m2": 30.0, "bank_slope": 1.5, "geometry": point(50, 45).buffer(4)}
    found["facilities"] = [basin]
    if change is not None:
        change(found)
    return write(folder, found, SHORT_SERIES)
