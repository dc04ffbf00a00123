"""A secret that is planted into addresses in every form, and a search for it in all that commands leave."""

from __future__ import annotations

import base64
import io
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

# No word of any language, so that finding it means that it was told.
SECRET = "Zq7=Vx/9kW secret"
"""It has a sign, a slash and a blank, which the forms write each in their own way."""
PLAIN = "Zq7Vx9kW-planted"

_ENCODED = quote(SECRET, safe="")

FORMS = (
    f"postgresql://reader:{PLAIN}@127.0.0.1:1/survey",
    f"postgres://reader:{_ENCODED}@127.0.0.1:1/survey",
    f"POSTGRESQL://reader:{PLAIN}@127.0.0.1:1/survey",
    f"postgresql://:{PLAIN}@127.0.0.1:1/survey",
    f"postgresql://reader:{PLAIN}/x@127.0.0.1:1/survey",
    f"postgresql://reader:{PLAIN}?x@127.0.0.1:1/survey",
    f"postgresql://reader:{PLAIN}#x@127.0.0.1:1/survey",
    f"postgresql://reader:a@{PLAIN}@127.0.0.1:1/survey",
    f"postgresql://reader:12/{PLAIN}@127.0.0.1:1/survey",
    f"postgresql://reader%3A{PLAIN}@127.0.0.1:1/survey",
    f"postgresql://reader%253a{PLAIN}@127.0.0.1:1/survey",
    f"postgresql://%72eader:{PLAIN}@127.0.0.1:1/survey",
    f"postgresql://reader:{PLAIN}@127.0.0.1:1,127.0.0.1:2/survey",
    f"postgresql+psycopg://reader:{PLAIN}@127.0.0.1:1/survey",
    f"postgresql+psycopg2://reader@127.0.0.1:1/survey?password={PLAIN}",
    f"postgresql:/reader:{PLAIN}@127.0.0.1:1/survey",
    f"postgresql:reader:{PLAIN}@127.0.0.1:1/survey",
    f"postgresql://reader@127.0.0.1:1/survey?password={_ENCODED}",
    f"postgresql://reader@127.0.0.1:1/survey?sslmode=require&PASSWORD={PLAIN}&connect_timeout=3",
    f"postgresql://reader@127.0.0.1:1/survey?sslpassword={PLAIN}",
    f"postgresql://reader@127.0.0.1:1/survey?%70assword={PLAIN}",
    f"postgresql://reader@127.0.0.1:1/survey?password%3D{PLAIN}",
    f"postgresql://reader@127.0.0.1:1/survey?oauth_client_secret={PLAIN}",
    f"postgresql://reader@127.0.0.1:1/survey?passwd={PLAIN}",
    f"postgresql://reader@127.0.0.1:1/survey%20password={PLAIN}",
    f"host=127.0.0.1 port=1 dbname=survey user=reader password={PLAIN}",
    f"host=127.0.0.1 port=1 dbname=survey password = '{SECRET}'",
    f"host=127.0.0.1 dbname='sur vey' password='it\\'s {SECRET}' user=reader",
    f"service=survey password={PLAIN}",
    f"PG:host=127.0.0.1 port=1 dbname=survey user=reader password={PLAIN}",
    f"PG:dbname='survey' host='127.0.0.1' port='1' password='{SECRET}'",
    f'PG:"host=127.0.0.1 password={PLAIN}"',
    f"PG:postgresql://reader:{PLAIN}@127.0.0.1:1/survey",
    f"MYSQL:survey,user=reader,password={PLAIN},host=127.0.0.1",
    f"https://reader:{PLAIN}@127.0.0.1:1/wfs",
    f"WFS:https://127.0.0.1:1/wfs?token={PLAIN}",
    # Signs at full width, as Chinese keyboards write them.
    f"postgresql://reader:{PLAIN}＠127.0.0.1/survey",
    f"postgresql：//reader：{PLAIN}＠127.0.0.1/survey",
    f"host=127.0.0.1 password＝{PLAIN}",
    f"host=127.0.0.1 ｐａｓｓｗｏｒｄ={PLAIN}",
    f"postgresql://reader@127.0.0.1/survey?password%EF%BC%9D{PLAIN}",
    f"密码：{PLAIN}",
    # The @ encoded, the host, the scheme or its colon forgotten, another database's scheme.
    f"postgresql://reader:{PLAIN}%40127.0.0.1:1/survey",
    f"postgresql://reader:{PLAIN}",
    f"postgresql://reader:{PLAIN}/survey",
    f"reader:{PLAIN}@127.0.0.1:1/survey",
    f"//reader:{PLAIN}@127.0.0.1:1/survey",
    f"postgresql//reader:{PLAIN}@127.0.0.1:1/survey",
    f"postgre://reader:{PLAIN}#x@127.0.0.1:1/survey",
    f"postgis://reader:{PLAIN}/x@127.0.0.1:1/survey",
    f"mysql://reader:{PLAIN}/x@127.0.0.1:1/survey",
    f"https://reader:{PLAIN}/x@127.0.0.1:1/wfs",
    f"password: {PLAIN}",
    f"postgresql://reader@127.0.0.1/survey?scram_client_key={PLAIN}",
    f"https://127.0.0.1:1/wfs?api_key={PLAIN}",
    f"https://127.0.0.1:1/wfs?api-key={PLAIN}",
    f"口令: {PLAIN}",
    f"pass={PLAIN}",
    f"reader:{PLAIN}@db.example/survey",
    f"reader:{PLAIN}@localhost/survey",
    # Addresses of the web, whose services have names of their own.
    f"https://{PLAIN}@127.0.0.1/a.tif",
    f"https://a.example/b?sv=2022&sig={_ENCODED}",
    f"https://a.example/b?signature={PLAIN}&x=1",
    f"https://a.example/b?x=1&key={PLAIN}",
    f"https://a.example/b?auth={PLAIN}",
    f"https://a.example/b?access_key={PLAIN}",
    f"https://a.example/b?AccessKey={PLAIN}",
    f"https://a.example/b?X-Amz-Signature={PLAIN}",
    f"https://a.example/b?X-Amz-Credential={PLAIN}",
    f"https://a.example/b?OSSAccessKeyId={PLAIN}",
    f"https://a.example/b?sk={PLAIN}",
    f"https://a.example/b?tk={PLAIN}",
    f"https://a.example/b?jwt={PLAIN}",
    f"https://a.example/b?code={PLAIN}",
    f"https://a.example/b?%73ig={PLAIN}",
    f"https://a.example/b？sig＝{PLAIN}",
)


