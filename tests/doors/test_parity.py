"""With tracking off a cell would print the very same."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.kernels import Kernel, Shown, kernel

BODIES = {
    "prints": "print('one')\nprint('two')",
    "a last value": "x = 3\nx * 2",
    "a silenced value": "x = 3\nx * 2;",
    "a value that is none": "None",
    "an assignment": "y = 5",
    "standard error": "import sys\nprint('bad', file=sys.stderr)",
    "display": "from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))\nprint(1)",
    "a line magic": "%pwd",
    "an assigned magic": "here = %pwd\nlen(here) > 0",
    "a shell command": "!echo hello",
    "captured shell": "lines = !echo hello\nlines[0]",
    "a cell magic inside": "%%capture hidden\nprint('x')",
    "top-level await": "import asyncio\nawait asyncio.sleep(0.01)\nprint('slept')\nawait asyncio.sleep(0, 41) + 1",
    "async for": "async def numbers():\n    yield 1\nasync for n in numbers():\n    print(n)",
    "an exception": "def f(x):\n    return 1 / x\n\nf(0)",
    "an exception in the third line": "a = 1\nb = 2\nraise ValueError('third')",
    "a chained exception": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise RuntimeError('outer') from e",
    "an exception after await": "import asyncio\nawait asyncio.sleep(0)\n{}['missing']",
    "a syntax error": "x = 1\nfor in y",
    "an indentation error": "if True:\nprint(1)",
    "a syntax error at run time": "eval('1 +')",
    "an unknown name": "no_such_name",
    "an exception group": "raise ExceptionGroup('many', [ValueError(1), KeyError(2)])",
    "exit code": "raise SystemExit(3)",
    "a usage error": "%no_such_magic",
    "blank lines first": "\n\n1 / 0",
    "a decorator and a class": "class A:\n    def f(self):\n        raise LookupError('x')\nA().f()",
    "comments only": "# nothing\n",
    "a warning": "import warnings\nwarnings.warn('careful')",
    "a future import": "from __future__ import annotations\ndef f(x: no_such): return x\nf(2)",
    "inspect sees the source": "import inspect\ndef g():\n    return 7\nprint(inspect.getsource(g))",
    "the underscore": "11\n",
    "unicode": "print('é ☃ 漢')\n'𝒳'",
    "clear output": "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('stays')",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with kernel(tmp_path_factory.mktemp("parity")) as one:
        yield one


def _comparable(shown: Shown) -> list[tuple[str, str]]:
    """What a person sees, streams joined, counters and the first line taken out."""
    seen: list[tuple[str, str]] = []
    for kind, content in shown.others:
        if kind == "stream" and seen and seen[-1][0] == content["name"]:
            seen[-1] = (content["name"], seen[-1][1] + content["text"])
        elif kind == "stream":
            seen.append((content["name"], content["text"]))
        elif kind == "error":
            seen.append(("error", shown.traceback))
        else:
            seen.append((kind, str(content.get("data", content))))
    return [(kind, neutral) for kind, text in seen if (neutral := _neutral(text))]


def _neutral(text: str) -> str:
    text = re.sub(r"In\[[0-9]+\]|ipykernel_[0-9]+/[0-9]+\.py", "In[N]", text)
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    # Python shows this warning of IPython's once, here or there.
    text = re.sub(r"\S+ UserWarning: To exit: .*\n.*\n", "", text)
    return re.sub(r"#?%%experiment|# plain {9}|#####", "#", text)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_tracked_cell_shows_what_the_plain_cell_shows(running: Kernel, body: str) -> None:
    # The comment keeps the line numbers alike; a cell magic must stand first.
    plain = running.run(body if body.startswith("%%") else "#####\n" + body)
    tracked = running.run("%%experiment\n" + body)
    assert _comparable(tracked) == _comparable(plain)
    assert tracked.status == plain.status
