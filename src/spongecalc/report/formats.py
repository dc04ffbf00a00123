"""Every file of the report from one document, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from spongecalc.assess.review import Review
from spongecalc.report import page, pdf_report, word_report, workbook
from spongecalc.report.compose import compose
from spongecalc.report.institute import PLAIN, Institute
from spongecalc.report.section_files import FOLDER as PROFILES
from spongecalc.report.section_files import profile_files
from spongecalc.report.whole_file import replace_files


def write_formats(
    review: Review,
    folder: Path,
    lang: str,
    formats: Collection[str],
    institute: Institute = PLAIN,
) -> tuple[Path, ...]:
    """Write the report in each of the formats; returns the files, the page first.

    Parameters
    ----------
    review
        What the assessment found.
    folder
        The report's folder; made where it is missing.
    lang
        "zh" or "en".
    formats
        Of "html", "pdf", "docx", "xlsx", "profiles".
    institute
        A design institute's template.

    Raises
    ------
    InstituteError
        The template's own layout cannot be set.
    LookupError
        A font's package is not installed.
    OSError
        The folder cannot be written.
    """
    document = compose(review, lang, institute)
    makers: dict[str, tuple[str, Callable[[], bytes]]] = {
        "pdf": (pdf_report.FILE_NAME, lambda: pdf_report.pdf_bytes(document, institute)),
        "docx": (word_report.FILE_NAME, lambda: word_report.docx_bytes(document)),
        "html": (page.FILE_NAME, lambda: page.html_text(document, institute).encode("utf-8")),
        "xlsx": (workbook.FILE_NAME, lambda: workbook.xlsx_bytes(review, lang)),
    }
    # typst sets pages outside Python, so that the other files are made meanwhile.
    with ThreadPoolExecutor(2) as threads:
        made = {f: threads.submit(makers[f][1]) for f in makers if f in formats}
        extra = profile_files(review, lang) if "profiles" in formats else {}
        contents = {folder / makers[f][0]: result.result() for f, result in made.items()}
    contents |= {folder / name: content for name, content in extra.items()}
    replace_files(contents)
    _remove_left_over(folder / PROFILES, contents)
    first = folder / page.FILE_NAME
    return tuple(sorted(contents, key=lambda p: (p != first, p.as_posix())))


def _remove_left_over(folder: Path, written: Collection[Path]) -> None:
    """Long sections of an earlier call whose path is no more."""
    for path in folder.glob("*"):
        if path.suffix in (".svg", ".dxf") and path not in written:
            path.unlink()
