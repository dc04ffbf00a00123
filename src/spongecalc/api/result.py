"""The result of one run of a model: its balance, its figures by element, its series and plots."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spongecalc.api.card import card_html
from spongecalc.api.profile import NoWayError, flow_graph, profile_of
from spongecalc.assess.run_table import sentence
from spongecalc.language import text
from spongecalc.language.unknown_name import UnknownNameError, known_name
from spongecalc.swmm.finished_run import FinishedRun
from spongecalc.swmm.gutters import ON_GROUND
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.model_frames import conduit_frame, node_frame, regulator_frame
from spongecalc.swmm.output_file import SERIES
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.silted_outfalls import known_depths_m
from spongecalc.swmm.water_balance import water_balance

USUAL_QUANTITY = {"node": "inflow_l_s", "link": "flow_l_s", "subcatchment": "runoff_l_s", "system": "outflow_l_s"}
"""Kinds of element in the order in which a name is looked for, with what a hydrograph of one shows."""


class RunFailedError(RuntimeError):
    """A run that gave no results; its message says why, as the run's own messages do."""


class Result:
    """The result of a model's run through a storm, in SI units; frames are indexed by model id.

    ``status`` is "done" or "failed", ``messages`` say why and what a reviewer should know, ``report`` is
    SWMM's own report as text, ``hyetograph`` the rain in mm/h by minutes (None in dry weather).
    """

    def __init__(
        self,
        model: SwmmModel,
        storm_id: str,
        result: RunResult,
        report: str,
        hyetograph: pd.Series | None,
        saved: Callable[[], FinishedRun],
        language: str,
        ground_m: Mapping[str, float],
    ) -> None:
        self._ground_m = ground_m
        self._model, self._result, self._language = model, result, language
        self._save = saved
        self.storm_id, self.report, self.hyetograph = storm_id, report, hyetograph

    def __repr__(self) -> str:
        """Its run, and how well it closed."""
        errors = self.continuity_error_percent
        return (
            f"<Result {self.run_id}: {self.status}, continuity {errors['runoff']:.3f} % of runoff, "
            f"{errors['routing']:.3f} % of routing>"
        )

    def _repr_html_(self) -> str:
        word = {k: text(f"api.card.{k}", self._language) for k in _CARD}
        errors, nodes = self.continuity_error_percent, self._result.nodes
        rows = [
            (word["status"], text(f"api.status.{self.status}", self._language)),
            (word["runoff_error"], errors["runoff"]),
            (word["routing_error"], errors["routing"]),
            (word["flooded"], float(nodes["flood_volume_m3"].sum())),
            (word["flooded_nodes"], int((nodes["flood_volume_m3"] > 0).sum())),
            (word["engine"], f"SWMM {self._result.engine_version}"),
        ]
        return card_html(f"{word['result']} {self.run_id}", rows)

    @property
    def run_id(self) -> str:
        """Model, scenario and storm, joined by slashes, as in runs.csv."""
        return f"{self._model.name}/{self._model.scenario}/{self.storm_id}"

    @property
    def status(self) -> str:
        """ "done", or "failed": the engine stopped, or a continuity error lies above 5 %."""
        return self._result.status

    @property
    def messages(self) -> tuple[str, ...]:
        """Sentences on the run, in the project's language: errors, and what to know of a finished run."""
        return tuple(sentence(m, self._language) for m in (*self._result.messages, *self._result.warnings))

    @property
    def continuity_error_percent(self) -> Mapping[str, float]:
        """SWMM's continuity errors of runoff, routing and quality in percent; NaN where not computed."""
        result = self._result
        return {
            "runoff": result.runoff_error_percent,
            "routing": result.routing_error_percent,
            "quality": result.quality_error_percent,
        }

    @property
    def balance(self) -> pd.DataFrame:
        """The water balance: process (runoff, routing), term, direction (in, out) and volume_m3 by row."""
        found = water_balance(self._result)
        rows = [
            (process, row.term, row.direction, row.volume_m3)
            for process, balance in (("runoff", found.runoff), ("routing", found.routing))
            for row in balance.rows
        ]
        return pd.DataFrame(rows, columns=["process", "term", "direction", "volume_m3"])

    @property
    def nodes(self) -> pd.DataFrame:
        """Figures of the nodes: largest depth and level, flooding, inflow; ``feature_id`` is the layers' own.

        Depth and level are NaN at an outfall below a silted pipe, where SWMM's depth is nought.
        """
        frame = self._with_features("node", self._result.nodes)
        frame["max_depth_m"] = known_depths_m(frame["max_depth_m"], self._model.sections)
        levels = node_frame(self._model)["invert_m"].reindex(frame.index) + frame["max_depth_m"]
        frame.insert(list(frame.columns).index("max_depth_m") + 1, "max_level_m", levels)
        return frame

    @property
    def links(self) -> pd.DataFrame:
        """Figures of the links: peak flow, velocity, fullness (``max_fullness``), time surcharged."""
        return self._with_features("link", self._result.links)

    @property
    def subcatchments(self) -> pd.DataFrame:
        """Figures of the subcatchments: rain, infiltration, runoff, peak."""
        return self._with_features("subcatchment", self._result.subcatchments)

    @property
    def outfalls(self) -> pd.DataFrame:
        """Figures of the outfalls: volume, peak, loads of tracers in kg."""
        return self._with_features("node", self._result.outfalls)

    @property
    def storages(self) -> pd.DataFrame:
        """Figures of the storages (tanks, basins): volumes at start, end and at most."""
        return self._with_features("node", self._result.storages)

    @property
    def pumps(self) -> pd.DataFrame:
        """Figures of the pumps: starts, hours on, volume, mean and largest flow, energy of the water."""
        return self._with_features("link", self._result.pumps)

    def series(
        self, quantity: str, ids: str | Iterable[str] | None = None, *, kind: str | None = None
    ) -> pd.DataFrame:
        """A quantity over time: minutes from the start of the run, a column per id.

        Parameters
        ----------
        quantity : str
            Of nodes ``depth_m``, ``head_m``, ``inflow_l_s``, ``lateral_inflow_l_s``, ``flooding_l_s``,
            ``volume_m3``; of links ``flow_l_s``, ``velocity_m_s``, ``depth_m``, ``volume_m3`` and
            ``filling`` (wetted area over full area, not fullness); of subcatchments
            ``runoff_l_s``, ``infiltration_mm_h``, ``rainfall_mm_h``; of the system
            ``outflow_l_s``, ``runoff_l_s``, ``flooding_l_s``, ``rainfall_mm_h``; and concentrations of tracers
            where they are followed, such as ``SEWAGE_mg_l`` in dry weather. The inflow of an outfall is below
            nought where water flows in there from outside; the system's outflow is what leaves alone.
        ids : str or iterable of str, optional
            Model ids, or the layers' own ids; by default all of the kind.
        kind : "node", "link", "subcatchment" or "system", optional
            By default the first of them that has the quantity and the ids.

        Raises
        ------
        UnknownNameError
            There is no such quantity, element or kind.
        RunFailedError
            The run gave no results.

        Notes
        -----
        A batch keeps few series. What a run did not keep is run once more in a temporary folder, with every
        series saved; that is done once for a result.
        """
        self._must_have_run()
        names = (ids,) if isinstance(ids, str) else None if ids is None else tuple(ids)
        chosen = self._kind(quantity, names, kind)
        if chosen == "system":
            return self._saved.series("system", "", quantity).to_frame()
        wanted = self._ids(chosen, names)
        kept = self._result.series
        columns = [f"{quantity}:{i}" for i in wanted]
        # Kept depths are those of nodes.
        if set(columns) <= set(kept.columns) and (chosen, quantity) != ("link", "depth_m"):
            return kept[columns].set_axis(list(wanted), axis=1)
        found = {i: self._saved.series(chosen, i, quantity) for i in wanted}
        return pd.DataFrame(found)

    def plot_profile(
        self,
        start: str | None = None,
        end: str | None = None,
        *,
        minute: float | None = None,
        ax: Any = None,
    ) -> Any:
        """Draw a long section with the water's highest level; returns the Axes.

        Parameters
        ----------
        start, end : str, optional
            Nodes that it leads from and to along the flow. Without ``end`` to the farthest node below, without
            ``start`` from the farthest above, without both the longest way in the model.
        minute : float, optional
            The level at that minute of the run in place of the highest.
        ax : Axes, optional
            Where to draw.

        Raises
        ------
        UnknownNameError
            There is no such node.
        ValueError
            No water gets from one node to the other.
        """
        from spongecalc.api.profile_plot import draw_profile  # noqa: PLC0415  matplotlib only where it is drawn with

        self._must_have_run()
        conduits = conduit_frame(self._model)
        ends = [self._ids("node", node)[0] if node is not None else None for node in (start, end)]
        try:
            regulators = regulator_frame(self._model)
            in_pipes = regulators[~regulators["role"].isin(ON_GROUND)]
            profile = profile_of(flow_graph(conduits, in_pipes), ends[0], ends[1])
        except NoWayError:
            words = {"start": start or "-", "end": end or "-", "model": self._model.name}
            raise ValueError(text("api.error.no_way", self._language, **words)) from None
        if minute is None:
            level, name = self.nodes["max_level_m"], text("api.plot.water", self._language)
        else:
            levels = self.series("head_m", profile.nodes)
            level = levels.iloc[int(np.abs(levels.index.to_numpy() - minute).argmin())]
            # Below silt SWMM's level is the outfall's bottom at all times.
            level = level.mask(self.nodes["max_level_m"].reindex(level.index).isna())
            name = text("api.plot.water_at", self._language, minute=f"{level.name:g}")
        nodes = node_frame(self._model)
        grounds = nodes["feature_id"].map(self._ground_m).fillna(nodes["invert_m"] + nodes["full_depth_m"])
        nodes = nodes.assign(ground_m=grounds)
        return draw_profile(_axes(ax), profile, nodes, conduits, level, name, self._language, in_pipes)

    def plot_hydrograph(
        self,
        ids: str | Iterable[str] | None = None,
        quantity: str | None = None,
        *,
        hyetograph: bool = True,
        ax: Any = None,
        **line: Any,
    ) -> Any:
        """Draw flows over time with the rain above them; returns the Axes.

        Parameters
        ----------
        ids : str or iterable of str, optional
            Nodes, links or subcatchments; by default what leaves the model at all its outfalls.
        quantity : str, optional
            As for :meth:`series`; by default the inflow of nodes, the flow of links, the runoff of subcatchments.
        hyetograph : bool
            Draw the rain as well.
        ax : Axes, optional
            Where to draw; curves of several results can share one.
        **line
            As matplotlib's ``plot`` takes them: ``label``, ``color``, ``linestyle``.
        """
        from spongecalc.api.hydrograph_plot import draw_hydrograph  # noqa: PLC0415  as above

        names = [ids] if isinstance(ids, str) else None if ids is None else list(ids)
        kind = None
        if quantity is None:
            kind = "system" if names is None else self._kind_of(names)
            quantity = USUAL_QUANTITY[kind]
        series = self.series(quantity, names, kind=kind)
        if kind == "system":
            series = series.set_axis([f"{self._model.name} {self._model.scenario}"], axis=1)
        rain = self.hyetograph if hyetograph else None
        return draw_hydrograph(_axes(ax), series, quantity, rain, self._language, **line)

    @cached_property
    def _saved(self) -> FinishedRun:
        return self._save()

    def _must_have_run(self) -> None:
        if not self._result.totals_m3:
            reason = " ".join(self.messages)
            raise RunFailedError(text("api.error.not_run", self._language, run=self.run_id, reason=reason))

    def _with_features(self, element: str, frame: pd.DataFrame) -> pd.DataFrame:
        """A frame of the run's with the feature of each element in front."""
        features = self._elements(element).drop_duplicates("model_id").set_index("model_id")["feature_id"]
        joined = frame.rename_axis("model_id").copy()
        joined.insert(0, "feature_id", features.reindex(frame.index).fillna("").to_numpy())
        return joined

    def _elements(self, element: str) -> pd.DataFrame:
        table = self._model.elements
        return table[table["element"] == element]

    def _ids(self, element: str, given: str | Iterable[str] | None) -> tuple[str, ...]:
        """Model ids of elements named by model id or by the layers' own id; all without a name."""
        frames = {"node": self._result.nodes, "link": self._result.links}
        there = list(frames.get(element, self._result.subcatchments).index)
        if given is None:
            return tuple(there)
        own = self._elements(element)
        by_feature = own.groupby("feature_id", sort=False)["model_id"].agg(list).to_dict()
        known = set(there)
        found: list[str] = []
        for name in (given,) if isinstance(given, str) else tuple(given):
            if name in known:
                found.append(name)
            elif by_feature.get(name):
                found.extend(i for i in by_feature[name] if i in known)
            else:
                raise UnknownNameError(element, name, there, self._language)
        return tuple(dict.fromkeys(found))

    def _kind(self, quantity: str, ids: Sequence[str] | None, kind: str | None) -> str:
        """The kind of element that a series is of: the one asked for, or the first that has quantity and ids."""
        kinds = (known_name("kind", kind, USUAL_QUANTITY, self._language),) if kind else tuple(USUAL_QUANTITY)
        of_runs = {k: self._quantities(k) for k in kinds}
        every = dict.fromkeys(name for own in of_runs.values() for name in own)
        known_name("quantity", quantity, every, self._language)
        having = [k for k in kinds if quantity in of_runs[k]]
        return next((k for k in having if ids and self._has(k, ids)), having[0])

    def _quantities(self, kind: str) -> tuple[str, ...]:
        """Names of the series of a kind; concentrations only where the run followed the tracers."""
        followed = not math.isnan(self._result.quality_error_percent)
        return (
            FinishedRun(self._result, Path(), language=self._language).attributes(kind)
            if followed
            else tuple(SERIES[kind])
        )

    def _has(self, kind: str, ids: Sequence[str]) -> bool:
        own = self._elements(kind)
        return set(ids) <= {*own["model_id"], *own["feature_id"]}

    def _kind_of(self, ids: Sequence[str]) -> str:
        """The first kind of element that all ids are of."""
        if kind := next((k for k in USUAL_QUANTITY if ids and self._has(k, ids)), None):
            return kind
        known = self._model.elements["model_id"].tolist()
        unknown = next((i for i in ids if not any(self._has(k, (i,)) for k in USUAL_QUANTITY)), "")
        raise UnknownNameError("element", unknown, known, self._language)


_CARD = ("result", "status", "runoff_error", "routing_error", "flooded", "flooded_nodes", "engine")


def _axes(ax: Any) -> Any:
    """The axes given, or new ones."""
    if ax is not None:
        return ax
    from matplotlib import pyplot  # noqa: PLC0415  matplotlib only where it is drawn with

    return pyplot.subplots(figsize=(9, 4.5), layout="constrained")[1]
