"""GDAL's vector drivers by pyogrio, within an entrance."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio

from spongecalc.gate.entrance import standing_in

Source = Path | BytesIO


def list_layers(source: Source) -> np.ndarray:
    """Names and kinds of geometry of a file's layers, a row each."""
    standing_in()
    found: np.ndarray = pyogrio.list_layers(source)
    return found


def read_info(source: Source, **choices: Any) -> dict[str, Any]:
    """Fields, types and CRS of a layer, as :func:`pyogrio.read_info` tells them."""
    standing_in()
    found: dict[str, Any] = pyogrio.read_info(source, **choices)
    return found


def read_dataframe(source: Source, **choices: Any) -> pd.DataFrame:
    """Features of a layer, as :func:`pyogrio.read_dataframe` gives them."""
    standing_in()
    return pyogrio.read_dataframe(source, **choices)


def driver_by_name(path: Path) -> str:
    """The name of the driver that a file's ending belongs to."""
    standing_in()
    return str(pyogrio.detect_write_driver(path))
