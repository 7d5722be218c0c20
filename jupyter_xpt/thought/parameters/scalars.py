"""Scalars: the single values of a configuration file, each with its path and its place in the text.

Parsers give values without places, and that of YAML is not in the standard library. This reading is for masking a
value where it stands, and for naming parameters: it follows the layout that people write, and takes no text amiss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

Path = tuple[str | int, ...]
JSON, TOML, YAML, INI, ENV = "json", "toml", "yaml", "ini", "env"
# Deeper than this is no configuration.
_MAX_DEPTH = 64
_DOUBLE = r'"(?:[^"\\]|\\.)*(?:"|\Z)'
_THREE = r'"""(?:[^\\]|\\.)*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)'
# In YAML two single quotes are one; TOML knows three in a row; variables know escapes in both.
_YAML_QUOTED = rf"{_DOUBLE}|'(?:[^']|'')*(?:'|\Z)"
_TOML_QUOTED = rf"{_THREE}|{_DOUBLE}|'[^'\n]*(?:'|(?=\n)|\Z)"
_ENV_QUOTED = rf"{_THREE}|{_DOUBLE}|'(?:[^'\\]|\\.)*(?:'|\Z)"
_FLOW = {
    ":": re.compile(
        rf"(?s)\s+|\?(?=\s)|(?P<note>\#[^\n]*|//[^\n]*|/\*.*?\*/)|(?P<open>[{{\[])|(?P<close>[}}\]])|(?P<comma>,)|(?P<sep>:)"
        rf"|(?P<quoted>{_YAML_QUOTED})|(?P<plain>[^\s,:{{}}\[\]\"'#](?:[^\n,{{}}\[\]:#]|:(?=\S)|(?<=\S)\#)*)|."
    ),
    "=": re.compile(
        rf"(?s)\s+|(?P<note>\#[^\n]*)|(?P<open>[{{\[])|(?P<close>[}}\]])|(?P<comma>,)|(?P<sep>=)"
        rf"|(?P<quoted>{_TOML_QUOTED})|(?P<plain>[^\s,={{}}\[\]\"'#][^\n,={{}}\[\]#]*)|."
    ),
}
_LINE = re.compile(r"[^\n]*\n?")
_YAML_KEY = re.compile(
    r"(?P<key>\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'"
    r"|[^\s\#:{}\[\],&*!|>'\"%@`](?:[^\#:\n]|:(?=\S)|(?<=\S)\#){0,200}?)[ \t]{0,20}:(?=\s|\Z)"
)
_YAML_DASH = re.compile(r"-(?:[ \t]+|(?=\n|\Z))")
_YAML_TAG = re.compile(r"[ \t]*(?:[&!][^\s{}\[\],]*(?:[ \t]+|(?=\s|\Z)))*")
_YAML_PLAIN = re.compile(r"(?:[^\s\#]|(?<=\S)\#|[ \t]+(?![ \t\#\n]))+")
_TOML_WORD = r"(?:\"[^\"\n]*\"|'[^'\n]*'|[\w-]+)"
_TOML_KEY = re.compile(rf"[ \t]*(?P<key>{_TOML_WORD}(?:[ \t]*\.[ \t]*{_TOML_WORD})*)[ \t]*=[ \t]*")
_SECTION = re.compile(r"[ \t]*\[{1,2}([^\]\n]+)\]")
_INI_KEY = re.compile(r"(?P<key>[^\s\#;\[=:][^=:\n]{0,200}?)[ \t]{0,20}[=:][ \t]*(?P<value>[^\n]*)")
_ENV_KEY = re.compile(
    rf"[ \t]*(?:export[ \t]+)?(?P<key>[\w.-]+)[ \t]*=[ \t]*(?:(?P<quoted>{_ENV_QUOTED})|(?P<value>[^\n]*))", re.DOTALL
)


class Scalar(NamedTuple):
    """One value: its path, the span of its text without quotes, and the quotes around it, empty for none.

    ``block`` when it is written over several lines without quotes.
    """

    path: Path
    start: int
    end: int
    quote: str = ""
    block: bool = False

    @property
    def name(self) -> str:
        """Its path with dots."""
        return ".".join(map(str, self.path))


def kind_of(name: str) -> str:
    """The kind of configuration that a file's name says; `INI` where it says nothing."""
    last = name.rpartition("/")[2].lower()
    if last == ".env" or last.startswith(".env.") or last.endswith(".env"):
        return ENV
    suffix = last.rpartition(".")[2]
    return {"json": JSON, "toml": TOML, "yaml": YAML, "yml": YAML}.get(suffix, INI)


