"""Passwords in addresses, in every form that clients of databases read: found, and left out of what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

HIDDEN = "***"

# Chinese keyboards write signs at full width, each one place wide as those that addresses are made of.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20,
    0xFE55: ord(":"),
    0xFE66: ord("="),
    0xFE6B: ord("@"),
}

# What stands before a host. Clients of PostgreSQL take all up to the last @ for it, and so do those of other
# databases; what a page's address has behind a slash is a path. A form begins at the start of a word: a search
# from within every word of a long text would take hours.
_START = r"(?<![a-z0-9])"
# Lengths are bounded for the same reason.
_USER_PARTS = (
    re.compile(r"(?i)^\s*(?:pg:)?\s*[\"']?\s*postg[a-z]*(?:\+[a-z0-9_]+)?(?::/*|//+)(?P<user>.*)@", re.DOTALL),
    re.compile(rf"(?i){_START}postg[a-z]*(?:\+[a-z0-9_]+)?(?::/*|//+)(?P<user>\S{{0,2000}})@"),
    re.compile(
        rf"(?i){_START}[a-z][a-z0-9+.-]{{1,40}}://"
        r"(?P<user>[^/?#\s:]{0,500}?(?::|%(?:25)*3a)(?!\d{1,5}[/?#])\S{0,2000})@"
    ),
    # An address whose scheme somebody left away; "12:30@site/north" is none: its host has no dot and no port.
    re.compile(
        r"(?i)(?<![^\s=-])[\"']?(?P<user>[\w.+-]{2,500}:[^\s@/\\][^\s@]{0,2000})@"
        r"(?:(?:[a-z0-9-]{1,63}\.){1,10}[a-z0-9-]{1,63}(?::\d|/)|(?:[a-z0-9_-]{1,63}|\[[0-9a-f:.]{2,45}\]):\d|localhost/)"
    ),
    re.compile(r"(?<![^\s=-])[\"']?//(?P<user>[^\s/@:]{0,500}:\S{0,2000})@"),
    # What stands behind the colon of a host is a port. All else is the password of an address whose host is
    # missing, or whose @ was encoded: "postgresql://me:secret", "postgresql://me:secret%40host/survey".
    re.compile(
        rf"(?i){_START}postg[a-z]*(?:\+[a-z0-9_]+)?:/+"
        r"(?P<user>[^\s/?#\[:@,]{0,500}:(?=[\d]*[^\d\s/?#,\"'])[^/?#,\"']+)"
    ),
)
# "host:5432/survey?user=me@office": what stands behind the colon is a port.
_PORT_AND_USER = re.compile(r"(?i)\d{1,5}(?:/[^?@]*)?\?(?:\w+=[^&@]*&)*user=[^&@]*")
_COLON = re.compile(r"(?i):|%3a")
# Names of settings that hold a secret: password, sslpassword, PGPASSWORD, api-key.
_PASSWORD = r"[a-z0-9_]*(?:password|passwd|passwort|passphrase|pwd|(?:api|access)[-_]?key|scram_[a-z]+_key)"
# Of words of sentences too (pass, oauth_client_secret, 密码): "South Pass: phase 2", "Secret: no", "口令：无".
_WORD = r"[a-z0-9_]*(?:secret|token)|pass|密码|口令"
_SETTING = re.compile(
    rf"(?i)(?<![a-z0-9_])(?:{_PASSWORD}[\"']?\s*[=:]|(?:{_WORD})[\"']?\s*=|"
    # Behind a colon what has letters and figures in one is no word.
    rf"(?:{_WORD})[\"']?\s*:(?=[\"'\s]{{0,20}}(?=[!-~]{{0,100}}[a-z])[!-~]{{0,100}}\d[!-~]{{0,100}}))"
)
_SECRET_NAME = re.compile(rf"(?i){_PASSWORD}|{_WORD}")
# Of addresses of the web, where the names are the services' own, as are those that stand alone before the @.
_WEB_SECRET = (
    # The code of an area is no secret.
    r"sig|signature|key|auth|authorization|sk|ak|tk|jwt|code(?!\s*=\d+(?:[&;#\s\"']|$))|credential|"
    r"(?:access|api|app|account|subscription)[-_]?key(?:[-_]?id)?|"
    r"x-[a-z]+-(?:signature|credential|security-token)|ossaccesskeyid|awsaccesskeyid|googleaccessid"
)
_WEB_SETTING = re.compile(rf"(?i)[?&;#]\s*(?:{_WEB_SECRET})\s*=")
_WEB_USER = re.compile(rf"(?i){_START}(?:https?|ftps?|wss?|s3|oss)://(?P<user>[^/?#\s@\"']{{1,500}})@")
# Oracle's short form: user/password@host:1521/service.
_EASY_CONNECT = re.compile(
    r"(?i)(?<![a-z0-9/.:])[a-z][\w$#]{0,100}/(?P<password>[!-~]{1,200}?)@[a-z0-9.-]{1,200}:\d{2,5}/\w"
)
# Drivers' short forms: OCI:user/password@service, ODBC:user/password@source, GEOR:user,password,service, and
# SDE:server,instance,database,user,password.
_DRIVER_FORMS = (
    re.compile(
        rf"(?i){_START}(?:oci|oracle|odbc|walk|geor(?:aster)?)(?:\+[a-z_]+)?:(?:thin:)?[\"']?"
        r"[^\s/,@:\"']{1,100}/(?P<password>[^\s@]{1,200})@"
    ),
    re.compile(rf"(?i){_START}geor(?:aster)?:[\"']?[^\s/,@:]{{1,100}},(?P<password>[^\s@,]{{1,200}})[@,]"),
    re.compile(rf"(?i){_START}sde:(?:[^,\s]{{0,200}},){{4}}(?P<password>[^,\s]{{1,200}})"),
)
_WEB_ADDRESS = re.compile(rf"(?i){_START}(?!postg)[a-z][a-z0-9+.-]{{1,40}}://[^\s\"'<>]+")
_QUERY_VALUE = re.compile(r"([?&;#][^=&;#?]*)=[^&;#]*")
# Percent signs of percent signs: nobody needs more, and no text is turned for ever.
_TURNS = 3


def holds_password(text: str) -> bool:
    """True where a text is or holds an address or a connection string with a password in it."""
    narrow = text.translate(_NARROW)
    return (
        _user_span(narrow) is not None
        or _WEB_USER.search(narrow) is not None
        or _EASY_CONNECT.search(narrow) is not None
        or any(form.search(narrow) for form in _DRIVER_FORMS)
        or _setting(_decoded(narrow)) is not None
    )


def names_password(key: str) -> bool:
    """True where a key's name says that its value is a password."""
    return _SECRET_NAME.fullmatch(key.strip()) is not None


