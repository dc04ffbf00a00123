"""Forms that are not read, known by their first bytes or their ending, each with what to do instead."""

from __future__ import annotations

from pathlib import Path

from spongecalc.layers.sources.raw import SourceRefusedError

DOCUMENT, MODEL, OLD_TABLE, ARCHIVE, DGN = (
    "form.document",
    "form.building_model",
    "form.old_table",
    "form.archive",
    "form.dgn",
)
POINTS, DWG, LOCKED = "form.point_cloud", "drawing.dwg", "form.locked_table"
_BY_ENDING = {
    DOCUMENT: ".pdf .doc .docx .wps .ofd .ppt .pptx .rtf .odt .html .htm .jpg .jpeg .png .bmp .gif .vsd .vsdx",
    MODEL: ".rvt .rfa .rte .skp .ifc .3dm .max .3ds .nwd .nwc .dgnlib .stp .step .blend .obj .stl .fbx",
    OLD_TABLE: ".xls .et .mdb .accdb .ods .numbers",
    ARCHIVE: ".rar .7z .tar .tgz",
    DWG: ".dwg",
    POINTS: ".las .laz .e57 .pcd .pts",
}
_ENDINGS = {ending: rule for rule, endings in _BY_ENDING.items() for ending in endings.split()}
# The first bytes of a file say what it is, whatever its name says.
_BEGINNINGS = (
    (b"%PDF-", DOCUMENT),
    (b"\xff\xd8\xff", DOCUMENT),
    (b"\x89PNG\r\n", DOCUMENT),
    (b"{\\rtf", DOCUMENT),
    (b"\xff\xfe\xff\x0eS\x00k\x00e", MODEL),
    (b"ISO-10303-21;", MODEL),
    (b"Rar!\x1a\x07", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"\x00\x01\x00\x00Standard ", OLD_TABLE),
    (b"LASF", POINTS),
)
# Word, Excel, WPS, Revit and MicroStation of old, and workbooks with a password, all begin so.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DRAWING = b"AC10"
_LONGEST = 16


# What GDAL reads some of; where it finds nothing in one, this is why.
PARTLY_READ = {".zip": ARCHIVE, ".dgn": DGN}


def refuse_foreign(path: Path) -> None:
    """Refuse a file of a form that is known and not read; raises SourceRefusedError with what to do.

    Parameters
    ----------
    path
        A file or folder that exists; a folder, and a file that cannot be opened, are left to its reader.
    """
    rule = _ENDINGS.get(path.suffix.lower())
    if path.is_file():
        try:
            with path.open("rb") as stream:
                head = stream.read(_LONGEST)
        except OSError:
            return
        rule = next((said for begins, said in _BEGINNINGS if head.startswith(begins)), rule)
        if head.startswith(_DRAWING):
            rule = DWG
        if rule is None and head.startswith(_COMPOUND):
            rule = {".dgn": DGN, ".xlsx": LOCKED, ".xlsm": LOCKED}.get(path.suffix.lower(), OLD_TABLE)
    if rule is not None:
        raise SourceRefusedError(rule)
