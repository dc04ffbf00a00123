"""``spongecalc roundtrip model.inp``: a model read into layers, built again, and both runs side by side."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from spongecalc.batch.disk_fault import ENGINE_CANNOT_WRITE, refuse_little_room
from spongecalc.batch.foreign_runs import run_foreign_model
from spongecalc.cli.call import Call
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DATA_ERRORS, DONE, RUN_FAILED, WRONG_USAGE
from spongecalc.language import text
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.swmm.compared_runs import ALLOWED_PERCENT, ComparedRuns, Figure, compared
from spongecalc.swmm.rebuilt_model import RebuiltModel, bring_files, rebuilt_model
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.water_balance import sentence
from spongecalc.whole_file import named_error, replace_file

SHOWN = 15
CANNOT_WRITE = (*ENGINE_CANNOT_WRITE, "engine.run.folder_not_writable")


def run_roundtrip(call: Call, model: Path, keep: Path | None = None) -> int:
    """Compare a model with what its layers give under the same rain and settings; returns the exit code.

    Both are run in a folder of their own, so that nothing is written beside the model. ``keep`` holds the model
    that was built again; it cannot be the model itself.
    """
    output = call.output
    if keep is not None and keep.resolve() == model.resolve():
        output.error(text("cli.roundtrip.keep_is_model", output.language, name=model.name))
        return WRONG_USAGE
    if not model.exists():
        missing = (text(f"engine.run.file_missing.{part}", output.language) for part in ("meaning", "action"))
        output.error(" ".join((f"{model.name}:", *missing)))
        return WRONG_USAGE
    try:
        rebuilt = rebuilt_model(model)
    except SourceRefusedError as refusal:
        found = {"file": model.name, "layer": "-", **refusal.found}
        finding = Finding(refusal.rule, Feature(file=model.name), found)
        output.error(f"{finding.message(output.language)} {finding.action(output.language)}")
        return DATA_ERRORS
    if keep is not None:
        replace_file(keep, rebuilt.text.encode("utf-8"))
    results = []
    with TemporaryDirectory(prefix="spongecalc-") as folder, output.working("run"):
        for name, data in (("original", model.read_bytes()), ("rebuilt", rebuilt.text.encode("utf-8"))):
            place = Path(folder) / name
            inp = place / "model.inp"
            with named_error(place):
                place.mkdir()
                bring_files(model, place)
                inp.write_bytes(data)
                (place / "run").mkdir()
            result = run_foreign_model(inp, place / "run").result
            # What a full disk cut short tells of neither model.
            refuse_little_room(place, whole=not any(m.key in CANNOT_WRITE for m in result.messages))
            results.append(result)
    _say_lost(rebuilt, model.name, output)
    for name, result in zip(("original", "rebuilt"), results, strict=True):
        if result.status != "done":
            _say_failed(name, result, output)
            return RUN_FAILED
    return _say_compared(compared(*results), output)


def _say_lost(rebuilt: RebuiltModel, file: str, output: Output) -> None:
    """Say what of the model's network no layer holds."""
    for note in rebuilt.notes:
        found = {"file": file, "layer": "-", **note.found}
        finding = Finding(note.rule, Feature(feature_id=note.feature_id), found)
        output.sentence(f"{note.feature_id}: {finding.message(output.language)}")


def _say_failed(name: str, result: RunResult, output: Output) -> None:
    language = output.language
    output.error(text(f"cli.roundtrip.failed_{name}", language))
    for message in result.messages:
        if message.severity == "error":
            output.error(f"  {sentence(message, language)}")
    output.document["status"] = f"{name} failed"


def _say_compared(comparison: ComparedRuns, output: Output) -> int:
    language = output.language

    def row(figure: Figure) -> tuple[str, ...]:
        return (
            text(f"cli.roundtrip.kind.{figure.kind}", language),
            text(f"cli.roundtrip.total.{figure.name}", language) if figure.kind == "total" else figure.name,
            f"{figure.original:.3f}",
            f"{figure.rebuilt:.3f}",
            f"{figure.percent:.3f}",
        )

    heads = [text(f"cli.roundtrip.column.{c}", language) for c in ("kind", "name", "original", "rebuilt", "off")]
    shown = [*comparison.of("total"), *comparison.of("outfalls.volume_m3"), *comparison.of("outfalls.peak_l_s")]
    output.table(text("cli.roundtrip.title", language), heads, [row(figure) for figure in shown])
    apart = sorted((f for f in comparison.figures if not f.agrees), key=lambda f: -f.percent)
    if apart:
        output.table(text("cli.roundtrip.apart", language), heads, [row(figure) for figure in apart[:SHOWN]])
    for kind, names in comparison.missing.items():
        output.sentence(
            text(
                "cli.roundtrip.missing",
                language,
                kind=text(f"cli.roundtrip.of.{kind}", language),
                names=", ".join(names),
            )
        )
    largest = comparison.largest
    if largest is not None:
        said = row(largest)
        output.sentence(text("cli.roundtrip.largest", language, what=said[0], name=said[1], percent=said[4]))
    key = "agree" if comparison.agree else "differ"
    output.sentence(text(f"cli.roundtrip.{key}", language, allowed=f"{ALLOWED_PERCENT:g}", count=len(apart)))
    output.document["status"] = key
    output.document["figures"] = [asdict(figure) | {"percent": figure.percent} for figure in comparison.figures]
    output.document["missing"] = {kind: list(names) for kind, names in comparison.missing.items()}
    return DONE if comparison.agree else RUN_FAILED
