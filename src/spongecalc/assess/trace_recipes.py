"""For each column of communities.csv: which rows, runs, model elements and features its figure rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from spongecalc.assess.communities import REDUCTIONS
from spongecalc.assess.compared_columns import OTHER_ENDS, template_of
from spongecalc.assess.outfall_peaks import ALL, TAKERS
from spongecalc.surfaces.subcatchment import SUBCATCHMENT_ROLES
from spongecalc.swmm.gutters import EXIT
from spongecalc.swmm.model import COMES_UP, FLOODING

Where = Mapping[str, str]


@dataclass(frozen=True)
class Recipe:
    """Recipe by which a figure is followed back to its origin.

    ``formula`` is its sentence's key; ``table`` and ``columns`` the rows it is made of (no columns: rows are
    counted), ``where`` what those rows must hold, ``keys`` the columns that name a row, ``reduce`` what is
    done with them. ``event`` is the runs it rests on: the headline storm's, dry weather's, all or none.
    ``roles`` are roles of model elements, ``layers`` features with what they must hold. ``ratio`` names the
    two columns whose fall it is; ``largest`` says that TOTAL takes the largest, not the sum. ``of_last`` says
    that the figure is of the last of the scenarios compared.
    """

    formula: str
    table: str = ""
    columns: tuple[str, ...] = ()
    where: Where = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    reduce: Literal["", "sum", "first", "last", "largest"] = ""
    event: Literal["", "storm", "dry", "all"] = ""
    scenario: str = ""
    roles: tuple[str, ...] = ()
    layers: tuple[tuple[str, Where], ...] = ()
    ratio: tuple[str, ...] = ()
    largest: bool = False
    of_last: bool = False


GROUND = SUBCATCHMENT_ROLES
TANKS = ("tank", "tank_overflow", "tank_filling", "tank_reuse", "outfall_reuse")
RAIN_OUTFALLS = ("outfall_municipal_storm", "outfall_river")
OUTFALLS = (*RAIN_OUTFALLS, "outfall_municipal_sewage", "outfall_municipal_combined")
OWN: Where = {}


def _at_outfalls(figure: str, column: str, receives: str) -> Recipe:
    roles = OUTFALLS if receives == ALL else (f"outfall_{receives}",)
    where = {"receives": receives}
    return Recipe(figure, "outfall_peaks", (column,), where, ("outfalls",), "first", event="storm", roles=roles)


def _laid(system: str) -> Recipe:
    return Recipe(
        "laid",
        "quantities",
        ("length_m",),
        {"item": "pipe", "system": system, "status": "proposed"},
        ("diameter_mm", "material", "depth_band"),
        "sum",
        layers=(("pipes", {"system": system, "status": "proposed"}),),
    )


PLAIN: Mapping[str, Recipe] = {
    "households": Recipe("households", layers=(("communities", OWN), ("buildings", OWN))),
    "residents": Recipe("residents", layers=(("communities", OWN), ("buildings", OWN))),
    "area_m2": Recipe("area", layers=(("communities", OWN),)),
    "storm_laid_m": _laid("storm"),
    "sewage_laid_m": _laid("sewage"),
    "combined_laid_m": _laid("combined"),
    "claimed_storm_m": Recipe("claimed", layers=(("communities", OWN),)),
    "claimed_sewage_m": Recipe("claimed", layers=(("communities", OWN),)),
    "rainfall_m3": Recipe(
        "rainfall", "sponge", ("rainfall_m3",), keys=("scenario",), reduce="last", event="storm", roles=GROUND
    ),
    "households_relieved": Recipe(
        "households_relieved",
        "ponding",
        ("volume_m3",),
        keys=("site_id",),
        event="storm",
        layers=(("buildings", OWN),),
    ),
    "worst_continuity_error_percent": Recipe(
        "continuity",
        "runs",
        ("runoff_error_percent", "routing_error_percent"),
        keys=("run_id",),
        reduce="largest",
        event="all",
        largest=True,
    ),
    "errors": Recipe("findings", "findings", (), {"severity": "error"}, ("feature_id", "layer"), "sum"),
    "warnings": Recipe("findings", "findings", (), {"severity": "warning"}, ("feature_id", "layer"), "sum"),
    "waterlogging_required_a": Recipe("waterlogging_period", layers=(("communities", OWN),)),
    "headline_return_period_a": Recipe("headline_period", layers=(("communities", OWN),)),
    "sewer_return_period_a": Recipe("sewer_period", layers=(("communities", OWN),)),
    **{
        f"waterlogging_{part}": Recipe(
            "waterlogging_sites", "ponding", (), {}, ("site_id", "storm_id"), of_last=True
        )
        for part in ("sites", "over", "open")
    },
    **{
        f"design_{part}": Recipe(
            "design_counts", "design_checks", (), {"verdict": verdict}, ("check", "feature_id")
        )
        for part, verdict in (
            ("failed_mandatory", "fail"),
            ("failed_limit", "fail"),
            ("failed_advice", "fail"),
            ("unconfirmed", "fail"),
            ("open", "not_checkable"),
        )
    },
    **{
        f"outfalls_{part}": Recipe(
            f"outfalls_{part}",
            "outfall_peaks",
            (f"outfalls_{part}",),
            {"receives": ALL},
            ("outfalls",),
            "first",
            event="storm",
            roles=OUTFALLS,
            layers=(("nodes", {"kind": "outfall"}),),
            of_last=True,
        )
        for part in ("judged", "allowed")
    },
    "values_not_read": Recipe("values_not_read", layers=(("communities", OWN),)),
    "verdict_warnings": Recipe(
        "verdict_warnings", "findings", (), {"severity": "warning"}, ("feature_id", "layer")
    ),
    **{
        f"target_lost_year{end}": Recipe("target_lost", roles=GROUND, of_last=True)
        for end in ("", "_low", "_high")
    },
}


def _return_period(criterion: str) -> Recipe:
    return Recipe(
        f"return_period_{criterion}",
        "ponding_return_periods",
        ("return_period_a",),
        {"criterion": criterion},
        ("scenario", "criterion"),
        "first",
    )


_OF_RECEIVER = {
    "outfall_peak_{r}_{{s}}_l_s": ("outfall_peak", "peak_l_s"),
    "outfall_volume_{r}_{{s}}_m3": ("outfall_volume", "volume_m3"),
    "receiver_capacity_{r}_{{s}}_l_s": ("receiver_capacity", "receiver_capacity_l_s"),
}

# Columns that stand once for each scenario; "{s}" is its name.
BY_SCENARIO: Mapping[str, Recipe] = {
    "capture_{s}_percent": Recipe("capture", "sponge", keys=("storm_id",), roles=GROUND),
    "assessed_capture_{s}_percent": Recipe("assessed_capture", "sponge", keys=("storm_id",), roles=GROUND),
    "guide_capture_{s}_percent": Recipe("guide_capture", "sponge", keys=("storm_id",), roles=GROUND),
    "dry_return_period_{s}_a": _return_period("dry"),
    "pipes_return_period_{s}_a": _return_period("pipes"),
    "cross_connections_{s}": Recipe(
        "cross_connections",
        "separation",
        keys=("connection_id",),
        reduce="sum",
        layers=(("pipes", OWN), ("connections", OWN)),
    ),
    "sewage_to_storm_{s}_m3_d": Recipe("sewage_to_storm", event="dry", roles=RAIN_OUTFALLS),
    "misplaced_sewage_{s}_percent": Recipe(
        "misplaced_sewage",
        "separation_grades",
        ("flow_ratio_percent",),
        keys=("scenario",),
        reduce="first",
        event="dry",
        roles=OUTFALLS,
    ),
    "misconnection_density_{s}_per_km": Recipe(
        "misconnection_density",
        "separation_grades",
        ("density_per_km",),
        keys=("scenario",),
        reduce="first",
        layers=(("nodes", OWN), ("pipes", OWN)),
    ),
    "sewage_spilled_{s}_m3": Recipe(
        "sewage_spilled",
        "separation_spills",
        ("sewage_m3",),
        {"event": "storm"},
        ("node_id",),
        "sum",
        event="",
        roles=COMES_UP,
    ),
    "runoff_{s}_m3": Recipe(
        "runoff",
        "sponge",
        ("runoff_m3",),
        keys=("storm_id",),
        reduce="sum",
        event="storm",
        roles=(*GROUND, *TANKS),
    ),
    "peak_{s}_l_s": Recipe(
        "peak",
        "sponge",
        ("peak_l_s",),
        keys=("storm_id",),
        reduce="first",
        event="storm",
        roles=(*GROUND, *TANKS),
    ),
    "outfall_peak_{s}_l_s": _at_outfalls("outfall_peak", "peak_l_s", ALL),
    OTHER_ENDS["outfall_peak_{s}_l_s"]: replace(
        _at_outfalls("outfall_peak_reference", "peak_reference_l_s", ALL), event=""
    ),
    OTHER_ENDS["ponding_{s}_m3"]: Recipe(
        "ponding_reference", "ponding", ("volume_reference_m3",), keys=("site_id",), roles=FLOODING
    ),
    "outfall_volume_{s}_m3": _at_outfalls("outfall_volume", "volume_m3", ALL),
    **{
        template.format(r=r): _at_outfalls(formula, column, r)
        for template, (formula, column) in _OF_RECEIVER.items()
        for r in TAKERS
    },
    "ponding_sites_{s}": Recipe(
        "ponding_sites", "ponding", keys=("site_id",), reduce="sum", event="storm", roles=FLOODING
    ),
    "ponding_2d_{s}_m3": Recipe(
        "ponding_2d_volume",
        "ponding_agreement",
        ("volume_2d_m3",),
        keys=("storm_id",),
        reduce="first",
    ),
    "over_ground_{s}_m3": Recipe("over_ground", event="storm", roles=(EXIT,)),
    "inlets_short_{s}": Recipe("inlets_short", layers=(("nodes", OWN),)),
    "ponding_{s}_m3": Recipe(
        "ponding_volume",
        "ponding",
        ("volume_m3",),
        keys=("site_id",),
        reduce="sum",
        event="storm",
        roles=FLOODING,
    ),
}


def recipe_of(column: str, compared: Sequence[str]) -> Recipe | None:
    """The recipe of a column; that of its base for a band's ``_low`` and ``_high``; None where there is none.

    Parameters
    ----------
    column
        A column of communities.csv; of any scenario, if it names one.
    compared
        The two scenarios that the table sets side by side.
    """
    if column in REDUCTIONS:
        ratio = tuple(REDUCTIONS[column].format(s=name) for name in compared)
        return Recipe("reduction", ratio=ratio)
    for name in (column, column.removesuffix("_low"), column.removesuffix("_high")):
        template, scenario = template_of(name)
        if template in PLAIN:
            recipe = PLAIN[template]
            return replace(recipe, scenario=compared[-1]) if recipe.of_last and compared else recipe
        if template in BY_SCENARIO:
            return replace(BY_SCENARIO[template], scenario=scenario)
    return None
