"""The inputs of the same assessment with what the reference runs found in place of the runs' own figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from spongecalc.assess.inputs import Inputs
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.outfall_peaks import joint_groups
from spongecalc.assess.settled import run_id_of
from spongecalc.swmm.reference_scheme import is_accepted
from spongecalc.swmm.run_result import RunResult


class _WithReference(Mapping[str, RunResult]):
    """A model's results by storm id, one of them that of the reference run; others are read when looked at."""

    def __init__(self, results: Mapping[str, RunResult], storm_id: str, reference: RunResult) -> None:
        self._results, self._storm_id, self._reference = results, storm_id, reference

    def __getitem__(self, storm_id: str) -> RunResult:
        """The result of an event. Raises KeyError where there is none."""
        return self._reference if storm_id == self._storm_id else self._results[storm_id]

    def __iter__(self) -> Iterator[str]:
        """Storm ids that have a result."""
        return iter(self._results)

    def __len__(self) -> int:
        """Number of events that have a result."""
        return len(self._results)


def inputs_by_reference(inputs: Inputs) -> Inputs | None:
    """The inputs with the accepted reference runs in place of the headline storm's; None where there is none.

    They hold the communities with a reference run, and those that are joined with them in any scenario: what
    leaves by their outfalls is one figure.
    """
    headline = inputs.settings.headline_storm
    accepted = {run_id: r for run_id, r in inputs.references.items() if is_accepted(r)}
    swayed = [one for one in inputs.modelled if run_id_of(one, headline) in accepted]
    if not swayed:
        return None
    group = joint_groups([one.system.communities for one in inputs.modelled])
    ids = {c for one in swayed for own in one.system.communities for c in group[own]}

    def by_reference(one: Modelled) -> Modelled:
        found = accepted.get(run_id_of(one, headline))
        return one if found is None else replace(one, results=_WithReference(one.results, headline, found))

    return replace(
        inputs,
        modelled=tuple(by_reference(one) for one in inputs.modelled if ids & set(one.system.communities)),
        community_ids=tuple(c for c in inputs.community_ids if c in ids),
        references={},
    )