def scalars(name: str, text: str) -> list[Scalar]:
    """The single values of a configuration file, in the order of its text."""
    kind = kind_of(name)
    if kind == JSON:
        found: list[Scalar] = []
        _flow(text, 0, (), ":", found)
        return found
    reader = {TOML: _toml, YAML: _yaml, INI: _ini, ENV: _env}[kind]
    return list(reader(text))


def _flow(text: str, at: int, path: Path, sign: str, found: list[Scalar]) -> int:
    """Reads one value in brackets, quotes or plain from a place on; gives the place after it."""
    reading = _Reading(path, sign, found)
    while (match := _FLOW[sign].match(text, at)) is not None and at < len(text):
        at = match.end()
        if match.lastgroup is not None and reading.take(match.lastgroup, match):
            break
    return at


class _Reading:
    """Where in nested brackets a reading is, with what it found so far."""

    def __init__(self, path: Path, sign: str, found: list[Scalar]) -> None:
        self._sign = sign
        self._found = found
        # The brackets around: what each belongs to, in a list with the place of the current item.
        self._open: list[tuple[str, Path]] = []
        # What the next value is called: a place in a list, or a key; None where a key is to come.
        self._here: Path | None = path

    def take(self, kind: str, match: re.Match[str]) -> bool:
        """Takes the next piece; gives whether the value is over."""
        if kind == "open":
            base = self._here if self._here is not None else (*self._open[-1][1], "")
            self._open.append((match[0], base if match[0] == "{" else (*base, 0)))
            self._here = None if match[0] == "{" else (*base, 0)
            return len(self._open) > _MAX_DEPTH
        if kind == "comma" and self._open:
            bracket, top = self._open[-1]
            self._here = None
            if bracket == "[":
                self._here = (*top[:-1], int(top[-1]) + 1)
                self._open[-1] = (bracket, self._here)
        elif kind == "close":
            if self._open:
                self._open.pop()
            self._here = None
        elif kind in ("quoted", "plain"):
            self._text(match)
        return not self._open and kind in ("quoted", "plain", "close")

    def _text(self, match: re.Match[str]) -> None:
        """Takes a key, or a value."""
        if self._here is not None:
            self._found.append(_scalar(self._here, match.start(), match[0].rstrip(), threes=self._sign == "="))
            self._here = None
        elif self._open:
            self._here = (*self._open[-1][1], *_keys(match[0], dotted=self._sign == "="))


def _scalar(path: Path, start: int, raw: str, *, threes: bool = False) -> Scalar:
    """A value from its text, quotes apart."""
    quote = raw[:3] if threes and raw[:3] in ('"""', "'''") else raw[:1] if raw[:1] in "\"'" else ""
    closed = quote and len(raw) >= 2 * len(quote) and raw.endswith(quote)
    return Scalar(path, start + len(quote), start + len(raw) - (len(quote) if closed else 0), quote)


def _keys(raw: str, *, dotted: bool = False) -> Path:
    """A key without quotes; several where dots make it a path."""
    raw = raw.strip()
    if raw[:1] not in "\"'" and dotted:
        return tuple(part.strip() for part in raw.split("."))
    return (raw[1:-1] if len(raw) > 1 and raw[0] in "\"'" and raw[-1] == raw[0] else raw,)


def _toml(text: str) -> Iterator[Scalar]:
    """The values of TOML."""
    section: Path = ()
    counts: dict[Path, int] = {}
    at = 0
    while at < len(text):
        line = _LINE.match(text, at)
        key, head = _TOML_KEY.match(text, at), _SECTION.match(text, at)
        if head is not None:
            section = tuple(_keys(part)[0] for part in head[1].split("."))
            if text[head.start() : head.end()].lstrip().startswith("[["):
                counts[section] = counts.get(section, -1) + 1
                section = (*section, counts[section])
        elif key is not None:
            found: list[Scalar] = []
            after = _flow(text, key.end(), (*section, *_keys(key["key"], dotted=True)), "=", found)
            yield from found
            line = _LINE.match(text, max(after, key.end()))
        at = line.end() if line is not None and line.end() > at else at + 1