def spellings() -> tuple[bytes, ...]:
    """The secrets as they may be told: as they are, percent-encoded, and in base64 wherever they begin."""
    said = {SECRET, PLAIN, quote(SECRET), _ENCODED, quote(_ENCODED), SECRET.replace("/", "\\/")}
    told = {s.encode() for s in said} | {s.encode("utf-16-le") for s in said}
    for secret in (SECRET, PLAIN):
        for lead in range(3):
            # The first and the last letters hold bits of what stands around.
            whole = base64.b64encode(b"x" * lead + secret.encode() + b"x" * ((-lead - len(secret)) % 3))
            told.add(whole[4:-4])
    return tuple(sorted(told))


def told_in(data: bytes, depth: int = 4) -> bool:
    """True where bytes tell a secret: as they are, in a file inside a zip, or in what was packed or encoded."""
    if any(spelling in data for spelling in spellings()):
        return True
    return depth > 0 and any(told_in(part, depth - 1) for part in _unpacked(data))


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield archive.read(name)
        return
    if data.startswith(b"SQLite format 3\x00"):
        with sqlite3.connect(":memory:") as base:
            base.deserialize(data)
            for line in base.iterdump():
                yield line.encode()
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", data):
        gz = data[start.start()] == 0x1F
        try:
            yield zlib.decompressobj(31 if gz else 15).decompress(data[start.start() :], 1 << 24)
        except zlib.error:
            continue
    for run in re.finditer(rb"[A-Za-z0-9+/]{64,}={0,2}", data):
        yield base64.b64decode(run[0][: len(run[0]) // 4 * 4] or b"")


def parquet_text(path: Path) -> bytes:
    """All that stands in a Parquet file, whose columns are packed in ways of their own."""
    import duckdb

    with duckdb.connect() as base:
        found = base.execute("select * from read_parquet(?)", [str(path)]).fetchall()
    return repr(found).encode()


def files_that_tell(folder: Path, except_for: tuple[Path, ...] = ()) -> list[str]:
    """Files below a folder, with their names, in which a secret is told."""
    found = []
    for path in sorted(folder.rglob("*")):
        own = str(path.relative_to(folder)).encode()
        data = path.read_bytes() if path.is_file() and not path.is_symlink() and path not in except_for else b""
        data += parquet_text(path) if path.suffix == ".parquet" and path.is_file() else b""
        if told_in(own) or told_in(data):
            found.append(path.relative_to(folder).as_posix())
    return found
