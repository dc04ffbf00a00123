"""Years of rain over one model's ground by SWMM's engine alone, without a line of the product.

The model's own text is taken apart by headings; pipes and routing are left out, runoff does not depend on them.
What seeped away and evaporated is read from the engine's printed report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from swmm.toolkit import solver

RUNOFF = ("SUBCATCHMENTS", "SUBAREAS", "INFILTRATION", "LID_CONTROLS", "LID_USAGE")


@dataclass(frozen=True)
class Ground:
    """A model's subcatchments: the rows of each section that runoff rests on, without comments."""

    rows: Mapping[str, list[list[str]]]

    @property
    def areas_ha(self) -> dict[str, float]:
        """Area of each subcatchment in hectares."""
        return {row[0]: float(row[3]) for row in self.rows["SUBCATCHMENTS"]}

    def of(self, names: Sequence[str]) -> Ground:
        """Some subcatchments only; where one drains to another, both must be among them."""
        wanted = set(names)
        rows = {s: [r for r in own if s == "LID_CONTROLS" or r[0] in wanted] for s, own in self.rows.items()}
        return Ground(rows)

    def closed(self, n: float, storage_mm: float) -> Ground:
        """The same with every permeable paving made sealed ground of a roughness and depression storage.

        A subcatchment that is paving alone becomes impervious; in one with other ground the paving's part is a
        subcatchment of its own, impervious, with its share of the width.
        """
        pavings = {r[0] for r in self.rows["LID_CONTROLS"] if r[1:2] == ["PP"]}
        rows = {s: [list(r) for r in own] for s, own in self.rows.items()}
        paved_ha: dict[str, float] = {}
        for row in self.rows["LID_USAGE"]:
            if row[1] in pavings:
                paved_ha[row[0]] = paved_ha.get(row[0], 0.0) + float(row[2]) * float(row[3]) / 1e4
        rows["LID_USAGE"] = [r for r in rows["LID_USAGE"] if r[1] not in pavings]
        for row in list(rows["SUBCATCHMENTS"]):
            sealed = paved_ha.get(row[0])
            if sealed is None:
                continue
            area, width = float(row[3]), float(row[5])
            rest = max(area - sealed, 1e-6)
            new, by_area = f"{row[0]}_SEALED", width / area
            part = [new, *row[1:3], f"{sealed:.6f}", "100", f"{by_area * sealed:.3f}", *row[6:]]
            rows["SUBCATCHMENTS"].append(part)
            row[3], row[5] = f"{rest:.6f}", f"{by_area * rest:.3f}"
            own = next(r for r in rows["SUBAREAS"] if r[0] == row[0])
            rows["SUBAREAS"].append([new, f"{n:.4f}", own[2], f"{storage_mm:.3f}", own[4], "0", *own[6:]])
            soil = next(r for r in rows["INFILTRATION"] if r[0] == row[0])
            rows["INFILTRATION"].append([new, *soil[1:]])
        return Ground(rows)


@dataclass(frozen=True)
class Kept:
    """Rain on a ground in m3 over the whole time, and how much of it seeped away or evaporated."""

    rain_m3: float
    kept_m3: float
    continuity_percent: float

    @property
    def capture_percent(self) -> float:
        """Share of the rain that did not run off."""
        return 100 * self.kept_m3 / self.rain_m3


def ground_of(text: str) -> Ground:
    """The subcatchments of an input text."""
    rows: dict[str, list[list[str]]] = {s: [] for s in RUNOFF}
    section = ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[] \t").upper()
        elif section in rows and line.strip() and not line.startswith(";"):
            rows[section].append(line.split())
    return Ground(rows)


def years_over(
    ground: Ground,
    rain_lines: Sequence[str],
    span: tuple[str, str],
    evaporation_mm_d: Sequence[float],
    folder: Path,
    interval: str = "1:00",
    dry_only: bool = True,
) -> Kept:
    """Runs the ground through a rain file of SWMM's own form, from one date to another (MM/DD/YYYY)."""
    folder.mkdir(parents=True)
    (folder / "rain.dat").write_text("\n".join(rain_lines) + "\n", encoding="ascii")
    names = set(ground.areas_ha)
    rows = {s: [list(r) for r in own] for s, own in ground.rows.items()}
    for row in rows["SUBCATCHMENTS"]:
        row[1] = "GAGE"
        if row[2] not in names:
            row[2] = "OUT"
    head = [
        "[OPTIONS]", "FLOW_UNITS LPS", "INFILTRATION HORTON", "IGNORE_ROUTING YES",
        f"START_DATE {span[0]}", "START_TIME 00:00", f"REPORT_START_DATE {span[0]}", "REPORT_START_TIME 00:00",
        f"END_DATE {span[1]}", "END_TIME 00:00", "WET_STEP 00:05:00", "DRY_STEP 01:00:00", "REPORT_STEP 24:00:00",
        "ROUTING_STEP 300", "DRY_DAYS 7",
        "[EVAPORATION]", "MONTHLY " + " ".join(f"{v:.3f}" for v in evaporation_mm_d),
        f"DRY_ONLY {'YES' if dry_only else 'NO'}",
        "[RAINGAGES]", f'GAGE VOLUME {interval} 1.0 FILE "{folder / "rain.dat"}" RAIN MM',
        "[OUTFALLS]", "OUT 0 FREE NO",
        "[REPORT]", "SUBCATCHMENTS NONE", "NODES NONE", "LINKS NONE",
    ]  # fmt: skip
    body = [line for s in RUNOFF for line in (f"[{s}]", *(" ".join(r) for r in rows[s]))]
    (folder / "m.inp").write_text("\n".join([*head, *body]) + "\n", encoding="utf-8")
    solver.swmm_open(*(str(folder / f"m.{end}") for end in ("inp", "rpt", "out")))
    solver.swmm_start(False)
    # A day at a time, since a run in one go prints every hour of it.
    while solver.swmm_stride(86400) > 0:
        pass
    solver.swmm_end()
    solver.swmm_report()
    solver.swmm_close()
    report = (folder / "m.rpt").read_text(encoding="utf-8")
    table = report.split("Subcatchment Runoff Summary")[1].split("LID Performance Summary")[0]
    rain = kept = 0.0
    for name, area in ground.areas_ha.items():
        # Name, then Precip, Runon, Evap, Infil in mm.
        line = re.search(rf"(?m)^\s*{re.escape(name)}\s+(\S+)\s+\S+\s+(\S+)\s+(\S+)\s", table)
        assert line is not None, name
        rain += float(line[1]) * area * 10
        kept += (float(line[2]) + float(line[3])) * area * 10
    error = re.search(r"Continuity Error \(%\) \.+\s+(\S+)", report)
    assert error is not None
    return Kept(rain, kept, float(error[1]))
