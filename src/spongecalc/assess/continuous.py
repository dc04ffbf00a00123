"""Results of the continuous simulation: capture over a long series, and the balance of each tank."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from spongecalc.batch.runoff_batch import GroundVolumes, cascades, per_mark
from spongecalc.rainfall.capture_ratio import CaptureCurve, curve_of_series
from spongecalc.sponge.event_runs import TAKEN, Site
from spongecalc.sponge.question import CLOSED, SpongeQuestion
from spongecalc.sponge.tank_balance import TankBalance, paying_volume_m3, tank_balance
from spongecalc.sponge.tank_states import demand_m3_d, roof_inflow_m3, tank_volume_m3
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.runoff_volumes import RunoffVolumes

TANK_COLUMNS = [
    "community_id",
    "facility_id",
    "inflow_from",
    "volume_m3",
    "roof_m2",
    "demand_m3_d",
    "years",
    "yield_m3",
    "first_flush_m3",
    "reused_m3",
    "overflow_m3",
    "reused_percent",
    "reliability_percent",
    "free_design_percent",
    "paying_volume_m3",
]

Key = tuple[str, str]


@dataclass(frozen=True)
class ContinuousResult:
    """Capture ratio in percent by community and scenario over the series, and the tanks' rows.

    ``digests`` are those of each ground's model, tanks and rain; ``source`` names the series, ``generated`` says
    that it was never measured; ``curve`` is the series' own; ``closed_percent`` is the capture with closed
    paving, ``tanks_percent`` what tanks add to it.
    """

    digests: Mapping[Key, str]
    source: str
    generated: bool
    years: float
    rain_mm: float
    capture_percent: Mapping[Key, float]
    closed_percent: Mapping[Key, float]
    tanks_percent: Mapping[Key, float]
    runoff_m3: Mapping[Key, float]
    tanks: tuple[Mapping[str, object], ...]
    curve: CaptureCurve
    worst_continuity_percent: float
    failed: Mapping[Key, str]

    def of(self, keys: set[Key]) -> ContinuousResult | None:
        """Only what belongs to some communities and scenarios; None where that is nothing."""
        if not keys:
            return None
        communities = {community for community, _ in keys}
        return replace(
            self,
            capture_percent={k: v for k, v in self.capture_percent.items() if k in keys},
            closed_percent={k: v for k, v in self.closed_percent.items() if k in keys},
            tanks_percent={k: v for k, v in self.tanks_percent.items() if k in keys},
            runoff_m3={k: v for k, v in self.runoff_m3.items() if k in keys},
            tanks=tuple(t for t in self.tanks if t["community_id"] in communities),
        )

    def with_others(self, earlier: ContinuousResult | None) -> ContinuousResult:
        """This with what an earlier result holds of other communities and scenarios; their digests judge it."""
        if earlier is None:
            return self
        own = {community for community, _ in self.digests}
        others = (t for t in earlier.tanks if t["community_id"] not in own)
        return replace(
            self,
            digests={**earlier.digests, **self.digests},
            capture_percent={**earlier.capture_percent, **self.capture_percent},
            closed_percent={**earlier.closed_percent, **self.closed_percent},
            tanks_percent={**earlier.tanks_percent, **self.tanks_percent},
            runoff_m3={**earlier.runoff_m3, **self.runoff_m3},
            tanks=(*others, *self.tanks),
            failed={**{k: v for k, v in earlier.failed.items() if k not in self.digests}, **self.failed},
        )


def left_m3(volumes: RunoffVolumes, areas: Sequence[Subcatchment]) -> np.ndarray:
    """Runoff that leaves each subcatchment over the series in m3: its rain less what seeped away and evaporated.

    SWMM sums runoff as trapezoids over its steps, by which a year of showers at 300 s loses 0.4 points of capture
    and at 600 s 1.2; what seeps and evaporates is summed as it is taken out, and is the same at any step. What
    the ground still holds after years is nothing beside them. Of ground that runs on to a lawn it is the lawn's:
    what both got less what both kept.
    """
    kept = volumes.infiltration_m3[-1] + volumes.evaporation_m3[-1]
    balance: np.ndarray = volumes.rain_m3[-1] - kept
    left: np.ndarray = np.zeros_like(balance)
    for numbers in cascades(areas):
        last = next(n for n in numbers if not areas[n].runs_on_to)
        left[last] = max(float(balance[numbers].sum()), 0.0)
    return left


def continuous_result(
    question: SpongeQuestion,
    volumes: Mapping[tuple[str, ...], GroundVolumes],
    failed: Mapping[tuple[str, ...], str],
    digests: Mapping[Key, str],
) -> ContinuousResult:
    """Capture over the whole series: rain less runoff, roofs' runoff that tanks let be reused taken out."""
    capture: dict[Key, float] = {}
    closed: dict[Key, float] = {}
    by_tanks: dict[Key, float] = {}
    runoff_m3: dict[Key, float] = {}
    tanks: list[Mapping[str, object]] = []
    worst, series = 0.0, question.series
    for site in question.sites:
        key = (site.community_id, site.scenario)
        own = volumes.get((*key, TAKEN))
        if own is None:
            continue
        v = own.volumes
        worst = max(worst, abs(v.continuity_percent))
        left = left_m3(v, site.areas)
        kept = 0.0
        if site.tanks:
            # Day by day SWMM's own runoff, brought to what is left over the whole series.
            by_area = v.runoff_m3[-1]
            share = np.divide(left, by_area, out=np.ones_like(left), where=by_area > 0)
            daily = np.maximum(per_mark(v.runoff_m3), 0.0) * share
            for tank in site.tanks:
                fed = [i for i, a in enumerate(site.areas) if a.outlet_node == tank.node_id]
                row, balance = tank_row(site, tank.facility_id, daily[:, fed].sum(axis=1), question, "swmm")
                kept += balance.reused_m3 + balance.stored_m3
                tanks.append(row)
        rain = float(v.rain_m3[-1].sum())
        runoff_m3[key] = float(left.sum()) - kept
        capture[key] = 100 * (1 - runoff_m3[key] / rain) if rain > 0 else math.nan
        by_tanks[key] = 100 * kept / rain if rain > 0 else 0.0
        shut = volumes.get((*key, CLOSED))
        if shut is not None and rain > 0:
            # Tanks are fed by roofs, which paving does not change.
            closed[key] = 100 * (1 - (float(left_m3(shut.volumes, site.areas).sum()) - kept) / rain)
    return ContinuousResult(
        digests,
        series.source,
        series.generated,
        series.years,
        float(series.depth_mm.sum()),
        capture,
        closed,
        by_tanks,
        runoff_m3,
        tuple(tanks),
        curve_of_series(series, "", ""),
        worst,
        {(k[0], k[1]): reason for k, reason in failed.items()},
    )


