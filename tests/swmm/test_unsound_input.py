"""What must not reach the engine is refused with its line; none of these files is given to the engine here."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from spongecalc.swmm.unsound_input import unsound_input

MODELS = Path(__file__).parent / "models"
DATES = "[OPTIONS]\nSTART_DATE 06/01/2026\nEND_DATE 06/02/2026\n"


def refused(text: str, dates: str = DATES) -> list[tuple[str, int | None]]:
    found = unsound_input(f"{dates}[JUNCTIONS]\nJ1 10\n{text}".encode(), "m.inp")
    return [(m.key.removeprefix("engine."), m.line) for m in found]


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.inp")), ids=lambda p: p.stem)
def test_sound_models_pass(path: Path) -> None:
    assert unsound_input(path.read_bytes(), path.name) == ()


def test_the_products_own_models_pass(repository: Path) -> None:
    for path in sorted((repository / "swmm_models").rglob("*.inp")):
        assert unsound_input(path.read_bytes(), path.name) == ()


@pytest.mark.parametrize("word", ["nan", "NaN", "-nan", "nan(1)", "inf", "-INF", "Infinity", "1e999", "9" * 400])
def test_what_is_no_finite_number_is_named_by_line(word: str) -> None:
    assert refused(f"[CONDUITS]\nC1 J1 J2 {word}\n") == [("run.not_a_number", 7)]


def test_names_and_formulas_and_pictures_are_no_numbers() -> None:
    assert refused("INF 10\n[CONDUITS]\nNAN J1 INF 30\n[XSECTIONS]\nNAN CIRCULAR 1\n") == []
    assert refused("[RAINGAGES]\nG INTENSITY 0:05 1 FILE a.dat NAN MM\n") == []
    assert refused("[COORDINATES]\nJ1 nan nan\n[TREATMENT]\nJ1 X C = INF\n[FILES]\nSAVE HOTSTART nan\n") == []
    assert refused("[PUMPS]\nP J1 J2 1e3\n") == []


@pytest.mark.parametrize(
    ("options", "key", "line"),
    [
        ("", "no_dates", None),
        ("END_TIME 06:00", None, None),
        ("START_TIME 06:00\nEND_TIME 05:59:59", "no_dates", None),
        ("START_DATE 06/01/2026", "no_end_date", 2),
        ("START_DATE", "no_dates", None),
        ("END_DATE 06/01/2026", "no_start_date", 2),
        ("END_DATE 01/02/2004", None, None),
        ("START_DATE 06/01/2026\nEND_DATE 06/01/2926", "endless", 3),
        ("START_DATE 06/01/2026\nEND_DATE 06/02/2026\nEND_TIME 1e30", "endless", 3),
        ("START_DATE 06/01/1926\nEND_DATE 06/02/2026", None, None),
        ("START_DATE nonsense\nEND_DATE 06/02/2026", None, None),
    ],
)
def test_missing_dates_are_said_as_such(options: str, key: str | None, line: int | None) -> None:
    assert refused("", f"[OPTIONS]\n{options}\n") == ([(f"run.{key}", line)] if key else [])


def test_an_outlet_of_an_older_version_is_named() -> None:
    """TABULAR and FUNCTIONAL alone were enough before SWMM 5.1."""
    for form in ("TABULAR", "functional"):
        rows = [f"R{n} J1 J2 0 {form}{by} 2 0.5 NO\n" for n, by in enumerate(("", "/DEPTH", "/HEAD"))]
        assert refused(f"[OUTLETS]\n{''.join(rows)}") == [("run.outlet_form", 7)]


def test_a_file_without_network_has_nothing_to_run() -> None:
    found = unsound_input(DATES.encode(), "m.inp")
    assert [(m.key, m.subject) for m in found] == [("engine.run.nothing_to_run", "m.inp")]


@pytest.mark.parametrize("section", ["PIPES", "RESERVOIRS", "Tanks"])
def test_a_file_of_epanet_is_called_one(section: str) -> None:
    text = f"[TITLE]\n[JUNCTIONS]\nJ1 10\n[{section}]\nP1 J1 J2\n"
    assert [m.key for m in unsound_input(text.encode(), "net.inp")] == ["engine.run.epanet"]
    assert unsound_input(f"{DATES}{text}[CONDUITS]\nC J1 J2 30\n".encode(), "net.inp") == ()


def test_a_size_that_nothing_can_be_computed_with_is_named() -> None:
    """The engine crashes in a section of the size of an atom, and never ends with steps of no length."""
    small = f"{10.0**-20:g}"
    assert refused(f"[XSECTIONS]\nC1 CIRCULAR {small} 0 0 0 1\nC2 CIRCULAR 0.3\n") == [("run.beyond_belief", 7)]
    dates = DATES.replace("[OPTIONS]", f"[OPTIONS]\nROUTING_STEP {small}")
    assert refused("", dates) == [("run.beyond_belief", 2)]
    assert refused("", dates.replace(small, "0.5")) == []


def test_rows_cut_short_and_headings_in_quotes_are_refused_whichever_they_are() -> None:
    """The engine crashes on a curve of which a name alone is left, and takes a quoted heading for one in one of
    its two readings. Both are made of a sound file here, and given to nobody."""
    chance = random.Random(20260601)
    lines = f"{DATES}[JUNCTIONS]\nJ1 10\n[CURVES]\nK STORAGE 0 20\nK 1 30\n[OUTFALLS]\nO1 9 FREE\n".splitlines()
    for _ in range(20):
        broken = list(lines)
        headings = [n for n, line in enumerate(lines) if line.startswith("[")]
        quoted = chance.choice(headings)
        cut = chance.choice([n for n, line in enumerate(lines) if line.startswith("K")])
        broken[quoted] = '"'.join(("", broken[quoted], ""))
        broken[cut] = broken[cut].split()[0]
        found = {(m.key, m.line) for m in unsound_input("\n".join(broken).encode(), "m.inp")}
        assert {("engine.run.quoted_heading", quoted + 1), ("engine.error.203", cut + 1)} <= found


def test_a_file_that_is_named_in_a_line_too_long_is_refused() -> None:
    blanks = " " * 1100
    assert ("error.201", 7) in refused(f"[FILES]\nSAVE HOTSTART {blanks}h.hsf x y\n") or refused(
        f"[FILES]\nSAVE HOTSTART h.hsf{blanks}x\n"
    ) == [("error.201", 7)]
