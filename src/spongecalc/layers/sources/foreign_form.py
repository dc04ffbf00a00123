"""Forms that are not read, known by their first bytes or their ending, each with what to do instead."""

from __future__ import annotations

from pathlib import Path

from spongecalc.gate import text
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import UnreadableError
from spongecalc.layers.sources.raw import SourceRefusedError

_BY_ENDING = {
    "document": ".pdf .doc .docx .wps .ofd .ppt .pptx .rtf .odt .html .htm .jpg .jpeg .png .bmp .gif .vsd .vsdx",
    "model": ".rvt .rfa .rte .skp .ifc .3dm .max .3ds .nwd .nwc .dgnlib .stp .step .blend .obj .stl .fbx",
    "table": ".xls .et .mdb .accdb .ods .numbers",
    "archive": ".rar .7z .tar .tgz",
    "dwg": ".dwg",
    "points": ".las .laz .e57 .pcd .pts",
}
_ENDINGS = {ending: kind for kind, endings in _BY_ENDING.items() for ending in endings.split()}
_RULES = {
    "document": "form.document",
    "model": "form.building_model",
    "table": "form.old_table",
    "locked": "form.locked_table",
    "archive": "form.archive",
    "dgn": "form.dgn",
    "dwg": "drawing.dwg",
    "points": "form.point_cloud",
}
# The first bytes of a file say what it is, whatever its name says.
_BEGINNINGS = (
    (b"%PDF-", "document"),
    (b"\xff\xd8\xff", "document"),
    (b"\x89PNG\r\n", "document"),
    (b"{\\rtf", "document"),
    (b"\xff\xfe\xff\x0eS\x00k\x00e", "model"),
    (b"ISO-10303-21;", "model"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x00\x01\x00\x00Standard ", "table"),
    (b"LASF", "points"),
)
# Word, Excel, WPS, Revit and MicroStation of old, and workbooks with a password, all begin so.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DRAWING = b"AC10"
_ZIP = b"PK\x03\x04"
_LONGEST = 16


# Files that GDAL reads some of; where it finds nothing in one, this is why.
_PARTLY_READ = {".zip": "archive", ".dgn": "dgn"}


def refuse_foreign(path: Path) -> None:
    """Refuse a file of a form that is known and not read; raises SourceRefusedError with what to do.

    Parameters
    ----------
    path
        A file or folder that exists; a folder, and a file that cannot be opened, are left to its reader.
    """
    ending = path.suffix.lower()
    kind = _ENDINGS.get(ending)
    if path.is_file():
        try:
            with Entrance(path, "text"):
                head = text.read_beginning(path, _LONGEST)
        except UnreadableError:
            return
        # A workbook of today under the name of an old one, as WPS leaves them.
        if head.startswith(_ZIP) and path.suffix.lower() in (".xls", ".et"):
            return
        kind = next((said for begins, said in _BEGINNINGS if head.startswith(begins)), kind)
        if head.startswith(_DRAWING):
            kind = "dwg"
        if kind is None and head.startswith(_COMPOUND):
            kind = {".dgn": "dgn", ".xlsx": "locked", ".xlsm": "locked"}.get(ending, "table")
    if kind is not None:
        raise SourceRefusedError(_RULES[kind])


def refuse_unread(path: Path) -> None:
    """Refuse a file that GDAL could have read, and did not, by its form; raises SourceRefusedError."""
    kind = _PARTLY_READ.get(path.suffix.lower())
    if kind is not None:
        raise SourceRefusedError(_RULES[kind])
