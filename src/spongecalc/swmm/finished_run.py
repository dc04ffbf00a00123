"""A run that has come to its end, with SWMM's files still there: statistics as frames, any series by its name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import pandas as pd

from spongecalc.language import text
from spongecalc.language.unknown_name import known_name
from spongecalc.swmm.input_file import decode, parse_input
from spongecalc.swmm.output_file import SERIES, OutputFile, engine_day, open_output
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.statistics import clean_id
from spongecalc.swmm.units import unit_factors

_CONCENTRATIONS = {"MG/L": "mg_l", "UG/L": "ug_l", "#/L": "count_l"}


@dataclass(frozen=True, repr=False)
class FinishedRun:
    """Results of one run in SI, and SWMM's own files in ``folder``.

    Attributes
    ----------
    result : RunResult
    folder : Path
        Holds model.rpt, and model.out for :meth:`series` (``run_inp(..., keep_out=True)``).
    encoding : str
        Of the .inp, for the ids in model.out.
    language : str
        "zh" or "en", of its errors.
    """

    result: RunResult
    folder: Path
    encoding: str = "utf-8"
    language: str = "en"

    def __repr__(self) -> str:
        return f"<FinishedRun {self.result.status}: {len(self.nodes)} nodes, {len(self.links)} links>"

    @property
    def nodes(self) -> pd.DataFrame:
        """Statistics by node id: ``max_depth_m``, ``flooded_h``, ``flood_volume_m3``, ``inflow_peak_l_s`` ..."""
        return self.result.nodes

    @property
    def links(self) -> pd.DataFrame:
        """Statistics by link id: ``peak_l_s``, ``max_velocity_m_s``, ``max_fullness``, ``surcharged_h`` ..."""
        return self.result.links

    @property
    def subcatchments(self) -> pd.DataFrame:
        """Statistics by subcatchment id: ``rainfall_mm``, ``infiltration_m3``, ``runoff_m3``, ``peak_l_s`` ..."""
        return self.result.subcatchments

    @property
    def outfalls(self) -> pd.DataFrame:
        """Statistics by outfall id: ``volume_m3``, ``peak_l_s``, the load of each pollutant."""
        return self.result.outfalls

    @property
    def storages(self) -> pd.DataFrame:
        """Statistics by storage id: initial, final and largest volume, losses, all in m3."""
        return self.result.storages

    @cached_property
    def report(self) -> str:
        """Text of SWMM's own report."""
        return decode((self.folder / "model.rpt").read_bytes())[0]

    def attributes(self, kind: str) -> tuple[str, ...]:
        """Names of the series that each object of a kind has.

        Parameters
        ----------
        kind
            "node", "link", "subcatchment" or "system".

        Raises
        ------
        UnknownNameError
            Another kind; it is a KeyError that names the nearest, in either language.
        """
        own = tuple(SERIES[known_name("kind", kind, SERIES, self.language)])
        return own if kind == "system" else (*own, *self._pollutants)

    def series(self, kind: str, id: str, attribute: str) -> pd.Series:
        """Return one quantity of one object over time.

        Parameters
        ----------
        kind
            "node", "link", "subcatchment", or "system" with an empty id.
        id
            Of the object in the model.
        attribute
            One of :meth:`attributes`, such as "depth_m" of a node or "flow_l_s" of a link.

        Returns
        -------
        Series
            By minutes from the start of the simulation, one value a reporting step; named by the attribute. The
            inflow of an outfall is below nought where water flows in there from outside.

        Raises
        ------
        UnknownNameError
            Unknown kind, id or attribute; it is a KeyError that names the nearest, in either language.
        KeyError
            An object that the model's [REPORT] section does not save.
        FileNotFoundError
            model.out was not kept.
        """
        known_name("quantity", attribute, self.attributes(kind), self.language)
        place = 0
        if kind != "system":
            positions: dict[str, int] = getattr(self._output, f"{kind}s")
            if id not in positions and id in getattr(self.result, f"{kind}s").index:
                named = text(f"api.kind.{kind}", self.language)
                raise KeyError(text("api.error.not_saved", self.language, kind=named, name=repr(id)))
            place = positions[known_name(kind, id, positions, self.language)]
        factors = unit_factors(self.result.flow_units)
        signed = f"{attribute}:{id}"
        if kind == "node" and id in self.result.outfalls.index and signed in self.result.series:
            # model.out has no sign where water flows in at an outfall; the run's own series has.
            values = self.result.series[signed].to_numpy()
        elif attribute in SERIES[kind]:
            values = self._output.values(kind, place, attribute, factors)
        else:
            values = self._output.concentrations(kind, place, self._pollutants.index(attribute))
        minutes = self._output.minutes(engine_day(self.result.start))
        return pd.Series(values, pd.Index(minutes, name="minute", dtype="float64"), name=attribute)

    @property
    def _pollutants(self) -> tuple[str, ...]:
        units = self.result.pollutants
        return tuple(f"{name}_{_CONCENTRATIONS.get(unit, 'mg_l')}" for name, unit in units.items())

    @cached_property
    def _output(self) -> OutputFile:
        out = self.folder / "model.out"
        if not out.is_file():
            raise FileNotFoundError(text("api.error.not_kept", self.language, file=out.name))
        with open_output(out, partial(clean_id, encoding=self.encoding)) as output:
            return output


def finished_run(result: RunResult, inp: Path, folder: Path, language: str = "en") -> FinishedRun:
    """Return the run of an input file, which tells in what encoding ids are, with what SWMM left in a folder.

    ``language`` ("zh" or "en") is that of its errors.
    """
    return FinishedRun(result, folder, parse_input(inp.read_bytes()).encoding, language)
