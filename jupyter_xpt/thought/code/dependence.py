"""Dependence: which earlier cells a cell depends on, by the names that they bind and read.

Nothing runs, so this is a reading of habits: a loop is taken to run, a dropped call to be made for its effect
on what it is called on, unless it is known to only show something.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from jupyter_xpt.thought.code.scopes import BUILTIN, Names, names_of

# Methods that people call in a line of their own to look at something.
_LOOKS = re.compile(
    r"(bar|barh|boxplot|close|copy|corr|count|describe|dtypes|groupby|head|hist|imshow|info|isna|isnull|items|keys"
    r"|mean|median|nunique|pipe|plot|predict|predict_proba|print|sample|savefig|scatter|score|shape|show|size|std"
    r"|sum|summary|tail|to_[a-z]+|transform|value_counts|values|view)$"
)
# Calls on a module or class that change how it behaves later; others leave it as it is.
_SETTINGS = re.compile(
    r"seed|^(set|use|enable|disable|register|filter|config|basicConfig|rc|insert|append|update|chdir)"
)


def bound(text: str) -> frozenset[str]:
    """The global names that a text binds (assigns, imports, defines) or changes in place."""
    names = names_of(text)
    return names.sure | names.changed | {name for name, _ in _effects(names, names.imported)}


def read(text: str) -> frozenset[str]:
    """The global names that a text loads anywhere, inside its functions too, before or after binding them."""
    return names_of(text).read


def needs(texts: Sequence[str], target: str) -> tuple[int, ...]:
    """Which of the executed cells a cell depends on, directly or through one another.

    Parameters
    ----------
    texts
        The executed cells as plain Python, oldest first.
    target
        The cell that is about to run.

    Returns
    -------
    tuple of int
        Ascending indices into ``texts``. A name leads to the last cell that bound it, and to those that
        changed it in place since. Names that functions read count as they are when the functions are called.
    """
    return _Resolver([names_of(text) for text in texts], names_of(target)).needed()


class _Resolver:
    """Follows names back to the texts that made them what they are."""

    def __init__(self, texts: Sequence[Names], target: Names) -> None:
        self._texts = texts
        self._target = target
        imported = frozenset().union(*(one.imported for one in (*texts, target)))
        # Where each name was made or changed, in order.
        self._places: dict[str, list[int]] = {}
        for i, one in enumerate(texts):
            for name in one.sure | one.changed | {name for name, _ in _effects(one, imported)}:
                self._places.setdefault(name, []).append(i)
        self._stars = [i for i, one in enumerate(texts) if one.star]
        # Names whose meaning depends on when they are used: what their functions read may change.
        self._calling = {name for one in texts if one.later for name in one.sure | one.changed}
        self._found: set[int] = set()
        self._waiting: list[tuple[str, int]] = []
        self._asked: set[tuple[str, int]] = set()

    def needed(self) -> tuple[int, ...]:
        """The texts that the target depends on."""
        end = len(self._texts)
        self._ask(self._target.needed | (self._target.later - self._target.sure), end)
        while self._waiting:
            name, before = self._waiting.pop()
            for i in self._made(name, before):
                self._found.add(i)
                self._ask(self._texts[i].needed, i)
                # A function reads its globals when it is called: by whom we came from, or at the end.
                self._ask(self._texts[i].later, before)
                self._ask(self._texts[i].later, end)
        return tuple(sorted(self._found))

    def _ask(self, names: Iterable[str], before: int) -> None:
        """Asks for names as they are before a text."""
        for name in names:
            last = self._last(name, before) + 1
            # Where it was not changed in between, it is the same question.
            key = (name, before if self._stars or name in self._calling else last)
            if (last or self._stars) and key not in self._asked:
                self._asked.add(key)
                self._waiting.append((name, before))

    def _last(self, name: str, before: int) -> int:
        """The last text before another that made or changed a name, -1 when there is none."""
        places = self._places.get(name, [])
        position = bisect_left(places, before)
        return places[position - 1] if position else -1

    def _made(self, name: str, before: int) -> Iterator[int]:
        """The text that made a name what it is before another text, and star imports that may have since."""
        last = self._last(name, before)
        if last >= 0:
            yield last
            # What was there before it shows through.
            if name not in self._texts[last].sure:
                self._ask([name], last)
        if name not in BUILTIN:
            yield from (i for i in self._stars if last < i < before)


def _effects(names: Names, imported: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The calls that change what they are called on."""
    for name, method in names.called:
        if _SETTINGS.search(method) if name in imported else not _LOOKS.match(method):
            yield name, method