def _yaml(text: str) -> Iterator[Scalar]:
    """The values of YAML."""
    # The keys and places in lists that a line belongs to, with the column that each stands in.
    open_: list[tuple[int, str | int]] = []
    at = 0
    while at < len(text):
        body = text[at : _end(text, at)].strip()
        if not body or body.startswith(("#", "---", "%", "...")):
            open_ = [] if body.startswith("---") else open_
            at = _end(text, at) + 1
            continue
        line, indent = at, _indent(text, at)
        at += indent
        while (dash := _YAML_DASH.match(text, at)) is not None:
            _entered(open_, at - line)
            at = dash.end()
        key, column = _YAML_KEY.match(text, at), at - line
        while open_ and open_[-1][0] >= column:
            open_.pop()
        if key is not None:
            open_.append((column, _keys(key["key"])[0]))
            at = key.end()
        if len(open_) > _MAX_DEPTH:
            return
        found: list[Scalar] = []
        at = _yaml_value(text, at, tuple(name for _, name in open_), found)
        yield from _deeper(text, indent, found)
        at = max([at, *(one.end for one in found)])
        at = _end(text, at) + 1


def _entered(open_: list[tuple[int, str | int]], column: int) -> None:
    """Notes a dash: the next item of the list in that column, or the first."""
    # A list may stand as far in as the key that it belongs to.
    while open_ and open_[-1][0] > column:
        open_.pop()
    last = open_[-1] if open_ else (-1, "")
    if last[0] == column and isinstance(last[1], int):
        open_[-1] = (column, last[1] + 1)
    else:
        open_.append((column, 0))


def _yaml_value(text: str, at: int, path: Path, found: list[Scalar]) -> int:
    """Reads what stands behind a key or dash; gives the place after it."""
    tag = _YAML_TAG.match(text, at)
    at = tag.end() if tag is not None else at
    first = text[at : at + 1]
    if first in ("{", "[", '"', "'"):
        return _flow(text, at, path, ":", found)
    if first in ("|", ">"):
        # The block's lines are found by how far in they stand.
        found.append(Scalar(path, at, _end(text, at), block=True))
        return _end(text, at)
    plain = _YAML_PLAIN.match(text, at)
    if plain is not None and first not in ("#", "*"):
        found.append(Scalar(path, at, plain.end()))
        return plain.end()
    return at


def _deeper(text: str, indent: int, found: list[Scalar]) -> Iterator[Scalar]:
    """The values of a line, the last one with the lines that go on with it: those further in that name no key."""
    yield from found[:-1]
    if not found:
        return
    last = found[-1]
    end = last.end
    if not last.quote and (last.block or text[last.start : last.start + 1] not in "{["):
        at = _end(text, end) + 1
        while at < len(text):
            body = text[at : _end(text, at)].strip()
            inner = _indent(text, at) > indent
            goes_on = inner and not body.startswith(("- ", "#")) and _YAML_KEY.match(body) is None
            if body and not (inner if last.block else goes_on):
                break
            end = _end(text, at) if body else end
            at = _end(text, at) + 1
    found[-1] = last._replace(end=end, block=last.block or end > last.end)
    yield found[-1]


def _ini(text: str) -> Iterator[Scalar]:
    """The values of an INI file, with the lines that go on with them."""
    section: Path = ()
    waiting: Scalar | None = None
    at = 0
    while at < len(text):
        end = _end(text, at)
        head = _SECTION.match(text, at)
        pair = _INI_KEY.match(text, at)
        if waiting is not None and text[at : at + 1] in (" ", "\t") and text[at:end].strip():
            waiting = waiting._replace(end=end, block=True)
        elif head is not None or pair is not None:
            if waiting is not None:
                yield waiting
            waiting = None
            if head is not None:
                section = (head[1].strip(),)
            elif pair is not None:
                raw = pair["value"].rstrip()
                waiting = _scalar((*section, pair["key"].strip()), pair.start("value"), raw)
        at = end + 1
    if waiting is not None:
        yield waiting


def _env(text: str) -> Iterator[Scalar]:
    """The values of a file of environment variables."""
    at = 0
    while at < len(text):
        pair = _ENV_KEY.match(text, at)
        if pair is None:
            at = _end(text, at) + 1
            continue
        group = "quoted" if pair["quoted"] is not None else "value"
        yield _scalar((pair["key"],), pair.start(group), pair[group].rstrip(), threes=True)
        at = _end(text, pair.end()) + 1


def _indent(text: str, at: int) -> int:
    """How many spaces a line begins with."""
    end = _end(text, at)
    return end - at - len(text[at:end].lstrip(" "))


def _end(text: str, at: int) -> int:
    """Where a line ends."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end
