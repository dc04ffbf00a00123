"""The answer of a reader to a file: read, or refused in words of both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spongecalc.gate.cause import Cause
from spongecalc.layers.finding import Finding

LANGUAGES = ("en", "zh")
# A sentence that quotes more than this quotes the file.
LONGEST = 2000


@dataclass(frozen=True)
class Answer:
    """What came of a file: its ``rule`` where it is refused; ``faults`` of our own; ``wordless`` sentences."""

    rule: str = ""
    faults: tuple[str, ...] = ()
    wordless: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        """True where the file was not read."""
        return bool(self.rule)


def of_findings(findings: Iterable[Finding], refused: Iterable[str], files: Iterable[str]) -> Answer:
    """The answer that findings give: a refused source is to be an error that names one of the files."""
    findings, refused, files = list(findings), list(refused), list(files)
    faults, wordless = [], []
    for one in findings:
        faults += [str(v) for v in one.found.values() if isinstance(v, Cause) and v.kind == "fault"]
        wordless += [
            one.rule for lang in LANGUAGES for s in (one.message(lang), one.action(lang)) if _wordless(s)
        ]
    for rule in refused:
        told = [f for f in findings if f.rule == rule and f.severity == "error"]
        if not any(name in f.message(lang) for f in told for name in files for lang in LANGUAGES):
            wordless.append(f"{rule} names no file")
    return Answer(refused[0] if refused else "", tuple(faults), tuple(wordless))


def of_refusal(rule: str, sentences: Iterable[str], cause: object = None, file: str = "") -> Answer:
    """The answer of a refusal in sentences, which are to name the file."""
    told = list(sentences)
    wordless = [rule for s in told if _wordless(s) or file not in s]
    faults = (str(cause),) if isinstance(cause, Cause) and cause.kind == "fault" else ()
    return Answer(rule or "refused", faults, tuple(wordless if told else [rule]))


def _wordless(sentence: str) -> bool:
    return not sentence.strip() or len(sentence) > LONGEST or "Traceback" in sentence or "\0" in sentence
