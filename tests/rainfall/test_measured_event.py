"""Measured events from files as design storms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.small_project import SmallProject

from spongecalc.project.design_storms import design_storms
from spongecalc.project.input_digests import input_digests
from spongecalc.project.load import ProjectError, load_project
from spongecalc.rainfall.measured_event import MeasuredEvent, read_event
from spongecalc.rainfall.rain_file_error import RainFileError

RISING = "time,depth_mm\n2024-07-12 14:00,0.5\n2024-07-12 14:07,3\n2024-07-12 14:14,1.5\n"


def written(folder: Path, content: str, encoding: str = "utf-8") -> Path:
    path = folder / "event.csv"
    path.write_text(content, encoding=encoding)
    return path


@pytest.mark.parametrize(
    ("content", "step", "depths"),
    [
        (RISING, 7.0, (0.5, 3.0, 1.5)),
        ("历时,雨强\n0,12\n2.5,0\n5,24\n", 2.5, (0.5, 0.0, 1.0)),
        ("time,intensity_mm_h\n23:50,6\n23:51,60\n23:52,0\n", 1.0, (0.1, 1.0, 0.0)),
        ("时间,雨量\n23:55,1\n24:00,2\n00:05,3\n", 5.0, (1.0, 2.0, 3.0)),
        ("日期,时刻,雨量(0.1mm)\n2024-07-12,23:55,10\n2024-07-12,24:00,20\n", 5.0, (1.0, 2.0)),
        ("时间;累计雨量\n2024/7/12 8:00;12,5\n2024/7/12 8:05;13,0\n2024/7/12 8:10;15,5\n", 5.0, (0.5, 2.5)),
        ("TM,DRP\n202407121400,0.5\n202407121405,3\n", 5.0, (0.5, 3.0)),
        ("分钟\t雨强(mm/min)\n0\t0.1\n2\t0.4\n", 2.0, (0.2, 0.8)),
        ("time,depth_mm,temperature\n0,1,20\n10,2,19\n", 10.0, (1.0, 2.0)),
    ],
)
def test_depths_and_intensities_in_any_step(
    tmp_path: Path, content: str, step: float, depths: tuple[float, ...]
) -> None:
    found = read_event(written(tmp_path, content, "gb18030"))
    assert found.step_min == pytest.approx(step)
    assert found.depths_mm == pytest.approx(depths)


def test_another_step_keeps_the_depth_and_its_time() -> None:
    event = MeasuredEvent(7.0, (0.7, 3.5, 1.4))
    # 21 min in steps of 5: the first holds 5 of 7 min of 0.1 mm/min; the last one ends dry after 21 min
    assert event.in_steps(5) == pytest.approx((0.5, 0.2 + 1.5, 2.0 + 0.2, 1.0, 0.2))
    assert sum(event.in_steps(1)) == pytest.approx(5.6)


@pytest.mark.parametrize(
    ("content", "rule", "said"),
    [
        (RISING.replace("14:14", "14:21"), "event_gap", "line 4"),
        (RISING.replace("14:07", "14:00"), "event_order", "line 3"),
        (RISING.replace("3\n", "\n"), "event_value", "line 3"),
        (RISING.replace("3\n", "-3\n"), "event_value", "-3 (line 3)"),
        (RISING.replace("3\n", "900\n"), "event_value", "line 3"),
        (RISING.replace("2024-07-12 14:07", "noon"), "event_time", "noon (line 3)"),
        (RISING.replace("depth_mm", "level_m"), "no_rain", "level_m"),
        ("time,depth_mm\n14:00,1\n", "one_reading", ""),
        ("time,depth_mm\n0,0\n5,0\n", "event_dry", "0"),
        ("time,depth_mm\n0,1\n1000,1\n", "event_long", "2000"),
        (RISING.replace("3\n", "32766\n"), "event_value", "32766 (line 3)"),
        ("time,temperature\n0,1\n10,2\n", "no_rain", "temperature"),
        ("time,depth_mm\n" + "".join(f"{30 * k},30\n" for k in range(20)), "day_too_wet", "600.0 mm"),
        ("time,depth_mm\n01/02/2024 00:00,1\n01/02/2024 00:05,2\n", "dates_unsure", "01/02/2024"),
        ("", "empty", ""),
    ],
)
def test_what_is_no_event_is_refused_with_its_line(tmp_path: Path, content: str, rule: str, said: str) -> None:
    with pytest.raises(RainFileError) as refusal:
        read_event(written(tmp_path, content))
    assert refusal.value.rule == rule
    assert said in refusal.value.found


def storm(more: str = "") -> str:
    return f'\n[[storms]]\nid = "M1"\npattern = "measured"\nreturn_period = "5 a"\nfile = "event.csv"\n{more}'


def test_a_project_takes_its_storm_from_a_file(small_project: Callable[..., SmallProject]) -> None:
    made = small_project(toml=lambda t: t + storm())
    written(made.folder, RISING)
    project = load_project(made.folder)
    found = next(s for s in design_storms(project.settings) if s.storm_id == "M1")
    assert found.depth_mm == pytest.approx(5.0)
    assert found.duration_min == 25
    # 3 mm in 7 min: 25.7 mm/h, in the step from 10 to 15 min mixed with a minute of 1.5 mm in 7
    assert found.hyetograph.loc[10] == pytest.approx((3 * 4 + 1.5 * 1) / 7 * 12)
    before = input_digests(project)["event.csv"]
    written(made.folder, RISING.replace("0.5", "0.6"))
    assert input_digests(load_project(made.folder))["event.csv"] != before


@pytest.mark.parametrize(
    ("more", "content", "key", "said"),
    [
        ("", None, "storms[2].file", "cannot be read or written"),
        ("", RISING.replace("14:14", "15:14"), "storms[2].file", "7 min"),
        ('duration = "2 h"', RISING, "storms[2].file", "duration"),
    ],
)
def test_a_project_names_the_storm_whose_file_is_refused(
    small_project: Callable[..., SmallProject], more: str, content: str | None, key: str, said: str
) -> None:
    made = small_project(toml=lambda t: t + storm(more))
    if content is not None:
        written(made.folder, content)
    with pytest.raises(ProjectError) as refusal:
        load_project(made.folder)
    for language in ("en", "zh"):
        assert key in refusal.value.sentences(language)[0]
    assert said in refusal.value.sentences("en")[0]


def test_a_project_says_how_its_event_is_to_be_read(small_project: Callable[..., SmallProject]) -> None:
    content = "time,雨量\n01/02/2024 00:00,10\n01/02/2024 00:05,20\n"
    made = small_project(toml=lambda t: t + storm())
    written(made.folder, content)
    with pytest.raises(ProjectError) as refusal:
        load_project(made.folder)
    for language in ("en", "zh"):
        said = refusal.value.sentences(language)[0]
        assert "storms[2].file" in said
        assert '[[storms]] file = { file = "event.csv", dates = "day_first" }' in said
    toml = made.folder / "spongecalc.toml"
    asked = '{ file = "event.csv", dates = "day_first", unit = "0.1 mm" }'
    toml.write_text(toml.read_text(encoding="utf-8").replace('"event.csv"', asked), encoding="utf-8")
    project = load_project(made.folder)
    found = next(s for s in design_storms(project.settings) if s.storm_id == "M1")
    assert found.depth_mm == pytest.approx(3.0)
    assert "event.csv" in input_digests(project)


@pytest.mark.parametrize(
    ("more", "key"),
    [('unit = "pint"', "storms[2].file.unit"), ('dates = "backwards"', "storms[2].file.dates"), ("n = 1", "n")],
)
def test_a_wrong_word_on_how_to_read_is_named(
    small_project: Callable[..., SmallProject], more: str, key: str
) -> None:
    made = small_project(toml=lambda t: t + storm().replace('"event.csv"', f'{{ file = "event.csv", {more} }}'))
    written(made.folder, RISING)
    with pytest.raises(ProjectError) as refusal:
        load_project(made.folder)
    assert any(key in line for line in refusal.value.sentences("en"))


def test_a_file_outside_the_project_or_of_another_pattern_is_refused(
    small_project: Callable[..., SmallProject],
) -> None:
    made = small_project(toml=lambda t: t + storm().replace("event.csv", "../event.csv"))
    with pytest.raises(ProjectError, match="file"):
        load_project(made.folder)
    toml = made.folder / "spongecalc.toml"
    text = toml.read_text(encoding="utf-8").replace("../event.csv", "event.csv").replace("measured", "chicago")
    toml.write_text(text, encoding="utf-8")
    written(made.folder, RISING)
    with pytest.raises(ProjectError, match="pattern"):
        load_project(made.folder)
