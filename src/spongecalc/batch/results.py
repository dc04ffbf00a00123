"""Results of many runs by id, read from disk when they are looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence

from spongecalc.batch.result_file import read_result
from spongecalc.batch.run import Run
from spongecalc.swmm.run_result import FRAMES, RunResult

HELD_MB = 256.0
"""Memory of results that are held: whoever goes model by model finds those of a model here each time he asks."""
_ROW_BYTES = 100.0
"""What an element of a frame takes besides its figures: its name and its place in the index."""


class Results(Mapping[str, RunResult]):
    """Run id -> result. A county's results do not fit into memory at once; the latest looked at are held.

    Parameters
    ----------
    stored
        Runs whose results are on disk.
    unstored
        Results that are not on disk, by run id: of runs that could not be stored, with the reason.
    order
        All run ids in their order.
    """

    def __init__(self, stored: Sequence[Run], unstored: Mapping[str, RunResult], order: Sequence[str]) -> None:
        self._stored = {run.run_id: run for run in stored}
        self._unstored = dict(unstored)
        self._order = [i for i in order if i in self._unstored or i in self._stored]
        self._held: OrderedDict[str, RunResult] = OrderedDict()
        self._held_mb = 0.0

    @property
    def stored(self) -> frozenset[str]:
        """Ids of the runs whose result is on disk."""
        return frozenset(self._stored)

    def __getitem__(self, run_id: str) -> RunResult:
        """The result of a run. Raises KeyError where there is none, OSError or ValueError where it is lost."""
        if run_id in self._unstored:
            return self._unstored[run_id]
        if run_id in self._held:
            self._held.move_to_end(run_id)
            return self._held[run_id]
        run = self._stored[run_id]
        result, _ = read_result(run.folder, run.key)
        self._held[run_id] = result
        self._held_mb += size_mb(result)
        while self._held_mb > HELD_MB and len(self._held) > 1:
            _, gone = self._held.popitem(last=False)
            self._held_mb -= size_mb(gone)
        return result

    def __iter__(self) -> Iterator[str]:
        """Ids of runs that have a result, in the order of the runs."""
        return iter(self._order)

    def __len__(self) -> int:
        """Number of runs that have a result."""
        return len(self._order)

    def __contains__(self, run_id: object) -> bool:
        """True for a run that has a result; nothing is read for it."""
        return run_id in self._stored or run_id in self._unstored


def size_mb(result: RunResult) -> float:
    """Memory that a result takes [MB], but for its messages."""
    frames = (result.series, *(getattr(result, name) for name in FRAMES))
    taken = [8.0 * frame.size + _ROW_BYTES * sum(frame.shape) for frame in frames]
    return float(sum(taken)) / 1e6
