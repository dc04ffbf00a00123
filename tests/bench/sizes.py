"""``make bench``: sizes that are to be borne, each with wall and processor time and peak memory of all processes.

    python -m tests.bench.sizes pipes storms shapefile findings sweep

Inputs are made here: one community of 20,000 pipes through check, build, run and report; 500 storms; a shapefile
of 200 MB; a survey with 30,000 findings, whose page is weighed; and the planning of a sweep of 2,000 sets over
the example's 21 models after the works. ``--share 0.1`` makes all of them a tenth as large.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyogrio

from tests.bench.example import REPOSITORY
from tests.bench.large_community import write_project
from tests.bench.scale import watched

PIPES, STORMS, FINDINGS, SETS = 20_000, 500, 30_000, 2_000
SHAPEFILE_MB = 200
PIPES_OF_COMMUNITY = 4_000
BYTES_OF_ROW = 1_450
"""What a pipe takes of a shapefile with its table, with the columns written here."""

# Planning of a sweep in a process of its own: it prints models, runs and what planning took.
_PLAN = """
import sys, time
from pathlib import Path
from spongecalc.batch.cores import cores
from spongecalc.project.load import load_project
from spongecalc.project.sweep_settings import SweepSettings
from spongecalc.steps import pipeline
from spongecalc.sweep.plan import plan_sweep
project = load_project(Path(sys.argv[1]))
systems = pipeline.check(project).systems
key, low, high = sys.argv[3], float(sys.argv[4]), float(sys.argv[5])
sweep = SweepSettings.model_validate({
    "name": "s", "scenarios": ["after"], "return_periods": ["3 a"], "durations": ["2 h"],
    "ranges": {key: [low, high]}, "samples": int(sys.argv[2]),
})
began = time.monotonic()
plan = plan_sweep(sweep, project, systems, processes=cores())
print(f"{key}: {len(plan.points)} models, {len(plan.runs)} runs, planned in {time.monotonic() - began:.1f} s "
      f"on {cores()} cores", file=sys.stderr)
"""


def commands(folder: Path, steps: tuple[str, ...], name: str) -> None:
    """Take a project through some commands and print what each costs."""
    for step in steps:
        report(f"{name}: {step}", [sys.executable, "-m", "spongecalc", step, str(folder), "--quiet"])


def report(name: str, command: list[str]) -> None:
    """Run a command and print what it costs."""
    wall_s, processor_s, peak_mb, code = watched(command)
    print(
        f"{name:<44} {wall_s:>8.1f} s wall {processor_s:>8.1f} s processor {peak_mb:>7.0f} MiB  exit code {code}",
        flush=True,
    )


def pipes(folder: Path, share: float) -> None:
    """One community of many pipes, from its layers to its report."""
    write_project(folder, int(PIPES * share), more='[simulation]\nrecession = "1 h"\nsettled = false\n')
    commands(folder, ("check", "build", "run", "report"), f"{int(PIPES * share)} pipes")


def storms(folder: Path, share: float) -> None:
    """A small community under many storms."""
    count = int(STORMS * share)
    one = '[[storms]]\nid = "S{n:03d}"\nreturn_period = {period:.1f}\nduration = "1 h"'
    listed = "\n".join(one.format(n=n, period=0.5 + 0.1 * n) for n in range(count))
    write_project(folder, 1, storms=listed, more='[simulation]\nrecession = "1 h"\nsettled = false\n')
    commands(folder, ("check", "build", "run", "report"), f"{count} storms")


def shapefile(folder: Path, share: float) -> None:
    """Pipes in a shapefile of some hundred megabytes, most of it text that no column of ours takes."""
    pipes = int(SHAPEFILE_MB * share * 1e6 / BYTES_OF_ROW)
    write_project(folder, pipes, communities=max(1, pipes // PIPES_OF_COMMUNITY))
    # A table of a shapefile has names of ten characters.
    short = {"diameter_mm": "size_mm", "invert_up_m": "upper_m", "invert_down_m": "lower_m"}
    layer = gpd.read_file(folder / "survey.gpkg", layer="pipes").rename(columns=short)
    for number in range(5):
        layer[f"remark_{number}"] = "x" * 240
    pyogrio.write_dataframe(layer, folder / "pipes.shp")
    settings = (folder / "spongecalc.toml").read_text(encoding="utf-8")
    fields = "[layers.pipes.fields]\n" + "\n".join(f'{name} = "{own}"' for name, own in short.items())
    named = settings.replace('source = "survey.gpkg"\nlayer = "pipes"', f'source = "pipes.shp"\n{fields}')
    (folder / "spongecalc.toml").write_text(named, encoding="utf-8")
    size_mb = sum(p.stat().st_size for p in folder.glob("pipes.*")) / 1e6
    commands(folder, ("check",), f"shapefile of {size_mb:.0f} MB")


def findings(folder: Path, share: float) -> None:
    """A survey in which pipes lack their material and roughness, so that each is a finding or two."""
    write_project(folder, int(FINDINGS * share), more='[simulation]\nrecession = "1 h"\nsettled = false\n')
    layer = gpd.read_file(folder / "survey.gpkg", layer="pipes")
    layer["material"] = [f"unknown {n}" for n in range(len(layer))]
    pyogrio.write_dataframe(layer, folder / "survey.gpkg", layer="pipes", driver="GPKG")
    commands(folder, ("check", "run", "report"), f"{len(layer)} findings and more")
    for path in sorted((folder / "report").rglob("*.html")):
        print(f"    {path.name}: {path.stat().st_size / 1e6:.1f} MB")


def sweep(folder: Path, share: float) -> None:
    """Planning of a sweep of the example, by one key after the other."""
    del folder
    for key, low, high in (
        ("sewage.quota", 80, 200),
        ("factor.width", 0.5, 2),
        ("factor.roughness", 0.8, 1.3),
        ("surfaces.covers.green.f0_mm_h", 20, 100),
    ):
        given = [str(REPOSITORY), str(int(SETS * share)), key, str(low), str(high)]
        report(f"sweep over {key}", [sys.executable, "-c", _PLAN, *given])


SIZES: dict[str, Callable[[Path, float], None]] = {
    "pipes": pipes,
    "storms": storms,
    "shapefile": shapefile,
    "findings": findings,
    "sweep": sweep,
}


def main() -> None:
    """Measure the sizes that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", choices=[*SIZES, []], default=[])
    parser.add_argument("--share", type=float, default=1.0)
    given = parser.parse_args()
    for name in given.sizes or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            SIZES[name](Path(folder) / name, given.share)


if __name__ == "__main__":
    main()
