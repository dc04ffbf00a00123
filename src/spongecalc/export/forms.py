"""The forms that a network is written in, and what was written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from spongecalc.export.ifc import FORM as IFC
from spongecalc.export.ifc import ifc
from spongecalc.export.landxml import FORM as LANDXML
from spongecalc.export.landxml import landxml
from spongecalc.export.network import ExportedNetwork, LeftOut, left_out_table
from spongecalc.layers.folder_names import names_folder

FORMS = (LANDXML, IFC)
ENDINGS = {LANDXML: ".xml", IFC: ".ifc"}
WRITTEN_COLUMNS = ["form", "system", "status", "nodes", "pipes", "length_m"]


@dataclass(frozen=True, eq=False)
class Exported:
    """The files of a network, what is in them, and what is not.

    ``written`` has a row per form, system and status, with plan lengths in m; ``left_out`` the features that a
    form cannot hold; ``not_written`` counts features of layers that are no part of a pipe network.
    """

    files: tuple[Path, ...]
    written: pd.DataFrame
    left_out: pd.DataFrame
    not_written: Mapping[str, int]


def contents_of(network: ExportedNetwork, forms: Sequence[str], stem: str) -> tuple[dict[str, bytes], Exported]:
    """Files by name as bytes, and what is in them.

    Raises
    ------
    MissingIfcError
        IFC is asked for and ifcopenshell is not installed.
    """
    contents: dict[str, bytes] = {}
    out: list[LeftOut] = list(network.left_out)
    tables = []
    for form in forms:
        name = f"{stem}{ENDINGS[form]}"
        content, gone = landxml(network) if form == LANDXML else ifc(network, name)
        contents[name] = content
        out += gone
        tables.append(_written(form, network, gone))
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=WRITTEN_COLUMNS)
    return contents, Exported((), table, left_out_table(out), network.not_written)


def _written(form: str, network: ExportedNetwork, gone: Sequence[LeftOut]) -> pd.DataFrame:
    """Counts and plan lengths by system and status of what a form holds."""
    absent = {(o.layer, o.feature_id) for o in gone}
    parts = []
    for layer, frame, key in (("nodes", network.nodes, "node_id"), ("pipes", network.pipes, "pipe_id")):
        kept = frame[[(layer, i) not in absent for i in frame[key]]]
        length_m = kept.geometry.length if layer == "pipes" else 0.0
        parts.append(
            pd.DataFrame(
                {
                    "system": kept["system"],
                    "status": kept["status"],
                    "nodes": int(layer == "nodes"),
                    "pipes": int(layer == "pipes"),
                    "length_m": length_m,
                }
            )
        )
    rows = pd.concat(parts, ignore_index=True).groupby(["system", "status"], dropna=False, sort=True).sum()
    return rows.reset_index().assign(form=form)[WRITTEN_COLUMNS]


def file_stem(scenario: str, communities: Sequence[str]) -> str:
    """Name of the files without an ending: the scenario, and the communities where they are not all.

    Parameters
    ----------
    communities
        Ids of a part; none for all. What cannot name a file, or would be too long, is told by a digest.
    """
    joined = "+".join(communities)
    if joined and not names_folder(joined):
        joined = hashlib.sha256(joined.encode()).hexdigest()[:12]
    own = scenario if names_folder(scenario) else hashlib.sha256(scenario.encode()).hexdigest()[:12]
    return f"{own}-{joined}" if joined else own
