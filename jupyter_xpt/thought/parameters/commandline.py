"""Command line: the options that a source declares or gives itself, with what they come to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.thought.parameters.constants import UNKNOWN, Known, evaluate, is_plain, plain

_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None, "none": None}


def options(node: ast.Call, called: str, known: Known) -> Iterator[tuple[str, Value]]:
    """The options that a call declares (``add_argument``, ``click.option``, ``DEFINE_float``) or gives."""
    named = {one.arg: evaluate(one.value, known) for one in node.keywords if one.arg}
    given = [evaluate(one, known) for one in node.args]
    if called in ("add_argument", "option"):
        yield from _declared([one for one in given if isinstance(one, str)], named)
    elif called.startswith("DEFINE_") and len(given) > 1 and isinstance(given[0], str) and is_plain(given[1]):
        yield given[0], plain(given[1])
    elif called == "set_defaults":
        yield from ((name, plain(value)) for name, value in named.items() if is_plain(value))
    elif called in ("parse_args", "parse_known_args"):
        yield from given_in(given[0] if given else named.get("args"))
    elif called == "compose":
        words = named.get("overrides")
        pairs = [str(one).lstrip("+~").partition("=") for one in words] if isinstance(words, list) else []
        yield from ((name, _typed(value)) for name, sign, value in pairs if sign)


def _declared(texts: Sequence[str], named: dict[str, object]) -> Iterator[tuple[str, Value]]:
    """An option with its default."""
    longest = next((one for one in texts if one.startswith("--")), texts[0] if texts else "")
    target = named.get("dest")
    name = target if isinstance(target, str) else longest.lstrip("-").partition("/")[0]
    switch = {"store_true": False, "store_false": True}.get(str(named.get("action"))) if longest[:1] == "-" else None
    value = named.get("default", switch)
    if name and value is not None and value is not UNKNOWN and isinstance(value, str | int | float | list | tuple):
        yield name.replace("-", "_"), plain(value if is_plain(value) else repr(value))


def given_in(words: object) -> Iterator[tuple[str, Value]]:
    """The options in the words of a command line."""
    said = [str(one) for one in words] if isinstance(words, list | tuple) else []
    for at, word in enumerate(said):
        if word.startswith("--"):
            name, sign, value = word[2:].partition("=")
            after = said[at + 1] if at + 1 < len(said) and not said[at + 1].startswith("--") else None
            yield name.replace("-", "_"), _typed(value) if sign else True if after is None else _typed(after)


def _typed(text: str) -> Value:
    """A word as the number or truth value that it looks like."""
    for kind in (int, float):
        try:
            return plain(kind(text))
        except ValueError:
            continue
    return _WORDS.get(text.lower(), text)
