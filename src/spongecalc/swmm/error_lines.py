"""The errors of a SWMM input file that does not run, in the file's own lines.

SWMM names its input errors as ``ERROR 209: undefined object JX at line 49 of [CONDUIT] section:`` and repeats
the line. Three things stand between that and an engineer with an editor:

- SWMM reads lines in pieces of at most 1023 bytes and counts the pieces, so after one long line every number
  is too high; :func:`spongecalc.swmm.input_file.file_line` counts back;
- the section is printed as SWMM's own keyword stem (``[CONDUIT``, ``[INFIL``), not as the file has it;
- an unknown section heading makes SWMM repeat the same error for every line below it; only the heading is to
  blame.
"""

import re

from spongecalc.language import has_text
from spongecalc.swmm.input_file import InputFile, file_line
from spongecalc.swmm.run_result import Message, Severity

_ERROR = re.compile(r"^\s*ERROR (?P<code>\d+): (?P<text>.*)$")
_PLACE = re.compile(r"\s*at line (?P<line>\d+) of (?:\[\w*\] section|input file):\s*$")
_WARNING = re.compile(r"^\s*WARNING (?P<code>\d+): (?P<text>.*)$")
_NAMED = (
    "keyword|object|ID name|number|date/time|[Ss]ubcatchment|Aquifer|Conduit|Link|Pump|[Nn]ode|Divider",
    "Regulator|Outfall|set|Gage|gage|Curve|Time Series|Pack|LID|Transect|Control Rule|file",
)
_SUBJECT = re.compile(rf"\b(?:{'|'.join(_NAMED)}) (?!used\b)(?P<subject>\S+)")


def _message(
    severity: Severity,
    code: str,
    text: str,
    *,
    line: int | None = None,
    section: str = "",
    line_text: str = "",
) -> Message:
    """Build a message for one of SWMM's own sentences."""
    key = f"engine.{severity}.{code}"
    if not has_text(f"{key}.meaning", "en"):
        key = f"engine.{severity}.other"
    found = _SUBJECT.findall(text)
    return Message(
        severity,
        key,
        engine_text=f"{severity.upper()} {code}: {text}",
        subject=found[-1].rstrip(".,:") if found else "",
        line=line,
        section=section,
        line_text=line_text,
    )


def parse_errors(report: str, inp: InputFile) -> tuple[Message, ...]:
    """Collect the ERROR lines of an engine report.

    Parameters
    ----------
    report : str
        Text of the .rpt (or of the exception that the toolkit raised).
    inp : InputFile
        The model, for line numbers and lines.

    Returns
    -------
    tuple of Message
        In the order of the report, without repetitions; the errors that SWMM repeats below an unknown heading
        are left out.
    """
    found: list[Message] = []
    lines = report.splitlines()
    blamed_heading = False
    for position, line in enumerate(lines):
        match = _ERROR.match(line)
        if not match:
            continue
        text = match["text"].strip()
        place = _PLACE.search(match["text"])
        if not place:
            detail = " ".join(part.strip() for part in _until_blank(lines[position + 1 :]))
            found.append(_message("error", match["code"], f"{text} {detail}".strip()))
            continue
        text = match["text"][: place.start()].strip()
        number = file_line(inp, int(place["line"]))
        line_text = inp.lines[number - 1] if number else ""
        section = inp.sections[number - 1] if number else ""
        heading = line_text.lstrip().startswith("[")
        if "of input file" in place[0]:
            if not heading and blamed_heading:
                continue
            blamed_heading = heading
            if heading:
                text = f"{text} {line_text.strip().split()[0]}"
        message = _message(
            "error", match["code"], text, line=number, section=section, line_text=_clipped(line_text)
        )
        found.append(message)
    return tuple(dict.fromkeys(found))


def parse_warnings(report: str) -> tuple[Message, ...]:
    """Collect the WARNING lines of an engine report, in its order and without repetitions."""
    found = [
        _message("warning", match["code"], match["text"].strip())
        for match in map(_WARNING.match, report.splitlines())
        if match
    ]
    return tuple(dict.fromkeys(found))


def _until_blank(lines: list[str]) -> list[str]:
    """Return the lines up to the first blank one: what SWMM adds below an error without a place."""
    block: list[str] = []
    for line in lines:
        if not line.strip() or _ERROR.match(line) or _WARNING.match(line) or len(block) == 10:
            break
        block.append(line)
    return block


def _clipped(line: str, longest: int = 200) -> str:
    """Return a line of the .inp short enough to print."""
    line = line.rstrip()
    return line if len(line) <= longest else f"{line[: longest - 3]}..."