def without_password(text: str) -> str:
    """The text with *** for its passwords.

    Behind ``password=`` nothing is shown at all: where a password ends is told differently in every form. Of
    addresses of the web no value of a query is shown: every service has names of its own for its secrets.
    """
    given, text = text, text.translate(_NARROW)
    span = _user_span(text)
    if span is not None:
        text = f"{text[: span[0]]}:{HIDDEN}{text[span[1] :]}"
    text = _WEB_USER.sub(lambda found: found[0].replace(found["user"], HIDDEN), text)
    text = _EASY_CONNECT.sub(lambda found: found[0].replace(f"/{found['password']}@", f"/{HIDDEN}@"), text)
    for form in _DRIVER_FORMS:
        text = form.sub(_hidden, text)
    setting = _setting(text)
    if setting is None and (setting := _setting(decoded := _decoded(text))):
        text = decoded
    if setting is not None:
        text = f"{text[: setting.end()]}{HIDDEN}"
    text = _WEB_ADDRESS.sub(lambda found: _QUERY_VALUE.sub(rf"\1={HIDDEN}", found[0]), text)
    return given if text == given.translate(_NARROW) else text


def _hidden(found: re.Match[str]) -> str:
    """A form's text with *** for its password."""
    begin, end = (place - found.start() for place in found.span("password"))
    return f"{found[0][:begin]}{HIDDEN}{found[0][end:]}"


def passwords_in(document: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Keys of a document at which a password stands, each with what may be shown of it.

    Parameters
    ----------
    document
        Tables, lists and values, as a TOML file gives them.
    key
        Where the document stands in a larger one: "layers.nodes".
    """
    if isinstance(document, dict):
        for name, value in document.items():
            here = f"{key}.{name}" if key else str(name)
            if holds_password(str(name)):
                yield without_password(here), HIDDEN
            elif names_password(str(name)) and not isinstance(value, dict):
                yield here, HIDDEN
            else:
                yield from passwords_in(value, here)
    elif isinstance(document, list):
        for number, value in enumerate(document, 1):
            yield from passwords_in(value, f"{key}[{number}]")
    elif isinstance(document, str) and holds_password(document):
        yield key, without_password(document)


def _decoded(text: str) -> str:
    """A text with its percent signs read, as a client does; those of those, too."""
    for _ in range(_TURNS):
        turned = unquote(text).translate(_NARROW)
        if turned == text:
            break
        text = turned
    return text


def _setting(text: str) -> re.Match[str] | None:
    """The first setting that holds a secret, up to its value."""
    found = [s for s in (_SETTING.search(text), "://" in text and _WEB_SETTING.search(text)) if s]
    return min(found, key=lambda s: s.start(), default=None)


def _user_span(text: str) -> tuple[int, int] | None:
    """The place of the password behind a user's name, from the colon on; None where there is none."""
    for pattern in _USER_PARTS:
        for found in pattern.finditer(text):
            _, colon, secret = _decoded(found["user"]).partition(":")
            if not colon or not secret.strip() or _PORT_AND_USER.fullmatch(secret):
                continue
            mark = _COLON.search(found["user"])
            return found.start("user") + (mark.start() if mark else 0), found.end("user")
    return None
