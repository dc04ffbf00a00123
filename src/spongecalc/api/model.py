"""The SWMM model of a system: its elements as frames, its input file, its runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from spongecalc.api.card import card_html
from spongecalc.api.result import Result, RunFailedError
from spongecalc.api.storms import storm_of_hyetograph
from spongecalc.batch.result_file import OUT, read_result
from spongecalc.batch.run import Run
from spongecalc.batch.runs import execute, plan_runs
from spongecalc.language import text
from spongecalc.language.unknown_name import known_name
from spongecalc.project.design_storms import project_formula
from spongecalc.project.load import Project as ProjectFiles
from spongecalc.rainfall.storm import Storm
from spongecalc.steps.events import project_events
from spongecalc.swmm.event import DRY, Event, dry_event, storm_event
from spongecalc.swmm.finished_run import FinishedRun
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.model_frames import conduit_frame, node_frame, regulator_frame, subcatchment_frame
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.stepped_simulation import SteppedSimulation
from spongecalc.whole_file import replace_file


@dataclass(frozen=True, eq=False)
class _Ran:
    """The outcome of a run: its result, SWMM's report, and the function that gives all its series."""

    result: RunResult
    report: str
    all_series: Callable[[], FinishedRun]


type StormLike = str | pd.Series | None
"""A storm's id ("dry" is dry weather), a hyetograph of one's own, or None for the project's headline storm."""


