"""What a pipe's material means: Manning's n and its family, by the name that a survey gives."""

from __future__ import annotations

import re
from functools import cache

from spongecalc.standards.tables import table

ASSUMED_MATERIAL = "concrete"


def roughness_of(material: str | None) -> tuple[float, bool]:
    """Manning's n of a material, and whether the material was known.

    Parameters
    ----------
    material
        A name as surveys write it, Chinese or English, such as "HDPE" or "砼"; the longest name of the table
        that is found in it decides, so that HDPE双壁波纹管 is HDPE. Unknown or missing names take
        the value of concrete, the roughest of the usual sewer materials.

    References
    ----------
    GB 50014-2021, section 5.2; each row of ``pipe_roughness.csv`` carries its source and confidence.
    """
    known = _roughness()
    name = (material or "").strip().lower()
    if name in known:
        return float(known[name]), True
    # A Latin name counts as a word of its own only: PE is none in "pipe". One character says too little: 钢 is
    # in the names of concrete and of plastic pipes.
    within = [m for m in known if len(m) > 1 and re.search(rf"(?<![a-z]){re.escape(m)}(?![a-z])", name)]
    if within:
        return float(known[max(within, key=len)]), True
    return float(known[ASSUMED_MATERIAL]), False


def family_of(material: str | None) -> str | None:
    """The family of a material: plastic, metal, concrete, clay or masonry; None where the name is unknown.

    The longest name of the table that is found in the material's decides, so that 钢筋混凝土管 is concrete and
    not metal, and HDPE双壁波纹管 is plastic.
    """
    name = (material or "").strip().lower()
    if not name:
        return None
    found = [(len(m), family) for m, family in _families().items() if m in name]
    return max(found)[1] if found else None


@cache
def _roughness() -> dict[str, float]:
    rows = table("pipe_roughness")
    return dict(zip(rows["material"].str.lower(), rows["manning_n"].astype(float), strict=True))


@cache
def _families() -> dict[str, str]:
    rows = table("material_families")
    return dict(zip(rows["material"].str.lower(), rows["family"], strict=True))
