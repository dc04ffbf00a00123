import re

import pytest

from spongecalc.language import catalogue
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.error_lines import parse_errors, parse_warnings
from spongecalc.swmm.input_file import file_line, parse_input
from spongecalc.swmm.water_balance import describe, explain


def run(tmp_path, content, name="broken.inp"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return run_inp(path, tmp_path / "run")


def line_of(text, start):
    return next(n for n, line in enumerate(text.splitlines(), start=1) if line.startswith(start))


BROKEN = [
    # code, what is replaced, by what, line begins with, section, subject
    (205, "THREADS 1", "THREADS 1\nBOGUS_OPTION 3", "BOGUS_OPTION", "OPTIONS", "BOGUS_OPTION"),
    (209, "C1 J1 J2", "C1 J1 JX", "C1 J1 JX", "CONDUITS", "JX"),
    (211, "YARD 50 2", "YARD 5O 2", "YARD 5O", "INFILTRATION", "5O"),
    (203, "O1 9.5 FREE", "O1", "O1", "OUTFALLS", ""),
    (207, "J2 9.8 1.2", "J1 9.8 1.2", "J1 9.8", "JUNCTIONS", "J1"),
]


@pytest.mark.parametrize("case", BROKEN)
def test_error_in_a_line(tmp_path, courtyard, case):
    code, old, new, start, section, subject = case
    text = courtyard.replace(old, new, 1)
    result = run(tmp_path, text)
    assert result.status == "failed"
    message = next(m for m in result.messages if m.key == f"engine.error.{code}")
    assert message.section == section
    assert message.subject == subject
    assert message.line_text.startswith(start)
    lines = text.splitlines()
    assert lines[message.line - 1] == message.line_text
    for lang in ("zh", "en"):
        meaning, action = explain(message, lang)
        assert meaning
        assert action


def test_line_numbers_behind_long_lines(tmp_path, courtyard):
    """The engine counts pieces of 1023 bytes; the message has the editor's line all the same."""
    long_lines = "; " + "x" * 5000 + "\n;" + "y" * 1021 + "\n;" + "z" * 1022 + "\n"
    text = courtyard.replace("[OPTIONS]", long_lines + "[OPTIONS]", 1).replace("C1 J1 J2", "C1 J1 JX")
    result = run(tmp_path, text)
    message = next(m for m in result.messages if m.key == "engine.error.209")
    assert message.line == line_of(text, "C1 J1 JX")
    report = (tmp_path / "run" / "model.rpt").read_text(encoding="utf-8")
    engine_line = int(re.search(r"JX at line (\d+)", report)[1])
    assert engine_line == message.line + 5  # 5003 bytes are five pieces, 1024 bytes are two


@pytest.mark.parametrize(
    "line", ["; " + "x" * 1100, "C1 J1 J2 30 0.013 10 9.8" + " " * 1100 + "0", "; " + "注" * 400]
)
def test_a_line_that_the_engine_would_cut(tmp_path, courtyard, line):
    text = courtyard.replace("[XSECTIONS]", line + "\n[XSECTIONS]")
    result = run(tmp_path, text)
    assert [(m.key, m.line, m.section) for m in result.messages] == [
        ("engine.error.201", line_of(text, line), "CONDUITS")
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_line_count(end):
    inp = parse_input(end.join([b"a" * 1022, b"b" * 1023, b"c", b"d" * 3000, b"e"]))
    carriage = len(end) - 1
    assert [file_line(inp, n) for n in range(1, 11)] == (
        [1, 2, 2, 3, 4, 4, 4, 5, None, None] if not carriage else [1, 1, 2, 2, 3, 4, 4, 4, 5, None]
    )


def test_unknown_section_is_blamed_once(tmp_path, courtyard):
    text = courtyard.replace("[DWF]", "[BOGUS]\nfoo 1 2\nbar 3\n[DWF]")
    result = run(tmp_path, text)
    assert [(m.key, m.line, m.subject) for m in result.messages] == [
        ("engine.error.205", line_of(text, "[BOGUS]"), "[BOGUS]")
    ]


def test_two_errors_are_both_shown(tmp_path, courtyard):
    result = run(tmp_path, courtyard.replace("C1 J1 J2", "C1 J1 JX").replace("YARD 50 2", "YARD 5O 2"))
    assert [m.key for m in result.messages] == ["engine.error.211", "engine.error.209"]


@pytest.mark.parametrize(
    "case",
    [
        (145, "O1 9.5 FREE", "", ""),
        (111, "C1 J1 J2 30 ", "C1 J1 J2 0 ", "C1"),
        (113, "30 0.013 10 9.8", "30 0 10 9.8", "C1"),
        (117, "C1 FILLED_CIRCULAR 0.15 0.03 0 0 1", "", "C1"),
        (141, "[CONDUITS]", "[CONDUITS]\nC9 O1 J2 10 0.013 9.8 9.8", "O1"),
        (173, "STORM 0:45 30", "STORM 0:15 30", "STORM"),
        (187, "YARD PAVE 1 300", "YARD PAVE 1 3000", "YARD"),
        (191, "END_DATE 06/01/2026", "END_DATE 05/01/2026", ""),
        (361, "STORM 0:00 20", 'STORM FILE "gone.dat"', "STORM"),
        (317, "1.0 TIMESERIES STORM", '1.0 FILE "gone.dat" STA1 MM', None),
    ],
)
def test_errors_of_the_whole_model(tmp_path, courtyard, case):
    code, old, new, subject = case
    text = courtyard.replace(old, new, 1)
    if code == 141:
        text = text.replace("[XSECTIONS]", "[XSECTIONS]\nC9 CIRCULAR 0.2 0 0 0 1")
    if code == 145:
        text = text.replace("C2 J2 O1 30 0.013 9.8 9.5\n", "").replace("C2 CIRCULAR 0.20 0 0 0 1\n", "")
    result = run(tmp_path, text)
    assert result.status == "failed"
    message = next(m for m in result.messages if m.key == f"engine.error.{code}")
    assert f"ERROR {code}:" in message.engine_text
    if subject is not None:
        assert message.subject == subject
    if code == 317:
        assert message.subject.endswith("gone.dat")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("file_empty", b""),
        ("file_empty", b" \r\n\n"),
        ("file_not_text", bytes(range(256)) * 20),
        ("file_utf16", "[TITLE]\nx\n".encode("utf-16")),
        ("file_zipped", b"PK\x03\x04" + bytes(40)),
        ("no_sections", b"once upon a time\nthere was a file\n"),
        ("no_sections", b"\xff\xd8\xff\xe1 not a picture \xfe\n"),
        ("line_ends", b"[TITLE]\rx\r[OPTIONS]\rFLOW_UNITS LPS\r"),
        ("byte_order_mark", b"\xef\xbb\xbf[OPTIONS]\nFLOW_UNITS LPS\n"),
    ],
)
def test_what_is_no_input_file(tmp_path, name, content):
    result = run(tmp_path, content)
    assert result.status == "failed"
    assert [m.key for m in result.messages] == [f"engine.run.{name}"]
    assert all(explain(m, "zh")[0] and explain(m, "en")[1] for m in result.messages)


