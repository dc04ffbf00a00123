"""What a project is made from is known by its bytes, those beside a source too."""

from __future__ import annotations

from pathlib import Path

from spongecalc.project.input_digests import input_digests
from spongecalc.project.load import load_project


def test_rows_in_the_log_of_a_geopackage_are_an_input(tmp_path: Path) -> None:
    """They are read though they are not in the file yet."""
    (tmp_path / "spongecalc.toml").write_text(
        'name = "p"\n[rainfall]\nformula = "昆明 (新)"\n[[storms]]\nreturn_period = "3 a"\nduration = "2 h"\n'
        '[[layers.nodes]]\nsource = "a.gpkg"\n',
        encoding="utf-8",
    )
    (tmp_path / "a.gpkg").write_bytes(b"database")
    (tmp_path / "a.gpkg-wal").touch()
    project = load_project(tmp_path)
    before = input_digests(project)
    assert set(before) == {"spongecalc.toml", "a.gpkg"}
    (tmp_path / "a.gpkg-wal").write_bytes(b"rows")
    with_log = input_digests(project)
    assert {name: digest for name, digest in with_log.items() if name in before} == before
    assert with_log["a.gpkg-wal"]
    (tmp_path / "a.gpkg-wal").write_bytes(b"other")
    assert input_digests(project)["a.gpkg-wal"] != with_log["a.gpkg-wal"]