class Model:
    """The SWMM model of one community, or of several that drain through one another, in one scenario.

    Frames are indexed by model id; they say what the input file says, and which feature each element is.
    """

    def __init__(
        self, files: ProjectFiles, model: SwmmModel, storms: Sequence[Storm], ground_m: Mapping[str, float]
    ) -> None:
        self._files, self._model, self._storms = files, model, tuple(storms)
        self._ground_m = ground_m
        self._results: dict[str, Result] = {}

    def __repr__(self) -> str:
        """Its name and its size."""
        counts = self._model.elements["element"].value_counts()
        sizes = ", ".join(f"{counts.get(k, 0)} {k}s" for k in ("node", "link", "subcatchment"))
        return f"<Model {self.name} {self.scenario}: {sizes}>"

    def _repr_html_(self) -> str:
        lang = self._files.settings.language
        rows = [
            (text(f"api.card.{k}", lang), len(getattr(self, k)))
            for k in ("nodes", "conduits", "regulators", "subcatchments")
        ]
        return card_html(f"{text('api.card.model', lang)} {self.name} {self.scenario}", rows)

    @property
    def name(self) -> str:
        """The communities' ids joined by a plus sign."""
        return self._model.name

    @property
    def scenario(self) -> str:
        """Name of the scenario."""
        return self._model.scenario

    @property
    def storms(self) -> tuple[str, ...]:
        """Ids of what it can be run through: the project's storms, and "dry" for dry weather."""
        return (*(s.storm_id for s in self._storms), DRY)

    @property
    def nodes(self) -> pd.DataFrame:
        """Junctions, outfalls and storages: levels, depths, places."""
        return node_frame(self._model)

    @property
    def conduits(self) -> pd.DataFrame:
        """Pipes, inlet leads and overflows: ends, lengths, roughness, levels, sections."""
        return conduit_frame(self._model)

    @property
    def regulators(self) -> pd.DataFrame:
        """Pumps, orifices, weirs and outlets, those of tanks and basins among them."""
        return regulator_frame(self._model)

    @property
    def subcatchments(self) -> pd.DataFrame:
        """Roofs and ground: areas, widths, slopes, roughness, storage, infiltration."""
        return subcatchment_frame(self._model)

    def inp(self, storm: StormLike = None) -> str:
        """The input file as text; for the headline storm that of the project's folder of models."""
        event, model = self._event(storm)
        return model.text(event)

    def write_inp(self, path: str | Path, storm: StormLike = None) -> Path:
        """Write the input file; returns its path.

        Parameters
        ----------
        path : str or Path
            File to write; its folder is made where it is missing.
        storm : str or Series, optional
            A storm's id, or a hyetograph in mm/h by minutes; by default the project's headline storm.

        Raises
        ------
        UnknownNameError
            The project has no such storm.
        """
        file = Path(path)
        content = self.inp(storm)
        replace_file(file, content.encode("utf-8"))
        return file

    def run(self, storm: StormLike = None, *, folder: str | Path | None = None) -> Result:
        """Run the model through a storm.

        A storm of the project is run in the project's results folder, as the command line runs it: what has been
        run is not run again, neither here nor there. A hyetograph of one's own is run in a temporary folder.

        Parameters
        ----------
        storm : str or Series, optional
            A storm's id ("dry" is dry weather), or a hyetograph in mm/h by minutes; by default the project's
            headline storm.
        folder : str or Path, optional
            Run there and leave ``model.inp``, ``model.rpt`` and ``model.out``.

        Returns
        -------
        Result
            Of status "failed", with its messages, where SWMM refuses the model.

        Raises
        ------
        UnknownNameError
            The project has no such storm.
        ValueError
            A hyetograph's steps or intensities cannot be.
        """
        if folder is None and not isinstance(storm, pd.Series):
            storm_id = self._storm_id(storm)
            if storm_id in self._results:
                return self._results[storm_id]
            result = self._kept(storm_id)
            if result.status == "done":  # one that failed may be repeated on the disk
                self._results[storm_id] = result
            return result
        event, model = self._event(storm)
        if folder is not None:
            return self._result(
                model, event.storm_id, _whole_run(model, event, Path(folder), self._files.settings.language)
            )
        with TemporaryDirectory(prefix="spongecalc-") as place:
            return self._result(
                model, event.storm_id, _whole_run(model, event, Path(place), self._files.settings.language)
            )

    def simulation(self, storm: StormLike = None) -> SteppedSimulation:
        """A pyswmm Simulation of the model, to step through by hand in a ``with`` block.

        Its files lie in a temporary folder that goes when it is closed. SWMM keeps its state in globals: one
        simulation at a time in a process.

        Parameters
        ----------
        storm : str or Series, optional
            As for :meth:`run`.

        Raises
        ------
        UnknownNameError
            The project has no such storm.
        ValueError
            SWMM refuses the model; the message names section, line and object.

        Examples
        --------
        >>> with model.simulation() as simulation:  # doctest: +SKIP
        ...     for _ in simulation:
        ...         print(simulation.current_time)
        """
        return SteppedSimulation(self.inp(storm), lang=self._files.settings.language)

    def _storm_id(self, storm: str | None) -> str:
        settings = self._files.settings
        return known_name("storm", storm or settings.headline_storm, self.storms, settings.language)

    def _event(self, storm: StormLike) -> tuple[Event, SwmmModel]:
        """The event of a storm with every element's series saved, and the model that carries its rain."""
        settings = self._files.settings
        if isinstance(storm, pd.Series):
            own = storm_of_hyetograph(storm, project_formula(settings), settings.language)
            return storm_event(own, settings.simulation, report_all=True), replace(self._model, storms=(own,))
        storm_id = self._storm_id(storm)
        if storm_id == DRY:
            return replace(dry_event(settings.simulation), report_all=True), self._model
        chosen = next(s for s in self._storms if s.storm_id == storm_id)
        return storm_event(chosen, settings.simulation, report_all=True), self._model

    @cached_property
    def _planned(self) -> dict[str, Run]:
        """The project's runs of this model by storm."""
        settings, folder = self._files.settings, self._files.results_folder / "runs"
        events = project_events(settings, self._storms)
        runs = plan_runs([self._model], events, folder, keep_out=settings.simulation.keep_out)
        return {run.event.storm_id: run for run in runs}

    def _kept(self, storm_id: str) -> Result:
        """The result of one of the project's runs, made if it is due."""
        run = self._planned[storm_id]
        results = execute([run], processes=1)
        report = read_result(run.folder, run.key)[1] if run.run_id in results.stored else ""

        return self._result(
            self._model, storm_id, _Ran(results[run.run_id], report, partial(self._saved, storm_id))
        )

    def _saved(self, storm_id: str) -> FinishedRun:
        """Every series of a storm of the project, of a run in a temporary folder."""
        event, model = self._event(storm_id)
        with TemporaryDirectory(prefix="spongecalc-") as place:
            whole = _whole_run(model, event, Path(place), self._files.settings.language)
        return whole.all_series()

    def _result(self, model: SwmmModel, storm_id: str, ran: _Ran) -> Result:
        rain = next((s.hyetograph for s in model.storms if s.storm_id == storm_id), None)
        return Result(
            model,
            storm_id,
            ran.result,
            ran.report,
            None if rain is None else rain.copy(),
            ran.all_series,
            self._files.settings.language,
            self._ground_m,
        )


def _whole_run(model: SwmmModel, event: Event, folder: Path, language: str) -> _Ran:
    """Run a model in a folder of its own and read every series before anyone removes it."""
    planned = plan_runs([model], (event,), folder, keep_out=True)[0]
    run = replace(planned, folder=folder)
    results = execute([run], processes=1)
    result = results[run.run_id]
    report = read_result(folder, run.key)[1] if run.run_id in results.stored else ""
    if not (folder / OUT).is_file() or not result.totals_m3:
        return _Ran(result, report, partial(_no_series, result))
    finished = FinishedRun(result, folder, language=language)
    finished.series("system", "", "rainfall_mm_h")  # the file is read whole, and may go then
    return _Ran(result, report, partial(_as_it_is, finished))


def _as_it_is(finished: FinishedRun) -> FinishedRun:
    return finished


def _no_series(result: RunResult) -> FinishedRun:
    raise RunFailedError(result.messages[0].key if result.messages else result.status)
