"""One run: a model through an event, named by its parts and known by the digest of all that determines it."""

from __future__ import annotations

import copy
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from pathlib import Path

from spongecalc.batch.packed_text import PackedParts, PackedText, input_digests
from spongecalc.batch.run_key import run_key
from spongecalc.batch.time_limit import default_time_limit_s, elements_of
from spongecalc.swmm.event import Event
from spongecalc.swmm.gutter import Gutter
from spongecalc.swmm.inp_text import TITLE
from spongecalc.swmm.run_result import SeriesRequest


@dataclass(frozen=True)
class Run:
    """One model through one event: the text that the engine reads, and the folder for what comes of it.

    ``files`` are further files that the text names, by the name it uses (without a folder). ``variant`` tells
    runs apart that share model, scenario and event: the parameter set of a sweep. ``gutters`` are the model's.
    """

    model: str
    scenario: str
    communities: tuple[str, ...]
    event: Event
    folder: Path
    series: SeriesRequest
    keep_out: bool
    _: KW_ONLY
    text: PackedText = PackedText()  # noqa: RUF009  the field's descriptor
    files: tuple[tuple[str, Path], ...] = ()
    variant: str = ""
    gutters: tuple[Gutter, ...] = ()

    @property
    def run_id(self) -> str:
        """Model, scenario, event and, if there is one, variant, joined by slashes."""
        parts = (self.model, self.scenario, self.event.storm_id, self.variant)
        return "/".join(part for part in parts if part)

    def within(self, name: str) -> Run:
        """Return the run in a folder of its own below its folder; what is known of it stays known."""
        moved = copy.copy(self)
        object.__setattr__(moved, "folder", self.folder / name)
        return moved

    @cached_property
    def sha256(self) -> str:
        """Digest of the input file."""
        return self._digests[0]

    @cached_property
    def _digests(self) -> tuple[str, str]:
        """Digests of the input file, and of it without its title."""
        packed: PackedParts = Run.__dict__["text"].packed(self)
        return packed.digests or input_digests(self.text.encode())

    @cached_property
    def key(self) -> str:
        """Digest of everything that determines the result.

        Of the input file all but its title: a community that two scenarios leave as it is has one result in both.
        """
        return run_key(
            self._digests[1], self.event, self.files, self.series, keep_out=self.keep_out, gutters=self.gutters
        )

    @property
    def title(self) -> list[str]:
        """The lines of the input's title, as SWMM's report repeats them."""
        found = TITLE.search(self.text)
        lines = found[0].splitlines()[1:] if found else []
        return [line.strip() for line in lines if line.strip() and not line.startswith(";")]

    @cached_property
    def size(self) -> float:
        """Hint at the work: length of the input file times steps."""
        return len(self.text) * self.steps

    @property
    def steps(self) -> float:
        """Steps of the simulation, were each as long as it may be."""
        return self.event.duration_s / self.event.routing_step_s

    @cached_property
    def elements(self) -> int:
        """Subcatchments, nodes and links of the model."""
        return elements_of(self.text)

    @property
    def default_time_limit_s(self) -> float:
        """Time that a run of this size is given where the project does not say."""
        return default_time_limit_s(self.elements, self.steps)

    @property
    def time_limit_s(self) -> float:
        """Time after which the run is ended: the project's, else by its size."""
        return self.event.settings.time_limit_s or self.default_time_limit_s


@dataclass(frozen=True)
class RunDone:
    """The end of one run of a batch, and how far the batch is; ``seconds`` is the worker's time."""

    run_id: str
    status: str
    reason: str
    seconds: float
    done: int
    total: int
    failed: int
