"""GDAL's drivers and its ways into the net, closed before the first file is opened: in every process, once.

pyogrio opens a file by whichever driver claims it, and drivers such as VRT or WFS claim any name and open
whatever the file points to. Only those of :mod:`spongecalc.gate.forms_by_name` stay registered. The settings are
those of the two libraries' own GDAL; the environment, which other programs read too, stays as it is but for
PROJ's net.
"""

from __future__ import annotations

import os
from functools import cache

import pyogrio
import rasterio._env
from pyogrio import _ogr
from pyproj.network import set_network_enabled  # type: ignore[attr-defined]  # public, but not listed

from spongecalc.gate.forms_by_name import RASTER_DRIVERS, VECTOR_DRIVERS

# Holds what is made in memory; it claims no file.
MEMORY = ("MEM", "Memory")
NOWHERE = "http://127.0.0.1:0"
"""A proxy that nobody can be: no port 0 is ever listened on."""
_OPTIONS = {
    # What is beside a source stays as it is, and nothing is put there.
    "GDAL_PAM_ENABLE_MARK_DIRTY": "NO",
    "SHAPE_RESTORE_SHX": "NO",
    # A schema is not fetched, and no element is followed to another document.
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    # Should a driver find a way into the net all the same, it ends here.
    "GDAL_HTTP_PROXY": NOWHERE,
    "GDAL_HTTPS_PROXY": NOWHERE,
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "OSR_SET_FROM_USER_INPUT_ALLOW_NETWORK_ACCESS": "NO",
    "OSR_SET_FROM_USER_INPUT_ALLOW_FILE_ACCESS": "NO",
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": None,
    # That another program holds a database is found before; GDAL would wait twice for 5 s [ms].
    "SQLITE_BUSY_TIMEOUT": "1000",
}


class DriversError(RuntimeError):
    """Drivers that could not be closed: nothing is read rather than by anything."""


@cache
def close_ways_out() -> None:
    """Leave pyogrio only the drivers of forms that are read, and no way into the net; once is enough.

    Raises
    ------
    DriversError
        A driver that is not allowed stays registered.
    """
    os.environ["PROJ_NETWORK"] = "OFF"
    set_network_enabled(active=False)
    pyogrio.set_gdal_config_options(_OPTIONS)
    if not _others():
        return
    # GDAL leaves out what is to be skipped when drivers are registered, those that are there already too.
    pyogrio.set_gdal_config_options({"OGR_SKIP": ",".join(_others())})
    _ogr._register_drivers()
    pyogrio.set_gdal_config_options({"OGR_SKIP": None})
    if left := _others():
        raise DriversError(f"GDAL's drivers {', '.join(left)} cannot be closed")


def close_ways_out_of_rasters() -> None:
    """Leave rasterio, which has a GDAL of its own, only the drivers of forms that are read, and no way out.

    Tiles of a virtual raster are opened when their cells are asked for, by any driver that is registered, and
    with the settings of that moment: they stay. A thread has its own, so that they are set at every call.

    Raises
    ------
    DriversError
        A driver that is not allowed stays registered.
    """
    for name, value in _OPTIONS.items():
        if value is not None:
            rasterio._env.set_gdal_config(name, value)
    _close_raster_drivers()


@cache
def _close_raster_drivers() -> None:
    if not (others := _other_rasters()):
        return
    rasterio._env.set_gdal_config("GDAL_SKIP", ",".join(others))
    rasterio._env._have_registered_drivers = False  # they are registered when an environment begins
    left = _other_rasters()
    rasterio._env.del_gdal_config("GDAL_SKIP")
    if left:
        raise DriversError(f"GDAL's drivers {', '.join(left)} cannot be closed")


def _other_rasters() -> list[str]:
    """Drivers that rasterio has registered and that are not allowed."""
    environment = rasterio._env.GDALEnv()
    environment.start()  # one of rasterio.Env() registers nothing where a caller has entered another
    try:
        registered = environment.drivers()
    finally:
        environment.stop()
    return [name for name in registered if name not in (*RASTER_DRIVERS, *VECTOR_DRIVERS, *MEMORY)]


def _others() -> list[str]:
    """Registered drivers that are not allowed."""
    return [name for name in pyogrio.list_drivers() if name not in (*VECTOR_DRIVERS, *MEMORY)]
