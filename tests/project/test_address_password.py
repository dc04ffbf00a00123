"""A password in any part of an address is found, refused and never shown."""

from __future__ import annotations

import json
import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.planted_secret import FORMS, PLAIN, SECRET, told_in
from tests.small_project import write_small_project
from typer.testing import CliRunner

from spongecalc.cli.app import app
from spongecalc.project.address_password import holds_password, names_password, passwords_in, without_password
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.load import ProjectError, load_project
from spongecalc.project.refused_value import shown

WITHOUT = (
    "postgresql://me@host:5432/survey",
    "postgresql://host:5432/survey?user=me@office",
    "postgresql://me@host/d%40x?sslmode=require&passfile=/home/me/.pgpass",
    "postgresql:///?service=survey",
    "postgresql+psycopg://me@host/d%3Ab",
    "postgresql://me@[::1]:5432/survey",
    "layers.gpkg",
    "C:/data/x@y.gpkg",
    "C:\\data\\管线.gpkg",
    "Phase 2: pipes @ north",
    r"(?P<dn>DN\d+)",
    "小区：一@二",
    "bypass = 2, compass=3",
    "postgresql://host:5432",
    "postgresql://host:5432/a%3Ab%40c",
    "postgresql://h1:5432,h2:5433/survey",
    "https://host:8080/a/@x",
    "mailto:me@office.cn",
    "K0+100: 井 @ 路口/北侧",
    "South Pass: phase 2",
    "Secret: no",
    "Token: see sheet",
    "口令：无",
    "密码: 见附件",
    "12:30@现场/北",
    "12:30@site/north",
    "https://host/wfs",
    "key: value",
    "sig=3; key=4",
    "the code: https://host/a",
)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_found_and_left_out_of_what_is_shown(form: str) -> None:
    assert holds_password(form)
    for text in (form, f"--to={form}", f"{form}&more=1"):
        assert holds_password(text)
        assert not told_in(without_password(text).encode())
        assert "***" in without_password(text)
        assert not told_in(shown(text).encode())


@pytest.mark.parametrize("text", WITHOUT)
def test_what_has_no_password_stays_as_it_is(text: str) -> None:
    assert not holds_password(text)
    assert without_password(text) == text


def test_no_value_of_a_query_of_the_web_is_shown() -> None:
    """Whatever it is called; no word says that it is a password."""
    given = f"see https://a.example/b?service=WFS&mine={PLAIN}#at={PLAIN} and postgresql://h/d?sslmode=require"
    assert not holds_password(given)
    hidden = "see https://a.example/b?service=***&mine=***#at=*** and postgresql://h/d?sslmode=require"
    assert without_password(given) == hidden


@pytest.mark.parametrize(
    "part",
    [
        "a://b?",
        "?a=",
        "a://b@",
        "pass:a",
        "secret:1",
        "a.b:c@",
        "a",
        "password",
        "postgres:",
        "a://",
        "//a:",
        "ab:c@d:1",
        "a-",
        "=a:b",
        "user=&",
        "%3a",
    ],
)
def test_a_long_text_comes_to_an_end(part: str) -> None:
    """The work grows with a text and not with its square, by which each of these would take half an hour."""
    given = f"{part * (400_000 // len(part))} end"
    assert without_password(given)


def test_what_was_hidden_by_hand_is_still_refused() -> None:
    assert holds_password("postgresql://me:***@host/survey")


def test_a_document_is_searched_at_every_depth() -> None:
    document = {
        "name": f"as of postgresql://me:{PLAIN}@host/x",
        "layers": {"nodes": [{"source": "a.gpkg"}, {"lookups": [{"source": f"host=h password={SECRET}"}]}]},
        "database": {"password": PLAIN, "sslpassword": 5, "user": "me", "token": [PLAIN]},
        f"postgresql://me:{PLAIN}@host": 1,
        "fields": {"passage": "x"},
    }
    found = dict(passwords_in(document))
    assert set(found) == {
        "name",
        "layers.nodes[2].lookups[1].source",
        "database.password",
        "database.sslpassword",
        "database.token",
        "postgresql://me:***@host",
    }
    assert not told_in(repr(found).encode())
    assert not names_password("passage")


def planted(tmp_path: Path, form: str) -> dict[str, Path]:
    """Projects that each have an address in another place of their file."""
    quoted = json.dumps(form)
    places = {
        "source": ('source = "c.gpkg"\nlayer = "pipes"', f"source = {quoted}"),
        "unknown key": ('name = "three squares"', f'name = "three squares"\npublish = {quoted}'),
        "table for text": ('source = "c.gpkg"\nlayer = "pipes"', f"source = {{ url = {quoted} }}"),
        "points": (
            'source = "c.gpkg"\nlayer = "pipes"',
            f'source = "c.gpkg"\nlayer = "pipes"\npoints = {quoted}',
        ),
        "number": ('recession = "1 h"', f"recession = {quoted}"),
        "name": ('name = "three squares"', f"name = {quoted}"),
        "list": ('name = "three squares"', f'name = "three squares"\nnotes = [{quoted}]'),
    }
    found = {}
    for place, (old, new) in places.items():
        folder = write_small_project(tmp_path / place).folder
        page = folder / "spongecalc.toml"
        text = page.read_text(encoding="utf-8")
        assert old in text
        page.write_text(text.replace(old, new, 1), encoding="utf-8")
        found[place] = folder
    return found


