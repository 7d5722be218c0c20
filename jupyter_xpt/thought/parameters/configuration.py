"""Configuration: a configuration file's text without its secrets, and its values as parameters."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.ground.records import Warned
from jupyter_xpt.thought.code.source import config_values
from jupyter_xpt.thought.data.secrets import (
    MASK,
    found_by_shape,
    holds_secrets,
    is_password_name,
    is_secret_name,
    kept,
    without_shapes,
)
from jupyter_xpt.thought.parameters.scalars import ENV, INI, JSON, TOML, YAML, Scalar, kind_of, scalars

# A longer text is no person's work: reading its layout would hold up the cell, its lines are looked at alone.
_MAX_LAYOUT = 100_000
_MAX_NAMES = 100
# More names than this are not listed in a line.
_LISTED = 5
# A file with more values than this holds data.
MAX_VALUES = 200
# Without one of these words nothing in a text is a secret.
_MAY_HOLD = re.compile(
    r"(?i)pass|pwd|secret|token|key|credential|auth|jwt|bearer|cookie|otp|pat\b|://|sk-|gh[pousr]_|github_|AKIA|ASIA"
    r"|xox|hf_|AIza|eyJ|glpat|npm_|k_live|k_test|pypi-|hooks\.slack|connection|password|private|uid|user ?id|shared"
)
_NUMBER = re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, Value] = {
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
    **dict.fromkeys(("null", "~", "none", ""), None),
}
# A name and a text on one line, however the lines around are to be read.
_PAIR = re.compile(
    r"(?<![\w.-])([\"']?(?=[\w.-]{0,60}?(?i:pass|pwd|secret|token|key|cred|auth|jwt|bearer|cookie|otp))([\w.-]{1,200})"
    r"[\"']?[ \t]*[:=][ \t]*)"
    r"(\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^\s,}\]#\"'!&*|>{\[$<%][^\s,}\]#]*)"
)
_NOTE = re.compile(r"(?m)^([ \t]*(?:#|;|//)[ \t]*(?:export[ \t]+)?[\"']?([\w.-]+)[\"']?[ \t]*[:=][ \t]*)([^\n]+)$")


class Masked(NamedTuple):
    """A file's text without its secrets, and the names of what was masked."""

    text: str
    names: tuple[str, ...] = ()


@lru_cache(maxsize=128)
def masked_file(name: str, text: str) -> Masked:
    r"""A configuration file as it may be kept: texts whose name or shape says secret are masked, all else stays.

    >>> masked_file("a.yaml", "db: {user: anna, password: hunter2}  # mine\\n")
    Masked(text='db: {user: anna, password: "***"}  # mine\\n', names=('db.password',))
    """
    if _MAY_HOLD.search(text) is None:
        return Masked(text)
    kind = kind_of(name)
    pieces: list[str] = []
    names: dict[str, None] = {}
    at = 0
    for one in scalars(name, text) if len(text) <= _MAX_LAYOUT else ():
        safe = _shown(one, text[one.start : one.end], kind)
        if safe is not None and one.start >= at:
            pieces += (text[at : one.start], safe)
            at = one.end
            names[one.name] = None
    whole = "".join(pieces) + text[at:]
    # What no reading of the layout finds: notes, lines by themselves, and what its shape tells.
    readings: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = ((_NOTE, _noted), (_PAIR, _paired))
    for pattern, shown in readings:
        whole = _looked_through(whole, pattern, shown, names)
    breaks = _breaks(whole)
    names |= dict.fromkeys(_line(breaks, match.start()) for match in found_by_shape(whole))
    return Masked(without_shapes(whole), tuple(names)[:_MAX_NAMES])


def _looked_through(
    text: str, pattern: re.Pattern[str], shown: Callable[[re.Match[str]], str], names: dict[str, None]
) -> str:
    """A text with each match shown another way where it must be; adds the lines of those."""
    breaks = _breaks(text)

    def look(match: re.Match[str]) -> str:
        safe = shown(match)
        if safe != match[0]:
            names[_line(breaks, match.start())] = None
        return safe

    return pattern.sub(look, text)


def _breaks(text: str) -> list[int]:
    """Where the lines of a text end."""
    return [match.start() for match in re.finditer(r"\n", text)]


def _line(breaks: Sequence[int], at: int) -> str:
    """The line that a place is in, as it is named."""
    return f"line {bisect_left(breaks, at) + 1}"


def _noted(match: re.Match[str]) -> str:
    """A value that was taken out of use by a comment sign, masked where its name says secret."""
    return match[1] + MASK if is_secret_name(match[2], strict=True) else match[0]


def _paired(match: re.Match[str]) -> str:
    """A name and a text, that masked where the name says secret."""
    lead, name, value = match.groups()
    quote = value[0] if value[0] in "\"'" else ""
    inner = value.strip(quote) if quote else value
    word = not quote and (inner.lower() in _WORDS or _NUMBER.fullmatch(inner) is not None)
    if word or not inner or MASK in inner or kept(name, inner) != MASK:
        return match[0]
    return f"{lead}{quote}{MASK}{quote}" if quote else f'{lead}"{MASK}"'


