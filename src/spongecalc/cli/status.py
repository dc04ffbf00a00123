"""``spongecalc status`` and ``--dry-run``: what is due and why; nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spongecalc.batch import unchanged
from spongecalc.cli.exit_codes import DONE
from spongecalc.cli.incremental import current_stamp, say_left_out, say_nothing_due, stamp_name
from spongecalc.language import text

if TYPE_CHECKING:
    from spongecalc.cli.call import Call

# More models than these are counted, not named.
NAMED = 20


def run_status(call: Call) -> int:
    """Say what ``spongecalc all`` would do: which inputs changed, which models and runs are due."""
    output = call.output
    if stamp := current_stamp("all", call):
        say_nothing_due(stamp, call)
        output.document |= {"nothing_due": True, "changed": [], "models": [], "runs": {}}
        return DONE
    changed = unchanged.changed_inputs(call.folder, stamp_name("all", call))
    if changed is None:
        output.say_of("batch", "status_never")
    elif changed:
        output.say_of("batch", "status_changed", names=", ".join(changed))
    else:
        output.say_of("batch", "status_outputs")
    from spongecalc.cli.due_work import due_work  # noqa: PLC0415  reads the layers: only when something is due

    models, edited, left_out, runs, total = due_work(call)
    output.say_of("batch", "status_models", count=len(models))
    for model in models[:NAMED]:
        output.sentence(f"  {model}")
    if edited:
        output.notice(text("batch.status_edited", output.language, files=", ".join(edited)))
    if left_out:
        say_left_out(output, left_out)
    output.say_of("batch", "status_runs", count=len(runs), total=total)
    output.say_of("batch", "status_tables")
    headers = [text(f"batch.column_{c}", output.language) for c in ("run", "why")]
    if runs:
        rows = [(run_id, text(f"batch.why_{why}", output.language)) for run_id, why in runs.items()]
        output.table(text("batch.status_title", output.language), headers, rows)
    output.document |= {
        "nothing_due": False,
        "changed": list(changed or ()),
        "models": models,
        "models_by_hand": edited,
        "models_left_out": left_out,
        "runs": runs,
        "runs_total": total,
    }
    return DONE