def test_a_project_that_holds_one_anywhere_is_refused_by_the_key(tmp_path: Path) -> None:
    for place, folder in planted(tmp_path, FORMS[0]).items():
        page = folder / "spongecalc.toml"
        text = page.read_text(encoding="utf-8")
        for form in FORMS:
            page.write_text(text.replace(json.dumps(FORMS[0]), json.dumps(form)), encoding="utf-8")
            with pytest.raises(ProjectError) as refused:
                load_project(folder)
            for language in ("zh", "en"):
                (said,) = refused.value.sentences(language)
                assert "PGPASSWORD" in said, (place, form)
                assert "***" in said
                assert not told_in(said.encode()), (place, form, said)
            told = "".join(traceback.format_exception(refused.value, chain=True))
            assert not told_in(told.encode()), (place, form)


@pytest.mark.parametrize("form", FORMS)
def test_a_source_made_in_python_does_not_quote_it_either(form: str) -> None:
    for given in ({"source": form}, {"source": "a.csv", "points": form}, {"source": form, "nothing": form}):
        with pytest.raises(ValidationError) as refused:
            LayerSource(**given)
        told = "".join(traceback.format_exception(refused.value, chain=True))
        assert not told_in(told.encode()), told


@pytest.mark.parametrize(
    "source",
    [
        "postgresql://",
        "postgresql:///",
        "postgresql://me@",
        "postgresql://host:99999/survey",
        "postgresql:/host/survey",
        "PG:dbname=survey",
        "host=127.0.0.1 dbname=survey",
    ],
)
def test_an_address_that_names_nothing_or_is_written_otherwise_is_refused(source: str) -> None:
    with pytest.raises(ValidationError, match="postgresql://user@host"):
        LayerSource(source=source)
    with pytest.raises(ValidationError, match="postgresql://user@host"):
        LayerSource(source="survey", form="postgis")


@pytest.mark.parametrize(
    "source", ["https://a.example/b.gpkg", " HTTP://host/wfs?service=WFS", "WFS:https://host/wfs", "s3://a/b.tif"]
)
def test_an_address_of_the_web_is_refused_in_a_sentence_of_its_own(tmp_path: Path, source: str) -> None:
    for given in ({"source": source}, {"source": "a.csv", "points": source}):
        with pytest.raises(ValidationError, match="download"):
            LayerSource(**given)
    answer = CliRunner().invoke(app, ["sources", source, "--lang", "en"])
    assert answer.exit_code == 2
    assert "download" in answer.output
    folder = write_small_project(tmp_path / "project").folder
    page = folder / "spongecalc.toml"
    page.write_text(page.read_text(encoding="utf-8").replace('source = "c.gpkg"', f'source = "{source}"'))
    with pytest.raises(ProjectError) as refused:
        load_project(folder)
    assert "下载" in refused.value.sentences("zh")[0]


def test_the_driver_of_an_address_is_no_part_of_a_path() -> None:
    for source in ("postgresql+psycopg://me@host/survey", "POSTGRES://host/survey", "postgresql:///?service=x"):
        assert LayerSource(source=source).is_database
    assert not LayerSource(source="layers.gpkg").is_database


def test_the_code_of_an_area_is_no_secret() -> None:
    """It is not shown either: of addresses of the web no value is."""
    for address in ("https://host/areas?code=530426", "https://host/areas?code=530426&level=3"):
        assert not holds_password(address)
        assert "530426" not in without_password(address)
    assert holds_password("https://host/areas?code=5a0f26")


def test_the_short_form_of_oracle_holds_a_password() -> None:
    for address in ("oracle/geheim77@h:1521/x", "from scott/tiger@db.office.cn:1521/ORCL"):
        assert holds_password(address)
        assert "geheim77" not in without_password(address)
        assert "tiger" not in without_password(address)
    for words in ("https://host/a/b@c:80/x", "K0+100/井@路口:30/北侧", "gis/2026@site", "pipes/D300@K2"):
        assert not holds_password(words)


@pytest.mark.parametrize(
    "address",
    [
        "OCI:u/geheim77@db",
        "oracle:u/geheim77@db",
        "ODBC:u/geheim77@survey,pipes",
        "jdbc:oracle:thin:u/geheim77@db",
        "oracle+cx_oracle:u/geheim77@db",
        "GEOR:scott,geheim77,demodb,pipes",
        "georaster:scott/geheim77@demodb,pipes",
        "SDE:server,5151,survey,me,geheim77,pipes",
        'source = "OCI:u/geheim77@db:PIPES" and once more OCI:v/geheim77@db',
        "ＯＣＩ：u／geheim77＠db",
    ],
)
def test_the_short_forms_of_drivers_hold_a_password(address: str) -> None:
    assert holds_password(address)
    assert "geheim77" not in without_password(address)


@pytest.mark.parametrize(
    "words",
    ["oracle: north/south", "OCI:pipes", "odbc:survey", "GEOR:a", "sde:a,b,c", "walk:12/13", "boci:u/x@y"],
)
def test_words_that_look_like_drivers_hold_none(words: str) -> None:
    assert not holds_password(words)
    assert without_password(words) == words
