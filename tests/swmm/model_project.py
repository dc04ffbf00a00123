"""A project whose network is a SWMM model: one community around it, or two side by side."""

from __future__ import annotations

import json
from pathlib import Path

TOML = """
name = "from a model"
language = "en"
crs = "EPSG:4543"
[layers.communities]
source = "communities.geojson"
[layers.nodes]
{place}
constants = {{ system = "{system}", status = "existing", receives = "river" }}
[layers.pipes]
{place}
{length}
constants = {{ system = "{system}", status = "existing" }}
[layers.surfaces]
{place}
constants = {{ cover = "asphalt", status = "existing" }}
[rainfall]
formula = "昆明 (新)"
own_formula = false
peak_ratio = 0.4
[[storms]]
return_period = "3 a"
duration = "2 h"
"""


def write_model_project(
    folder: Path,
    model: str,
    *,
    length: str = "",
    system: str = "storm",
    prefix: str = "",
    split_at_m: float | None = None,
) -> Path:
    """Write model.inp, its communities and spongecalc.toml; ``split_at_m`` gives B the ground east of it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.inp").write_text(model, encoding="utf-8")
    edges = [-20.0, 320.0] if split_at_m is None else [-20.0, split_at_m, 320.0]
    features = [
        {
            "type": "Feature",
            "properties": {"community_id": name, "name": name, "households": 100, "residents": 300},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [500000 + x, 2700000 + y]
                        for x, y in ((west, -60.0), (east, -60.0), (east, 120.0), (west, 120.0), (west, -60.0))
                    ]
                ],
            },
        }
        for name, west, east in zip("AB", edges, edges[1:], strict=False)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4543"}}
    document = {"type": "FeatureCollection", "crs": crs, "features": features}
    (folder / "communities.geojson").write_text(json.dumps(document), encoding="utf-8")
    place = 'source = "model.inp"\noffset_x = "500000.0 m"\noffset_y = "2700000.0 m"\ncrs = "EPSG:4543"'
    if prefix:
        place += f'\nprefix = "{prefix}"'
    stated = f'length = "{length}"' if length else ""
    text = TOML.format(place=place, length=stated, system=system)
    (folder / "spongecalc.toml").write_text(text, encoding="utf-8")
    return folder
