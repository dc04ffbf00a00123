"""Manning's n of a pipe by the name of its material."""

from __future__ import annotations

from spongecalc.standards.tables import table

ASSUMED_MATERIAL = "concrete"


def roughness_of(material: str | None) -> tuple[float, bool]:
    """Manning's n of a material, and whether the material was known.

    Parameters
    ----------
    material
        A name as surveys write it, Chinese or English, such as "HDPE" or "砼". Unknown or missing names take
        the value of concrete, the roughest of the usual sewer materials.

    References
    ----------
    GB 50014-2021, section 5.2; each row of ``pipe_roughness.csv`` carries its source and confidence.
    """
    rows = table("pipe_roughness")
    known = dict(zip(rows["material"].str.lower(), rows["manning_n"], strict=True))
    name = (material or "").strip().lower()
    if name in known:
        return float(known[name]), True
    return float(known[ASSUMED_MATERIAL]), False