def left_out(masked: Mapping[str, Sequence[str]]) -> tuple[Warned, ...]:
    """What is said of masked values, a line a file; of files of variables nothing: there secrets are at home.

    >>> left_out({"config.yaml": ["db.password"]})[0].text
    'config.yaml: 1 value may be a secret (db.password) and is not kept'
    """
    found = []
    for file, names in masked.items():
        if names and kind_of(file) != ENV:
            listed = ", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")
            are = "value may be a secret" if len(names) == 1 else "values may be secrets"
            ends = "is not kept" if len(names) == 1 else "are not kept"
            found.append(Warned("masked", f"{file}: {len(names)} {are} ({listed}) and {ends}", file))
    return tuple(found)


def _shown(one: Scalar, raw: str, kind: str) -> str | None:
    """What stands for a value that may be a secret; None for any other."""
    # With what it belongs to: openai.key is a secret, sort.key is none.
    name = ".".join([part for part in one.path if isinstance(part, str)][-2:])
    text = raw.strip()
    word = not one.quote and not one.block and (text.lower() in _WORDS or _NUMBER.fullmatch(text) is not None)
    if not text or (word and kind not in (INI, ENV) and not is_password_name(name)):
        return None
    if word and text.lower() in _WORDS:
        return None
    held = any(isinstance(part, str) and holds_secrets(part) for part in one.path[:-1])
    safe = MASK if held else kept(name, raw, strict=kind == ENV)
    if safe == raw:
        return None
    # A star begins an alias in YAML; JSON and TOML know no bare words.
    return f'"{safe}"' if safe == MASK and not one.quote and kind in (JSON, TOML, YAML) else safe


def values_of(name: str, text: str) -> dict[str, Value]:
    r"""A configuration file's values by their path with dots: ``train.lr``; lists as text.

    Nothing where it holds no configuration: no values, very many, or what is not what its name says.

    >>> values_of("a.yaml", "train:\n  lr: 0.1\n  layers: [64, 32]\n")
    {'train.lr': 0.1, 'train.layers': '[64, 32]'}
    """
    kind = kind_of(name)
    if kind == ENV or len(text) > _MAX_LAYOUT:
        return {}
    whole: Any
    if kind in (JSON, TOML):
        whole = config_values(name, text)
    elif kind == INI:
        whole = _ini_values(text)
    else:
        whole = _tree(name, text)
    found: dict[str, Value] = {}
    for path, value in flattened("", whole) if isinstance(whole, dict) else ():
        if len(found) >= MAX_VALUES:
            return {}
        if value != MASK:
            found[path] = value
    return found


def flattened(path: str, value: object) -> Iterator[tuple[str, Value]]:
    """The plain values in nested mappings, by path; lists of plain values as text."""
    waiting: list[tuple[str, object]] = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            inner = [(f"{path}.{key}" if path else str(key), one) for key, one in value.items()]
            waiting += reversed(inner)
        elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
            waiting += reversed([(f"{path}.{at}", one) for at, one in enumerate(value)])
        elif value is None or isinstance(value, str | int | float):
            yield path, value
        elif value:
            yield path, repr(value) if isinstance(value, list) else str(value)


def _ini_values(text: str) -> dict[str, dict[str, Value]]:
    """What an INI file holds, sections by name; values as the numbers and words that they look like."""
    import configparser  # 3 ms that few kernels need

    parser = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True)
    # Names keep their case.
    parser.optionxform = str  # type: ignore[method-assign,assignment]  # the documented way
    try:
        parser.read_string(text)
    except (configparser.Error, ValueError):
        return {}
    sections = ((name, parser[name]) for name in parser.sections())
    return {name: {key: _typed(one or "") for key, one in section.items()} for name, section in sections}


def _tree(name: str, text: str) -> dict[str, Any]:
    """What a YAML file holds, put together from its single values."""
    whole: dict[Any, Any] = {}
    for one in scalars(name, text):
        place: Any = whole
        for part in one.path[:-1]:
            inner = place.setdefault(part, {})
            place = inner if isinstance(inner, dict) else {}
        raw = text[one.start : one.end]
        if one.path:
            place[one.path[-1]] = raw if one.quote else _block(raw) if one.block else _typed(raw)
    return {key: _lists(value) for key, value in whole.items() if isinstance(key, str)}


def _lists(value: object) -> object:
    """Mappings by place as lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(one) for key, one in value.items()}
    return list(inner.values()) if inner and all(isinstance(key, int) for key in inner) else inner


def _block(raw: str) -> str:
    """A text over several lines as one."""
    return " ".join(raw.lstrip("|>+-0123456789").split())


def _typed(raw: str) -> Value:
    """A bare word as the number, truth value or text that it is."""
    text = raw.strip()
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _NUMBER.fullmatch(text) is None:
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
    plain = text.replace("_", "")
    if len(plain) > 300:
        return text
    return int(plain) if plain.lstrip("+-").isdigit() else float(plain)
