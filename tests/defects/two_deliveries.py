"""A part of the example as two deliveries, a file a layer each, with what the example lacks set beside it.

Four communities: EY02 and EY05 come from one surveyor with their ids in every layer, EY07 and EY08 from
another, who states the community of nodes and pipes alone, so that the rest is placed by its outlines. EY07 and
EY08 drain through one another after the works; EY02 and EY08 have rain tanks.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely import LineString, Point

from spongecalc.contract import SCHEMAS
from tests.conftest import REPOSITORY

CRS = "EPSG:4543"
DELIVERIES = {"west": ("EY02", "EY05"), "east": ("EY07", "EY08")}
# Communities that drain through one another: a defect of one may change the model of both.
JOINED = ("EY07", "EY08")
EXAMPLE = REPOSITORY / "gis" / "eshan_phase1.gpkg"
LAYERS = tuple(SCHEMAS)
TOML = """
name = "a part of the example"
language = "en"
crs = "EPSG:4543"

{layers}

[layers.dem]
source = "{dem}"

[rainfall]
formula = "昆明 (新)"
own_formula = false

[[storms]]
return_period = "3 a"
duration = "2 h"

[quantities]
borders = "owner"
"""

Delivery = dict[str, gpd.GeoDataFrame]
"""The layers of one delivery by their names."""
Frames = dict[str, Delivery]
"""Both deliveries by their names."""


def layer_names(frames: Frames) -> list[tuple[str, str]]:
    """Delivery and layer of each file there is."""
    return [(delivery, layer) for delivery, own in frames.items() for layer in own]


def group_of(community: str) -> tuple[str, ...]:
    """The communities whose models a defect of one may change."""
    return JOINED if community in JOINED else (community,)


@cache
def _read() -> dict[str, gpd.GeoDataFrame]:
    names = [str(n) for n, kind in pyogrio.list_layers(EXAMPLE) if kind]
    return {n: gpd.read_file(EXAMPLE, layer=n) for n in names}


def sound_frames() -> Frames:
    """Both deliveries without any defect, as frames of their own."""
    every = _read()
    frames: Frames = {}
    for name, communities in DELIVERIES.items():
        own = {
            layer: frame[frame[SCHEMAS[layer].id_column].str[:4].isin(communities)].reset_index(drop=True)
            for layer, frame in every.items()
        }
        _beside(own, communities)
        if name == "east":
            stated = ("communities", "nodes", "pipes")
            own |= {n: f.drop(columns="community_id", errors="ignore") for n, f in own.items() if n not in stated}
        frames[name] = own
    return frames


def _frame(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def _beside(own: Delivery, communities: tuple[str, ...]) -> None:
    """Add trees, barriers, sensors, a rain garden and named sources of run-on, which the example has none of."""
    trees, barriers, sensors, gardens = [], [], [], []
    surfaces = own["surfaces"].assign(receives_from=None).astype({"receives_from": object})
    for community in communities:
        outline = own["communities"].set_index("community_id").geometry[community]
        x0, y0, x1, y1 = outline.bounds
        about = {"status": "existing", "community_id": community}
        for n, share in enumerate((0.2, 0.5, 0.8)):
            place = Point(round(x0 + share * (x1 - x0), 3), round((y0 + y1) / 2 + 1.5, 3))
            trees.append({"tree_id": f"{community}-TR{n + 1}", "kind": "tree", **about, "geometry": place})
        for n, share in enumerate((0.3, 0.7)):
            y = round(y0 + share * (y1 - y0), 3)
            kerb = LineString([(x0 + 4, y), (x0 + 14, y)])
            row = {"barrier_id": f"{community}-KE{n + 1}", "kind": "kerb", "height_m": 0.15, **about}
            barriers.append({**row, "top_m": None, "geometry": kerb})
        node = own["nodes"][own["nodes"]["node_id"].str.startswith(f"{community}-YJ")].iloc[0]
        row = {"sensor_id": f"{community}-SE1", "node_or_pipe": node["node_id"], "quantity": "level"}
        row |= {"readings_file": None, "community_id": community}
        sensors.append({**row, "geometry": node.geometry})
        garden = {"facility_id": f"{community}-G1", "kind": "rain_garden", "area_m2": 12.0}
        garden |= {"catchment_m2": 150.0, "ponding_mm": 150.0, "soil_mm": 600.0, "base_mm": 200.0}
        garden |= {"subgrade_mm_h": 10.0, "base_kind": "half", "status": "proposed"}
        gardens.append({**garden, "community_id": community, "geometry": Point((x0 + x1) / 2, (y0 + y1) / 2)})
        new = surfaces["surface_id"].str.startswith(community) & (surfaces["status"] == "proposed")
        paved = surfaces[new & surfaces["cover"].str.startswith("permeable")].index[0]
        source = surfaces[new & (surfaces.index != paved)]["surface_id"]
        if len(source):
            surfaces.loc[paved, "receives_from"] = source.iloc[0]
    facilities = pd.concat([own["facilities"], _frame(gardens)], ignore_index=True)
    own["facilities"] = gpd.GeoDataFrame(facilities, geometry="geometry", crs=CRS)
    own["surfaces"] = surfaces
    own["trees"], own["barriers"], own["monitoring"] = _frame(trees), _frame(barriers), _frame(sensors)


class Folder:
    """The project's folder: files of layers that changed are written, and the sound ones put back afterwards."""

    def __init__(self, path: Path, frames: Frames | None = None) -> None:
        self.path = path
        self.sound = frames or sound_frames()
        self.disturbed: set[tuple[str, str]] = set()
        path.mkdir(parents=True, exist_ok=True)
        for key in layer_names(self.sound):
            self._write(key, self.sound[key[0]][key[1]])
        tables = "\n".join(
            f'[[layers.{layer}]]\nsource = "{file_name(delivery, layer)}"'
            for layer in LAYERS
            for delivery in self.sound
            if layer in self.sound[delivery]
        )
        dem = (REPOSITORY / "gis" / "dem.tif").as_posix()
        (path / "dem.tif").write_bytes(Path(dem).read_bytes())
        text = TOML.format(layers=tables, dem="dem.tif")
        (path / "spongecalc.toml").write_text(text, encoding="utf-8")

    def hold(self, frames: Frames, changed: set[tuple[str, str]]) -> None:
        """Make the files those of ``frames``, of which only the ``changed`` ones are not the sound ones."""
        for key in self.disturbed - changed:
            self._write(key, self.sound[key[0]][key[1]])
        for key in changed:
            self._write(key, frames[key[0]][key[1]])
        self.disturbed = set(changed)

    def _write(self, key: tuple[str, str], frame: gpd.GeoDataFrame) -> None:
        path = self.path / file_name(*key)
        path.unlink(missing_ok=True)
        pyogrio.write_dataframe(frame, path, layer=key[1], driver="GPKG")


def file_name(delivery: str, layer: str) -> str:
    """Name of the file of one layer of one delivery."""
    return f"{delivery}_{layer}.gpkg"
