"""A project: its layers, findings, systems, runs, tables and report, each worked out when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import nullcontext
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from spongecalc.api.card import card_html
from spongecalc.api.comparison import compared
from spongecalc.api.layers import Layers
from spongecalc.api.progress_bars import watched
from spongecalc.api.system import System
from spongecalc.api.tables import Tables
from spongecalc.assess.bill import bill_tables
from spongecalc.assess.design import design_tables
from spongecalc.assess.modelled import join_results
from spongecalc.assess.review import Review
from spongecalc.assess.run_table import run_table
from spongecalc.batch.cores import cores
from spongecalc.batch.pool import Executor
from spongecalc.batch.results import Results
from spongecalc.batch.run import RunDone
from spongecalc.batch.runs import Again, Why, due_runs, execute, stored_results
from spongecalc.batch.side_worker import SideWorker
from spongecalc.export.forms import FORMS, Exported
from spongecalc.language import LANGUAGES, text
from spongecalc.language.unknown_name import known_name, known_names
from spongecalc.layers.finding import findings_table
from spongecalc.layers.rules.registry import SEVERITIES
from spongecalc.progress import Progress, no_progress
from spongecalc.project.design_storms import design_storms
from spongecalc.project.document_settings import FORMATS
from spongecalc.project.load import Project as ProjectFiles
from spongecalc.project.load import load_project
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.steps.checked import Checked
from spongecalc.steps.export import export
from spongecalc.steps.model_files import stale_models, write_models
from spongecalc.steps.settled import make_reference_runs

type Names = str | Iterable[str] | None
"""One name, several, or None for all."""


def open_project(path: str | Path = ".", *, communities: Names = None, scenarios: Names = None) -> Project:
    """Open a project by its folder or its ``spongecalc.toml``.

    Parameters
    ----------
    path : str or Path
        Folder, or file; by default the folder one is in.
    communities : str or iterable of str, optional
        Ids to work on, as the command line's ``--community``; by default all. Those that drain through one of
        them are modelled with it.
    scenarios : str or iterable of str, optional
        Names of scenarios to work on; by default all.

    Returns
    -------
    Project
        Nothing is read but the settings until something of it is looked at; what has been worked out is kept. A
        project that has changed on disk is opened anew.

    Raises
    ------
    ProjectError
        The file is missing, is not TOML, or says what it may not say; its message has every mistake.
    UnknownNameError
        There is no such scenario.
    ValueError
        An empty list of communities or scenarios, as a filter that finds nothing leaves it: nothing to work on.

    Examples
    --------
    >>> project = open_project("my-county")  # doctest: +SKIP
    >>> project.findings(severity="error")  # doctest: +SKIP
    """
    return Project(load_project(Path(path).expanduser()), communities=communities, scenarios=scenarios)


class Project:
    """A project on disk.

    What it takes time to work out is worked out when it is first looked at, and kept: the checked layers, the
    models, the results, the tables. Only ``run``, ``write_models``, ``write_results`` and ``report`` write
    files; what needs runs makes those that are due, in the project's results folder, where the command line
    finds them as well.
    """

    def __init__(self, files: ProjectFiles, *, communities: Names = None, scenarios: Names = None) -> None:
        self._files = files
        self._wanted = self._named("community", communities)
        wanted = self._named("scenario", scenarios) or None
        self._scenarios = known_names("scenario", wanted, files.settings.scenario_names, self.language)
        self._systems: dict[tuple[str, str], System] = {}
        self._reviews: dict[str, Review] = {}
        self._results: Results | None = None

    def __repr__(self) -> str:
        """Its name and folder, and how many communities it has once they are read."""
        read = f", {len(self.communities)} communities" if "checked" in self.__dict__ else ""
        return f"<Project {self.name!r} in {self.folder}{read}, scenarios {', '.join(self.scenarios)}>"

    def _repr_html_(self) -> str:
        lang = self.language
        later = text("api.card.findings_later", lang)
        checked = "checked" in self.__dict__
        counts = self.findings()["severity"].value_counts() if "built" in self.__dict__ else {}
        found = ", ".join(f"{counts.get(s, 0)} {s}" for s in SEVERITIES) if len(counts) else later
        rows = [
            (text("api.card.folder", lang), self.folder),
            (text("api.card.communities", lang), len(self.communities) if checked else later),
            (text("api.card.scenarios", lang), ", ".join(_named(n, label) for n, label in self.labels.items())),
            (text("api.card.storms", lang), ", ".join(self.storms)),
            (text("api.card.findings", lang), found),
        ]
        return card_html(f"{text('api.card.project', lang)} {self.name}", rows)

    @property
    def name(self) -> str:
        """The project's name."""
        return self._files.settings.name

    @property
    def folder(self) -> Path:
        """The project's folder."""
        return self._files.folder

    @property
    def files(self) -> ProjectFiles:
        """Its folder and settings, as the steps take them."""
        return self._files

    @property
    def results_folder(self) -> Path:
        """The folder of its results."""
        return self._files.results_folder

    @property
    def settings(self) -> Settings:
        """All that spongecalc.toml says, validated."""
        return self._files.settings

    @property
    def language(self) -> str:
        """The language of its messages: "zh" or "en"."""
        return self._files.settings.language

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios, in order."""
        return self._scenarios

    @property
    def labels(self) -> dict[str, str]:
        """The scenarios' names in reports, in the project's language, by their own."""
        return {
            s.name: s.called(self.language) for s in self._files.settings.scenarios if s.name in self.scenarios
        }

    @property
    def storms(self) -> tuple[str, ...]:
        """Ids of the design storms, in order."""
        return tuple(s.storm_id for s in self._design_storms)

    @property
    def headline_storm(self) -> str:
        """Id of the storm that communities.csv speaks of."""
        return self._files.settings.headline_storm

    @property
    def communities(self) -> tuple[str, ...]:
        """Ids of the communities that are worked on."""
        return self.checked.community_ids

    @property
    def layers(self) -> Layers:
        """The checked layers by name, with the columns of the data contract."""
        return Layers(self.checked.layers, self.language)

    def hyetograph(self, storm: str | None = None) -> pd.Series:
        """Intensity of a design storm in mm/h by minutes; by default of the headline storm.

        Raises
        ------
        UnknownNameError
            The project has no such storm.
        """
        name = known_name("storm", storm or self.headline_storm, self.storms, self.language)
        return next(s.hyetograph for s in self._design_storms if s.storm_id == name).copy()

    def findings(
        self, severity: Names = None, *, communities: Names = None, lang: str | None = None
    ) -> pd.DataFrame:
        """List what is wrong or noteworthy in the data: rows of findings.csv, errors first.

        Parameters
        ----------
        severity : str or iterable of str, optional
            "error", "warning", "info"; by default all.
        communities : str or iterable of str, optional
            Ids; by default all, and what concerns no single community.
        lang : "zh" or "en", optional
            Language of the sentences; by default the project's.

        Raises
        ------
        UnknownNameError
            There is no such severity, community or language.
        """
        wanted = known_names("severity", severity, SEVERITIES, self.language)
        table = findings_table(self.built.findings, self._lang(lang))
        table = table[table["severity"].isin(wanted)].reset_index(drop=True)
        return self._of(communities, table)

    def system(self, community: str, scenario: str) -> System:
        """The drainage system of a community in a scenario, with those that drain through it.

        Raises
        ------
        UnknownNameError
            There is no such community or scenario; a KeyError that names the nearest.
        NotModelledError
            Errors in its data keep the community from being modelled.
        """
        known_name("community", community, self.communities, self.language)
        known_name("scenario", scenario, self.scenarios, self.language)
        found = next((s for s in self.systems(scenario) if community in s.communities), None)
        if found is None:
            raise NotModelledError(self._why_not_modelled(community))
        return found

    def systems(self, scenario: str | None = None) -> tuple[System, ...]:
        """Every system that can be modelled, by scenario and community; by default of all scenarios.

        Raises
        ------
        UnknownNameError
            There is no such scenario.
        """
        names = known_names("scenario", scenario, self.scenarios, self.language)
        if not self._systems:
            self._add_systems()
        return tuple(dict.fromkeys(s for s in self._systems.values() if s.scenario in names))

    def run(
        self,
        *,
        jobs: int | None = None,
        progress: bool | Progress = False,
        communities: Names = None,
        scenarios: Names = None,
        storms: Names = None,
        again: Again = "nothing",
        executor: Executor | None = None,
        on_event: Callable[[RunDone], None] | None = None,
        on_due: Callable[[Collection[str]], None] | None = None,
        lang: str | None = None,
    ) -> pd.DataFrame:
        """Make the runs that are due, as ``spongecalc run`` does; returns a row per run as in runs.csv.

        With all of them, models whose pipes come under pressure in the headline storm are run once more by the
        reference scheme, unless the project says ``settled = false``.

        Parameters
        ----------
        jobs : int, optional
            Worker processes; by default one for each core.
        progress : bool or callable
            True shows bars; a function is told step, done, total and a note.
        communities, scenarios, storms : str or iterable of str, optional
            Only these runs ("dry" is dry weather); by default all.
        again : "nothing", "failed" or "all"
            What is run though it has been run before.
        executor, on_event, on_due
            Where to run, and who is told of each run, as for :func:`spongecalc.batch.runs.execute`.
        lang : "zh" or "en", optional
            Language of the messages in the table; by default the project's.

        Raises
        ------
        UnknownNameError
            There is no such community, scenario or storm, or no such word for ``again``.
        """
        known_name("again", again, get_args(Again), self.language)
        ids = known_names("community", communities, self.communities, self.language)
        names = known_names("scenario", scenarios, self.scenarios, self.language)
        with watched(progress, self.language) as tell:
            built = self.build(tell)
            every = tuple(dict.fromkeys(r.event.storm_id for r in built.runs))
            events = known_names("storm", storms, every or self.storms, self.language)
            runs = [
                r
                for r in built.runs
                if set(ids) & set(r.communities) and r.scenario in names and r.event.storm_id in events
            ]
            tell("run", 0, len(runs))
            results = execute(
                runs,
                processes=jobs or cores(),
                on_done=lambda done: tell("run", done, len(runs)),
                again=again,
                executor=executor,
                on_event=on_event,
                on_due=on_due,
            )
            whole = len(runs) == len(built.runs)
            if whole:
                make_reference_runs(built, results, jobs or cores(), tell, again=again, executor=executor)
        if whole:
            self._results = results
            self._reviews.clear()
        return run_table(runs, results, self._lang(lang))

    def build(self, progress: Progress = no_progress) -> Built:
        """Make the models, unless that is done, and tell how far that is; ``built`` is the same object."""
        if "built" not in self.__dict__:
            self.__dict__["built"] = pipeline.build(self.checked, progress)
        return self.built

    @property
    def results(self) -> Results:
        """Results by run id: those that :meth:`run` made of all, else those on disk that still belong to it."""
        return self._results if self._results is not None else stored_results(self.built.runs)[0]

    def due(self, again: Again = "nothing") -> dict[str, Why]:
        """Runs that :meth:`run` would make, each with its reason: missing, changed, failed or forced."""
        known_name("again", again, get_args(Again), self.language)
        return due_runs(self.built.runs, again)

    def assess(
        self, *, jobs: int | None = None, progress: bool | Progress = False, lang: str | None = None
    ) -> Tables:
        """Every table of results; runs that are due are made first. Nothing else is written.

        Parameters
        ----------
        jobs, progress
            As for :meth:`run`.
        lang : "zh" or "en", optional
            Language of the sentences in the tables; by default the project's.
        """
        language = self._lang(lang)
        return Tables(self.review(language, jobs, progress), language)

    def table(self, name: str, *, communities: Names = None) -> pd.DataFrame:
        """A table of results by the name of its file in results/ without ``.csv``; its figures are not rounded.

        Runs that are due are made first.

        Raises
        ------
        UnknownNameError
            There is no such table or community.
        """
        return self._of(communities, self.assess()[name])

    def compare(self, a: str | None = None, b: str | None = None, *, communities: Names = None) -> pd.DataFrame:
        """Two scenarios side by side; runs that are due are made first.

        Parameters
        ----------
        a, b : str, optional
            Names of scenarios; by default the two that the project compares.
        communities : str or iterable of str, optional
            Ids; by default all.

        Returns
        -------
        DataFrame
            A row per community, storm and figure, with its unit, the values in both scenarios under the
            scenarios' names, and ``difference``, that in ``b`` less that in ``a``.

        Raises
        ------
        UnknownNameError
            There is no such scenario or community.
        ValueError
            Both are the same scenario.
        """
        usual = self._files.settings.compared
        first, second = (
            known_name("scenario", given or name, self.scenarios, self.language)
            for given, name in zip((a, b), usual, strict=True)
        )
        if first == second:
            words = {"found": repr(first), "allowed": ", ".join(self.scenarios)}
            raise ValueError(text("project.improper.scenario_same", self.language, **words))
        return compared(self.table("answers", communities=communities), first, second)

    def quantities(self, *, communities: Names = None) -> pd.DataFrame:
        """The bill of quantities, as ``spongecalc quantities`` writes it; no run is needed."""
        return self.bill_tables(communities=communities)["quantities"]

    def design_checks(self, *, communities: Names = None) -> pd.DataFrame:
        """Every design check with clause, limit, value and excess, as ``spongecalc design`` writes it.

        Those of peaks that leave rest on runs and are in ``table("design_checks")``.
        """
        return self.design_tables(communities=communities)["design_checks"]

    def bill_tables(self, *, communities: Names = None) -> dict[str, pd.DataFrame]:
        """The bill of quantities with its ledger, claims, progress and costs, by the names of their files."""
        return {name: self._of(communities, table) for name, table in self._bill.items()}

    def design_tables(self, *, communities: Names = None) -> dict[str, pd.DataFrame]:
        """Design checks, hydraulics of the pipes and suggestions, by the names of their files.

        SWMM's figures stand beside those of the rational method where runs are on disk.
        """
        return {name: self._of(communities, table) for name, table in self._design.items()}

    def stale_models(self) -> tuple[Path, ...]:
        """Files of models that are not what the layers give: missing, different or left over."""
        return stale_models(self.built)

    def write_models(self) -> tuple[Path, ...]:
        """Write the models of the project's folder of models; returns the files that changed or went."""
        return write_models(self.built)

    def write_results(
        self,
        folder: str | Path | None = None,
        *,
        lang: str | None = None,
        beside: SideWorker | None = None,
    ) -> tuple[Path, ...]:
        """Write every table of results, the GeoPackages and the workbook, as ``spongecalc assess`` does.

        Parameters
        ----------
        folder : str or Path, optional
            By default the project's results folder.
        lang : "zh" or "en", optional
            By default the project's language.
        beside : SideWorker, optional
            A worker that makes a part of the files meanwhile.
        """
        review = self.review(lang)
        place = Path(folder) if folder is not None else None
        return tuple(pipeline.write_results(self.built, review, self._lang(lang), beside, folder=place))

    def report(
        self,
        folder: str | Path | None = None,
        *,
        lang: str | None = None,
        formats: Names = None,
        jobs: int | None = None,
        progress: bool | Progress = False,
        beside: SideWorker | None = None,
    ) -> tuple[Path, ...]:
        """Write the design review report; returns its files, the page to open first.

        Parameters
        ----------
        folder : str or Path, optional
            By default the project's folder of the report.
        lang : "zh" or "en", optional
            By default the project's language.
        formats : str or iterable of str, optional
            Of "html", "pdf", "docx", "xlsx", "profiles"; by default those of the project.
        jobs, progress
            As for :meth:`run`.
        beside : SideWorker, optional
            A worker that makes some of the formats meanwhile; by default one of its own where ``jobs`` allows.

        Raises
        ------
        UnknownNameError
            There is no such format or language.
        InstituteError
            The template that the project names cannot be used.
        """
        language = self._lang(lang)
        chosen = None if formats is None else known_names("format", formats, FORMATS, self.language)
        review = self.review(language, jobs, progress)
        place = Path(folder) if folder is not None else None
        with SideWorker(jobs or cores()) if beside is None else nullcontext(beside) as worker:
            own = pipeline.takes_part(self.built, worker)
            return pipeline.report(self.built, review, language, own, folder=place, formats=chosen)

    def export(
        self,
        folder: str | Path | None = None,
        *,
        scenario: str | None = None,
        communities: Names = None,
        forms: Names = None,
    ) -> Exported:
        """Write the pipe network as LandXML 1.2 and IFC 4.3, as ``spongecalc export`` does; no run is needed.

        Parameters
        ----------
        folder : str or Path, optional
            By default ``export`` in the project's results folder.
        scenario : str, optional
            By default the last of those compared: after the works.
        communities : str or iterable of str, optional
            Ids; by default all. A node of another community that a pipe ends at comes along.
        forms : str or iterable of str, optional
            Of "landxml" and "ifc"; by default both.

        Returns
        -------
        Exported
            Its ``files``, what is ``written`` in them, and what is ``left_out``.

        Raises
        ------
        UnknownNameError
            There is no such scenario, community or form.
        NoPipeError
            No pipe of the communities stands in the scenario.
        MissingIfcError
            IFC needs ifcopenshell: ``pip install 'spongecalc[ifc]'``.
        """
        usual = self._files.settings.compared[1]
        name = known_name("scenario", scenario or usual, self._files.settings.scenario_names, self.language)
        chosen = known_names("export_format", forms, FORMS, self.language)
        ids = known_names("community", communities, self.communities, self.language) if communities else ()
        return export(self.checked, name, ids, chosen, None if folder is None else Path(folder))

    @cached_property
    def checked(self) -> Checked:
        """The product's own object of the checked layers, for programs that go deeper than frames."""
        checked = pipeline.check(self._files, self._wanted, self._scenarios)
        known_names("community", self._wanted, checked.layers.community_ids, self.language)
        return checked

    @cached_property
    def built(self) -> Built:
        """The product's own object of the models and of every run that they are for."""
        return pipeline.build(self.checked)

    def review(
        self, language: str | None = None, jobs: int | None = None, progress: bool | Progress = False
    ) -> Review:
        """The whole assessment as one object; arguments as for :meth:`assess`."""
        language = self._lang(language)
        if language not in self._reviews:
            if self._results is None:
                self.run(jobs=jobs, progress=progress)
            self._reviews[language] = pipeline.assess(self.built, self.results, language, jobs or cores())
        return self._reviews[language]

    @cached_property
    def _design_storms(self) -> tuple[Storm, ...]:
        return design_storms(self._files.settings)

    @cached_property
    def _bill(self) -> dict[str, pd.DataFrame]:
        checked = self.checked
        documents = checked.documents
        return bill_tables(checked.layers, self.settings, documents.claims, documents.prices)

    @cached_property
    def _design(self) -> dict[str, pd.DataFrame]:
        checked, built = self.checked, self.built
        modelled = join_results(checked.systems, built.models, self.results)
        return design_tables(modelled, built.storms, checked.layers, self.settings)

    def _add_systems(self) -> None:
        """Make an object of each system; all communities of it share one."""
        models = self.built.models if "built" in self.__dict__ else (None,) * len(self.checked.systems)
        for system, model in zip(self.checked.systems, models, strict=True):
            found = System(self._files, system, self._design_storms, model)
            self._systems.update({(c, system.scenario): found for c in system.communities})

    def _why_not_modelled(self, community: str) -> str:
        errors = self.findings("error")
        own = errors[errors["community_id"].isin([community, ""])]
        first = own["message"].iloc[0] if len(own) else "-"
        words = {"community": community, "count": len(own), "message": first}
        return text("api.error.not_modelled", self.language, **words)

    def _named(self, kind: str, names: Names) -> tuple[str, ...]:
        """Names as typed; none for all. Raises ValueError for an empty list."""
        listed = (names,) if isinstance(names, str) else () if names is None else tuple(names)
        if names is not None and not listed:
            said = text(f"api.kind.{kind}", self.language)
            raise ValueError(text("api.error.empty_list", self.language, kind=said))
        return listed

    def _of(self, communities: Names, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of communities; the whole table without any."""
        if communities is None:
            return table.copy()
        ids = known_names("community", communities, self.communities, self.language)
        return table[table["community_id"].isin(ids)].reset_index(drop=True)

    def _lang(self, lang: str | None) -> Literal["zh", "en"]:
        chosen = known_name("language", lang or self.language, LANGUAGES, self.language)
        return "zh" if chosen == "zh" else "en"


class NotModelledError(LookupError):
    """A community that errors in its data keep from being modelled; the message says which."""


def _named(name: str, label: str) -> str:
    """A name with its label where that says more."""
    return name if label == name else f"{name} ({label})"
