"""A pyswmm Simulation to step by hand, in a folder of its own that goes when it is closed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType, TracebackType

from pyswmm import Simulation
from pyswmm.errors import MultiSimulationError

from spongecalc.swmm.error_lines import parse_errors
from spongecalc.swmm.input_file import decode, parse_input
from spongecalc.swmm.water_balance import sentence


class SteppedSimulation(Simulation):
    """A ``pyswmm.Simulation`` of an input text; all of pyswmm works on it.

    The engine keeps its state in globals: one simulation is open in a process at a time. Close it, best by
    ``with``; its folder with SWMM's files goes at the same moment.

    Parameters
    ----------
    text
        The input file, with the storm in it: ``model.text(event)``.
    files
        Further files that the text names (without a folder), by name.
    lang
        Language of the message of a refusal, "zh" or "en".

    Raises
    ------
    ValueError
        SWMM refuses the text; the message names section, line and object.
    pyswmm.errors.MultiSimulationError
        Another simulation is open.

    Examples
    --------
    >>> from pyswmm import Nodes
    >>> with SteppedSimulation(model.text(event)) as simulation:
    ...     simulation.step_advance(60)
    ...     for _ in simulation:
    ...         print(simulation.current_time, Nodes(simulation)["N_A1"].depth)
    """

    def __init__(self, text: str, files: Mapping[str, bytes] = MappingProxyType({}), lang: str = "en") -> None:
        self._own = TemporaryDirectory(prefix="spongecalc-step-")
        inp, rpt, out = (self.folder / f"model.{ending}" for ending in ("inp", "rpt", "out"))
        inp.write_text(text, encoding="utf-8", newline="\n")
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        try:
            super().__init__(str(inp), str(rpt), str(out))
        except Exception as error:
            report = decode(rpt.read_bytes())[0] if rpt.is_file() else ""
            self._own.cleanup()
            if isinstance(error, MultiSimulationError):
                raise
            refusals = parse_errors(report, parse_input(text.encode()))
            sentences = [sentence(message, lang) for message in refusals] or [str(error).strip()]
            raise ValueError("\n".join(sentences)) from None

    @property
    def folder(self) -> Path:
        """The folder with model.inp, model.rpt and model.out, there until the simulation is closed."""
        return Path(self._own.name)

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """End and close the simulation, and remove its folder."""
        try:
            super().__exit__(exc_type, exc_value, traceback)
        finally:
            self._own.cleanup()