def tank_row(
    site: Site, facility_id: str, inflow_m3: np.ndarray, question: SpongeQuestion, inflow_from: str
) -> tuple[dict[str, object], TankBalance]:
    """A row of tanks.csv and its balance, from the roof's runoff by day."""
    tank = next(t for t in site.tanks if t.facility_id == facility_id)
    volume = tank_volume_m3(tank)
    roof = sum(a.area_m2 for a in site.areas if a.outlet_node == tank.node_id)
    flush = site.first_flush_mm.get(facility_id, 0.0)
    demand = demand_m3_d(site, facility_id, question.catalogue, question.sponge)
    balance = tank_balance(inflow_m3, volume, demand, roof_m2=roof, first_flush_mm=flush)
    states = question.tank_states[site.community_id, site.scenario]
    free = float(states[1.0][facility_id].free_m3.mean())
    row: dict[str, object] = {
        "community_id": site.community_id,
        "facility_id": facility_id,
        "inflow_from": inflow_from,
        "volume_m3": volume,
        "roof_m2": roof,
        "demand_m3_d": demand,
        "years": len(inflow_m3) / 365.25,
        "yield_m3": balance.yield_m3,
        "first_flush_m3": balance.first_flush_m3,
        "reused_m3": balance.reused_m3,
        "overflow_m3": balance.overflow_m3,
        "reused_percent": balance.reused_percent,
        "reliability_percent": balance.reliability_percent,
        "free_design_percent": 100 * free / volume if volume > 0 else math.nan,
        "paying_volume_m3": paying_volume_m3(inflow_m3, demand, roof_m2=roof, first_flush_mm=flush),
    }
    return row, balance


def tank_rows_by_day(question: SpongeQuestion) -> pd.DataFrame:
    """tanks.csv without a simulation: a day's runoff of a roof is its rain less the roof's depression storage."""
    daily = question.series.daily_mm().to_numpy()
    rows = []
    for site in question.sites:
        for tank in site.tanks:
            inflow = roof_inflow_m3(site, tank, daily)
            rows.append(tank_row(site, tank.facility_id, inflow, question, "daily_depths")[0])
    return pd.DataFrame(rows, columns=TANK_COLUMNS)


def write_continuous(result: ContinuousResult, path: Path) -> None:
    """Keep the result; the digest in it tells later whether it still belongs to the layers."""
    document = {
        "digests": [[*k, v] for k, v in result.digests.items()],
        "source": result.source,
        "generated": result.generated,
        "years": result.years,
        "rain_mm": result.rain_mm,
        "worst_continuity_percent": result.worst_continuity_percent,
        "capture_percent": [[*k, v] for k, v in result.capture_percent.items()],
        "closed_percent": [[*k, v] for k, v in result.closed_percent.items()],
        "tanks_percent": [[*k, v] for k, v in result.tanks_percent.items()],
        "runoff_m3": [[*k, v] for k, v in result.runoff_m3.items()],
        "failed": [[*k, v] for k, v in result.failed.items()],
        "tanks": [
            {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in t.items()} for t in result.tanks
        ],
        "days_mm": list(result.curve.days_mm),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n", encoding="utf-8", newline="\n")


def read_continuous(path: Path) -> ContinuousResult | None:
    """A result that :func:`write_continuous` kept; None where there is none or it cannot be read."""
    try:
        d = json.loads(path.read_text(encoding="utf-8"))
        curve = CaptureCurve("", d["source"], "", tuple(d["days_mm"]), years=d["years"], generated=d["generated"])
        by_key = {
            name: {(row[0], row[1]): row[2] for row in d[name]}
            for name in ("digests", "capture_percent", "closed_percent", "tanks_percent", "runoff_m3", "failed")
        }
        tanks = tuple({k: math.nan if v is None else v for k, v in t.items()} for t in d["tanks"])
        return ContinuousResult(
            by_key["digests"],
            d["source"],
            d["generated"],
            d["years"],
            d["rain_mm"],
            by_key["capture_percent"],
            by_key["closed_percent"],
            by_key["tanks_percent"],
            by_key["runoff_m3"],
            tanks,
            curve,
            d["worst_continuity_percent"],
            by_key["failed"],
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None
