"""The ways over cross-connections on a community's map: bands under the pipes, from source to outfall."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import geopandas as gpd
import pandas as pd

from spongecalc.report.content.number_format import is_known
from spongecalc.report.render.map_svg import Frame, element, path_data, titled

KEYS: Mapping[str, str] = {"pipes": "pipe_id", "connections": "connection_id", "structures": "structure_id"}
CARRIED = ("sewage", "rain", "both")


def joint_path_marks(
    joints: pd.DataFrame,
    layers: Mapping[str, gpd.GeoDataFrame],
    frame: Frame,
    naming: Callable[[str, object], str],
) -> str:
    """One band for each cross-connection, along all that its water passes, with a title of what it carries.

    A band is one path of the page, so that it costs little; features beyond the community are left out.

    Parameters
    ----------
    joints
        The community's cross-connections in the scenario, with ``path`` (ids between semicolons) and ``number``.
    layers
        The community's layers in the scenario, by name.
    frame
        The frame of the map.
    naming
        Names columns and values in the report's language.
    """
    if joints.empty or not {"path", "number"} <= set(joints.columns):
        return ""
    shapes = {
        str(row[KEYS[name]]): row["geometry"]
        for name in KEYS
        for row in (layers[name].to_dict("records") if name in layers else ())
    }
    drawn = []
    for row in joints.to_dict("records"):
        listed = str(row["path"]).split(";") if is_known(row["path"]) and row["path"] else []
        data = "".join(path_data(shapes[f], frame) for f in listed if f in shapes)
        if not data:
            continue
        carries = row.get("carries") if row.get("carries") in CARRIED else "both"
        words = [str(row["number"]), naming("kind", row.get("kind")), naming("carries", row.get("carries"))]
        words.append(f"{naming('column', 'outfalls')} {row.get('outfalls') or ''}")
        drawn.append(element("path", {"class": f"way {carries}", "d": data}, titled(" · ".join(words))))
    return "".join(drawn)