def test_missing_file_folder_and_long_path(tmp_path):
    assert run_inp(tmp_path / "none.inp", tmp_path / "run").messages[0].key == "engine.run.file_missing"
    (message,) = run_inp(tmp_path, tmp_path / "run").messages
    assert message.key == "engine.run.file_unreadable"
    # The cause is told in the reader's language.
    assert "文件夹" in explain(message, "zh")[0]
    assert "folder" in explain(message, "en")[0]
    path = tmp_path / "a.inp"
    path.write_text("[TITLE]\nx\n", encoding="utf-8")
    assert run_inp(path, tmp_path / ("村" * 80)).messages[0].key == "engine.run.path_too_long"
    assert run_inp(path, path).messages[0].key == "engine.run.folder_not_writable"
    rpt = tmp_path / "model.rpt"
    rpt.write_text("[TITLE]\nx\n", encoding="utf-8")
    assert run_inp(rpt, tmp_path).messages[0].key == "engine.run.file_overwritten"
    assert rpt.read_text(encoding="utf-8") == "[TITLE]\nx\n"


def test_byte_order_mark_before_a_title_does_no_harm(tmp_path, courtyard):
    assert run(tmp_path, b"\xef\xbb\xbf" + courtyard.encode()).status == "done"


def test_gbk_errors_show_the_chinese_line(tmp_path, courtyard):
    text = courtyard.replace("C1 J1 J2", "C1 J1 井九")
    result = run(tmp_path, text.encode("gbk"))
    message = next(m for m in result.messages if m.key == "engine.error.209")
    assert message.line_text == "C1 J1 井九 30 0.013 10 9.8"
    assert message.subject == "井九"


def test_good_after_broken_in_one_process(tmp_path, courtyard):
    good = run(tmp_path, courtyard, "good.inp")
    for broken in (
        courtyard.replace("C1 J1 J2", "C1 J1 JX"),
        courtyard.replace("O1 9.5 FREE", ""),
        courtyard.replace("1.0 TIMESERIES STORM", '1.0 FILE "gone.dat" STA1 MM'),
        "",
    ):
        assert run(tmp_path, broken).status == "failed"
        again = run(tmp_path, courtyard, "good.inp")
        assert again.status == "done"
        assert again.nodes.equals(good.nodes)
        assert again.totals_m3 == good.totals_m3


