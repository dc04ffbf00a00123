"""A project whose files refer to other files and addresses, checked by the command in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import geopandas as gpd
import pytest
from tests.listener import listening
from tests.small_project import SmallProject, community


@pytest.mark.parametrize("no_proxy", ["", "127.0.0.1,localhost"])
def test_no_file_of_a_project_brings_a_request(small_project: Callable[..., SmallProject], no_proxy: str) -> None:
    """Not where the environment lets requests to this machine pass any proxy, either."""
    project = small_project()
    page = project.folder / "spongecalc.toml"
    text = page.read_text(encoding="utf-8")
    with listening() as listener:
        url = listener.url
        linked = json.loads(gpd.GeoDataFrame(community("C", 2)["nodes"], geometry="geometry").to_json())
        linked["crs"] = {"type": "link", "properties": {"href": f"{url}/crs", "type": "ogcwkt"}}
        files = {
            "communities": ("virtual.gpkg", f"<OGRWFSDataSource><URL>{url}/wfs?</URL></OGRWFSDataSource>"),
            "nodes": ("linked.geojson", json.dumps(linked)),
            "pipes": (
                "virtual.shp",
                f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/{url}/a.geojson</SrcDataSource>'
                "</OGRVRTLayer></OGRVRTDataSource>",
            ),
        }
        for layer, (name, content) in files.items():
            (project.folder / name).write_text(content, encoding="utf-8")
            old = f'source = "c.gpkg"\nlayer = "{layer}"'
            assert old in text
            text = text.replace(old, f'source = "{name}"')
        (project.folder / "dem.tif").write_text(
            f"<WCS_GDAL><ServiceURL>{url}/wcs?</ServiceURL><CoverageName>a</CoverageName></WCS_GDAL>"
        )
        page.write_text(f'{text}\n[layers.dem]\nsource = "dem.tif"\n', encoding="utf-8")
        before = set(project.folder.iterdir())
        ran = subprocess.run(
            [sys.executable, "-m", "spongecalc", "check", ".", "--lang", "en"],
            cwd=project.folder,
            env={**os.environ, "NO_PROXY": no_proxy, "no_proxy": no_proxy, "PROJ_NETWORK": "ON"},
            capture_output=True,
            check=False,
        )
        said = (ran.stdout + ran.stderr).decode()
        assert listener.asked == []
    assert "Traceback" not in said
    for name, kind in (("virtual.gpkg", "WFS"), ("virtual.shp", "VRT"), ("dem.tif", "WCS")):
        assert f"{name} points to other files or addresses ({kind})" in " ".join(said.split())
    beside = {p.name for p in set(project.folder.iterdir()) - before}
    assert beside <= {"results", "report", "swmm_models"}