def test_an_earlier_report_does_not_show_through(tmp_path, courtyard):
    run(tmp_path, courtyard.replace("C1 J1 J2", "C1 J1 JX"))
    (tmp_path / "broken.inp").unlink()
    assert [m.key for m in run_inp(tmp_path / "broken.inp", tmp_path / "run").messages] == [
        "engine.run.file_missing"
    ]


def test_warnings_are_explained(tmp_path, courtyard):
    text = courtyard.replace("J1 10 1.0", "J1 10 0.05").replace("30 0.013 10 9.8", "30 0.013 10 10")
    result = run(tmp_path, text)
    keys = {(m.key, m.subject) for m in result.warnings}
    assert ("engine.warning.02_deeper", "J1") in keys
    assert ("engine.warning.04", "C1") in keys
    assert any(k.startswith("engine.warning.09_") and subject == "RG" for k, subject in keys)
    titles = [section.title for section in describe(result, "en")]
    assert titles[-1] == "SWMM warnings"


def test_loops_name_their_links():
    report = (
        "\n  ERROR 131: the following links form cyclic loops in the drainage system:\n  C1  C2  C3\n\n"
        "  ERROR 999: something new.\n"
    )
    messages = parse_errors(report, parse_input(b"[TITLE]\n"))
    assert messages[0].engine_text.endswith("drainage system: C1  C2  C3")
    assert messages[1].key == "engine.error.other"
    assert parse_warnings("  WARNING 77: new for Node X")[0].key == "engine.warning.other"


def test_every_code_of_the_engine_is_explained():
    """All codes of EPA SWMM 5.2's list of errors and warnings."""
    codes = [101, 103, 105, 107, 108, 109, 110, 111, 112, 113, 114, 115, 117, 119, 121, 122, 131, 133, 134]
    codes += [135, 136, 137, 138, 139, 140, 141, 143, 145, 151, 153, 155, 156, 157, 158, 159, 161, 171, 173]
    codes += [181, 182, 183, 184, 185, 187, 188, 191, 193, 195, 200, 201, 203, 205, 207, 209, 211, 213, 217]
    codes += [219, 221, 223, 225, 227, 229, 231, 233, 235, 301, 303, 305, 307, 308, 309, 311, 313, 315, 317]
    codes += [318, 319, 320, 321, 323, 325, 327, 329, 331, 333, 335, 336, 337, 338, 339, 341, 343, 345, 351]
    codes += [353, 355, 357, 361, 363]
    for lang in ("zh", "en"):
        texts = catalogue("engine", lang)
        for key in [f"error.{c}" for c in codes] + [f"warning.{c:02}" for c in range(1, 13)]:
            assert texts[f"engine.{key}.meaning"]
            assert texts[f"engine.{key}.action"]
        for code in range(1, 13):
            assert texts[f"engine.warning.{code:02}.effect"]


def test_words_that_the_engine_drops_are_named(tmp_path, courtyard):
    """Of a line of rain with more than 40 words SWMM reads 40 and says nothing: half the storm is gone."""
    rows = [line for line in courtyard.splitlines() if line.startswith("STORM ") and ":" in line]
    begin, end = courtyard.index(rows[0]), courtyard.index(rows[-1]) + len(rows[-1])
    pairs = [f"{n // 60}:{n % 60:02d} 12" for n in range(0, 150, 5)]
    halves = "\n".join(f"STORM {' '.join(part)}" for part in (pairs[:15], pairs[15:]))
    one = f"STORM {' '.join(pairs)} ; as some programs write it"
    runs = {}
    for name, lines in (("whole", halves), ("cut", one)):
        text = courtyard[:begin] + lines + courtyard[end:]
        runs[name] = run(tmp_path, text, f"{name}.inp")
        assert runs[name].status == "done", runs[name].messages
    assert not [m for m in runs["whole"].messages if m.key == "engine.run.words_dropped"]
    (message,) = (m for m in runs["cut"].messages if m.key == "engine.run.words_dropped")
    assert (message.line, message.section) == (courtyard[:begin].count("\n") + 1, "TIMESERIES")
    assert dict(message.values) == {"words": "61", "limit": "40", "lines": "1"}
    assert runs["cut"].totals_m3["rainfall"] < 0.7 * runs["whole"].totals_m3["rainfall"]
    for lang in ("zh", "en"):
        assert "40" in " ".join(explain(message, lang))
