import ast
import hashlib

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from jupyter_xpt.thought.code.source import (
    Source,
    canonical,
    config_meaning,
    digest,
    imports,
    meaning,
    string_constants,
    strip_own,
    tree,
)

CELLS = {
    "sklearn": """
from sklearn.ensemble import RandomForestClassifier
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=.3)
model = make_pipeline(StandardScaler(), RandomForestClassifier(n_estimators=100, max_depth=None))
model.fit(X_train, y_train)
accuracy = model.score(X_test, y_test)
print(f"accuracy {accuracy:.3f} {accuracy!r:>{width}}")
""",
    "torch": '''
class Net(nn.Module):
    """Two layers."""

    def __init__(self, hidden: int = 32, *, p=0.5, **kwargs) -> None:
        super().__init__(**kwargs)
        self.layers = nn.Sequential(nn.Linear(4, hidden), nn.ReLU(), nn.Dropout(p), nn.Linear(hidden, 2))

    def forward(self, x, /):
        return self.layers(x)

for epoch in range(EPOCHS):
    for xb, yb in loader:
        optimizer.zero_grad(); loss = F.cross_entropy(net(xb), yb); loss.backward()
        optimizer.step()
    if epoch % 10 == 0 and not quiet:
        print('epoch', epoch, "loss", loss.item(), sep="\\t")
''',
    "pandas": """
df = pd.read_csv("penguins.csv", na_values=["", 'NA'])
df = df[(df.body_mass_g > 3_000) & ~df["sex"].isna()].assign(ratio=lambda d: d.bill / d.depth)
means = {k: v for k, v in df.groupby("species").mean().items() if k != b"x"}
try:
    import cupy as xp
except (ImportError, OSError) as e:
    raise RuntimeError("no") from e
finally:
    pass
with open("out.txt", "w") as f, suppress(OSError):
    f.write("é\\n")
match mode:
    case {"kind": "a", **rest} | [1, *rest]: x = -1 if rest else 1e-3
    case _: x = 1j
""",
}


def reformatted(text: str) -> str:
    return ast.unparse(ast.parse(text))


@pytest.mark.parametrize("text", CELLS.values(), ids=CELLS)
def test_formatting_does_not_count(text):
    spaced = text.replace("\n", "   # why not\n\n")
    if '"""' not in text:
        assert meaning(spaced) == meaning(text)
    assert meaning(reformatted(text)) == meaning(text)
    assert meaning(text.replace("\n", "\r\n")) == meaning(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("x = 'a'", 'x = "a"', id="quotes"),
        pytest.param("x = .1", "x = 0.10", id="spelling of numbers"),
        pytest.param("x = 1_000", "x = 1000", id="grouped digits"),
        pytest.param("f(a,\n  b,\n)", "f(a, b)", id="lines and trailing commas"),
        pytest.param("x = (1 + 2)", "x = 1 + 2", id="needless parentheses"),
        pytest.param("x = 1; y = 2", "x = 1\ny = 2", id="semicolons"),
        pytest.param("x = []  # type: list[int]", "x = []", id="type comments"),
        pytest.param("x = 'a' 'b'", "x = 'ab'", id="adjacent strings"),
        pytest.param("x = f'a' 'b'", "x = 'ab'", id="f-strings without a hole"),
        pytest.param("x = u'a'", "x = 'a'", id="string prefix"),
        pytest.param("\ufeffx = 1", "x = 1", id="byte order mark"),
        pytest.param("  # only a comment\n\n", "", id="nothing but comments"),
        pytest.param(
            "get_ipython().run_cell_magic('time', '', 'x = 1  # why\\n')",
            "get_ipython().run_cell_magic('time', '', '\\nx=1')",
            id="inside %%time",
        ),
        pytest.param("a b  \n\n c", "a b\n c\n", id="space in text that is no Python"),
    ],
)
def test_these_mean_the_same(one, other):
    assert meaning(one) == meaning(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("x = 1", "x = 1.0", id="int and float"),
        pytest.param("x = 1", "x = True", id="int and bool"),
        pytest.param("x = 'a'", "x = b'a'", id="text and bytes"),
        pytest.param("x = 'None'", "x = None", id="text and None"),
        pytest.param("x = a + b * c", "x = (a + b) * c", id="precedence"),
        pytest.param("x = (1,)", "x = 1", id="tuple of one"),
        pytest.param("def f():\n  'one'", "def f():\n  'two'", id="docstrings"),
        pytest.param("def f(a, *, b): 0", "def f(a, b): 0", id="keyword only"),
        pytest.param("f(a=b)", "f(b=a)", id="keywords"),
        pytest.param("f(*a)", "f(**a)", id="stars"),
        pytest.param("{**a}", "{a: a}", id="dict unpacking"),
        pytest.param("if a:\n  b\nc", "if a:\n  b\n  c", id="indentation"),
        pytest.param("x = f'{a}'", "x = f'{a!r}'", id="conversion"),
        pytest.param("x = f'{a:.2f}'", "x = f'{a:.3f}'", id="format"),
        pytest.param("x = f'{a}b'", "x = f'{a}' + 'b'", id="f-string and sum"),
        pytest.param("x = y = 1", "x = 1; y = 1", id="chained assignment"),
        pytest.param("x = 1", "text:\nx = 1", id="text that looks like ours"),
        pytest.param("get_ipython().run_line_magic('time', 'f(1)')", "f(1)", id="magic and plain call"),
        pytest.param("a b c", "a b d", id="no Python"),
        pytest.param("x = 0x" + "f" * 5000, "x = 0x" + "e" * 5000, id="endless integers"),
    ],
)
def test_these_mean_something_else(one, other):
    assert meaning(one) != meaning(other)


NAMES = st.sampled_from(["x", "model", "df", "é"])
CONSTANTS = st.one_of(
    st.integers(), st.floats(allow_nan=False), st.text(), st.binary(), st.booleans(), st.none(), st.just(...)
).map(lambda value: ast.unparse(ast.Constant(value)))
EXPRESSIONS = st.recursive(
    st.one_of(NAMES, CONSTANTS),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "*", "@", "and", "<", "is not", "**"]), inner).map(
            "({0[0]} {0[1]} {0[2]})".format
        ),
        st.tuples(NAMES, inner, inner).map("{0[0]}({0[1]}, key={0[2]})".format),
        st.tuples(NAMES, inner).map("{0[0]}[{0[1]}]".format),
        st.tuples(NAMES, NAMES).map("{0[0]}.{0[1]}".format),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.tuples(inner, inner).map("{{{0[0]}: {0[1]}}}".format),
        st.tuples(NAMES, inner, inner).map("[{0[1]} for {0[0]} in {0[2]}]".format),
        st.tuples(NAMES, inner).map("(lambda {0[0]}: {0[1]})".format),
        st.tuples(inner, inner, inner).map("({0[0]} if {0[1]} else {0[2]})".format),
    ),
    max_leaves=8,
)
STATEMENTS = st.one_of(
    st.tuples(NAMES, EXPRESSIONS).map("{0[0]} = {0[1]}".format),
    EXPRESSIONS,
    st.tuples(NAMES, EXPRESSIONS, EXPRESSIONS).map("for {0[0]} in {0[1]}:\n    {0[2]}".format),
    st.tuples(NAMES, EXPRESSIONS).map("def {0[0]}(a, b=1):\n    return {0[1]}".format),
)
TEXTS = st.lists(STATEMENTS, min_size=1, max_size=5).map("\n".join)


@given(TEXTS, st.data())
@settings(max_examples=150, deadline=None)
def test_no_reformatting_ever_changes_the_meaning(text, data):
    assume(tree(text) is not None)
    assert meaning(reformatted(text)) == meaning(text)
    lines = reformatted(text).splitlines()
    if not any(quote * 3 in text for quote in "'\""):
        padded = [data.draw(st.sampled_from([line, line + "  ", "\n" + line, "# note\n" + line])) for line in lines]
        assert meaning("\n".join(padded)) == meaning(text)


class OtherConstant(ast.NodeTransformer):
    """Changes the n-th constant."""

    def __init__(self, place: int) -> None:
        self.place = place

    def visit_Constant(self, node):
        self.place -= 1
        return ast.Constant("another value") if self.place == -1 else node


@given(TEXTS, st.integers(0, 1000))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_a_changed_constant_always_changes_the_meaning(text, place):
    module = ast.parse(text)
    constants = sum(isinstance(node, ast.Constant) for node in ast.walk(module))
    assume(constants)
    place %= constants
    other = ast.fix_missing_locations(OtherConstant(place).visit(module))
    assert meaning(ast.unparse(other)) != meaning(text)


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "x = '\ud800'",
        "(" * 5000,
        "-" * 50_000 + "1",
        "+".join(["a"] * 20_000),
        "x" * 3_000_000,
        "'",
        "\x0c\x0c",
        "def",
    ],
    ids=["null", "surrogate", "open", "minus", "sum", "long", "quote", "form-feed", "def"],
)
def test_hostile_texts_have_a_meaning(text):
    assert meaning(text) == meaning(text + "\n\n")
    assert digest(Source(text)) == digest(Source(text + "\n"))


def test_a_warning_of_the_parser_is_not_the_users():
    assert meaning(r"x = '\d'") == meaning(r"x = '\\d'")
    assert meaning("x = 1if y else 2") == meaning("x = 1 if y else 2")


# Computed once, the same with Python 3.11, 3.12 and 3.13; they change only together with source.FORM.
GOLDEN = {
    "sklearn": "e77f336c80d89b46",
    "torch": "b719ffe4a4b51f4f",
    "pandas": "73f37d4cb134ac6e",
    "definitions": "b6e66e0a34494d86",
    "f-strings": "cd8308bdcbf964f4",
    "constants": "2f24b8ae5a642a7b",
    "flow": "221c9f0598ad3a40",
    "no Python": "d6298bb446418309",
}


def fingerprint(text: str) -> str:
    return hashlib.sha256(meaning(text).encode()).hexdigest()[:16]


GOLDEN_TEXTS = {
    **CELLS,
    "definitions": (
        "@d\nasync def f(a, /, b: int = 1, *c, e, g=2, **h) -> T:\n    'doc'\n    global q\n    await x\n"
        "class A(B, m=1):\n    x: int = 3\n"
    ),
    "f-strings": "f'a{x!r:>{w}}' 'b'\nf''\nf'{x:}'\nf'{x:%Y-%m-%d} {y:{a}.{b}f}{{}}'\nf'{y=}'",
    "constants": "[1, -1, 1.5, 1e309, 2j, True, None, ..., 'é\\U0001fae8', b'\\xff', 0x" + "f" * 40 + "]",
    "flow": (
        "try:\n    a\nexcept* E as e:\n    pass\nwhile x:\n    break\nelse:\n    del y\n"
        "x = lambda *a, b=1: (yield)\nassert x, y"
    ),
    "no Python": "%matplotlib inline (\n\n  x  \n",
}


def test_the_canonical_form_can_be_read():
    assert meaning("x = f(1, *a)") == (
        "(Assign targets=[(Name id='x') ] value=(Call args=[1 (Starred value=(Name id='a')) ] func=(Name id='f')))"
    )
    assert canonical(ast.parse("x", mode="eval").body) == "(Name id='x')"


@pytest.mark.parametrize("name", GOLDEN_TEXTS)
def test_meanings_are_what_they_were_in_every_version_of_python(name):
    assert fingerprint(GOLDEN_TEXTS[name]) == GOLDEN[name]


def test_digests_are_what_they_were():
    whole = Source("x = 1", ("y = 2",), (("features.py", "z = 3"), ("config.yaml", "lr: 0.1\n")))
    assert digest(whole) == ("sha256:6e180cd34fd46ecc8b0ed514386fdb589279de7e37897b95705c69f060d7254a")


def test_a_digest_counts_all_that_has_meaning_and_nothing_else():
    whole = Source("x = 1", ("import a", "# nothing", ""), (("a.py", "y = 1"), ("c.json", '{"a": 1, "b": 2}')))
    same = Source("x=1 # one", ("import a ",), (("c.json", '{"b":2,\n"a":1}'), ("a.py", "y  =  1")))
    assert digest(whole) == digest(same)
    others = [
        Source("x = 2", same.above, same.files),
        Source("x = 1", (), same.files),
        Source("x = 1", ("import a", "b = 1"), same.files),
        Source("x = 1", same.above, (("c.json", '{"b":2,"a":2}'), ("a.py", "y = 1"))),
        Source("x = 1", same.above, (("c.json", '{"b":2,"a":1}'), ("b.py", "y = 1"))),
        Source("x = 1", same.above, same.files[:1]),
    ]
    assert len({digest(one) for one in (whole, *others)}) == 1 + len(others)


def test_cells_above_count_in_order():
    assert digest(Source("x", ("a = 1", "a = 2"))) != digest(Source("x", ("a = 2", "a = 1")))


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        pytest.param("a.json", '{"a": 1, "b": [1, 2]}', '{"b":[1,2],"a":1}', True, id="JSON order"),
        pytest.param("a.json", '{"a": 1}', '{"a": 1.0}', False, id="JSON number"),
        pytest.param("a.json", "{// no\n}", "{\n}", False, id="JSON with comments is text"),
        pytest.param("a.json", "[" * 5000, "[" * 5001, False, id="JSON too deep is text"),
        pytest.param("a.toml", "a = 1  # c\n[b]\nd = 2024-01-01", "[b]\nd=2024-01-01\n", False, id="TOML value"),
        pytest.param("a.toml", "# c\na = 1\nd = 2024-01-01", "d=2024-01-01\na=1", True, id="TOML order"),
        pytest.param("a.yaml", "# c\nlr: 0.1  \n\n", "lr: 0.1\n", True, id="YAML comments"),
        pytest.param("a.yaml", "lr: 0.1", "lr: 0.2", False, id="YAML value"),
        pytest.param("a.yaml", "a:\n  b: 1", "a:\nb: 1", False, id="YAML indentation"),
        pytest.param("a.yml", "prompt: |\n  # One\n  x", "prompt: |\n  # Two\n  x", False, id="YAML text block"),
        pytest.param("a.yml", "p: |\n  x\n# one\nb: 1", "p: |\n  x\n# two\nb: 1", True, id="after a YAML text block"),
        pytest.param("a.ini", "; c\n[a]\nb=1", "[a]\n# d\nb=1", True, id="INI comments"),
        pytest.param(".env", "A=1\n#B=2", "A=1", True, id="environment file"),
        pytest.param("a.cfg", "a=1 # x", "a=1", False, id="only full-line comments"),
    ],
)
def test_what_counts_of_a_configuration_file(name, one, other, same):
    assert (config_meaning(name, one.encode()) == config_meaning(name, other.encode())) is same


def test_undecodable_configuration_counts_by_its_bytes():
    assert config_meaning("a.yaml", b"\xff\xfe") != config_meaning("a.yaml", b"\xff\xfd")
    assert config_meaning("a.yaml", b"\xef\xbb\xbfa: 1") == config_meaning("a.yaml", b"a: 1")
    decoded = b"\xff\xfe".decode("utf-8", "surrogateescape")
    assert digest(Source("", (), (("a.ini", decoded),))) == digest(Source("", (), (("a.ini", decoded),)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("%load_ext jupyter_xpt\nx = 1", "\nx = 1", id="load_ext"),
        pytest.param("%reload_ext  jupyter_xpt  \nx", "\nx", id="reload_ext"),
        pytest.param("load_ext jupyter_xpt", "", id="automagic"),
        pytest.param("%load_ext autoreload\n%autoreload 2", "%load_ext autoreload\n%autoreload 2", id="others stay"),
        pytest.param("%load_ext jupyter_xpt_more", "%load_ext jupyter_xpt_more", id="longer names stay"),
        pytest.param("x = 1\n%xpt_tree --all\ny", "x = 1\n\ny", id="%xpt_tree"),
        pytest.param('%xpt_new --note "a" \\\n  --parent 9\nx', "\n\nx", id="continued line"),
        pytest.param("if a:\n    %xpt\n", "if a:\n    pass\n", id="in a block"),
        pytest.param("%%experiment repeats=5 note='a'\nx = 1", "\nx = 1", id="experiment"),
        pytest.param("\n\n%%experiment\nx", "\n\n\nx", id="blank lines first"),
        pytest.param("%%experiment_more\nx", "%%experiment_more\nx", id="another magic"),
        pytest.param("x = 1\n%%experiment\n", "x = 1\n%%experiment\n", id="not the first line"),
        pytest.param("# experiment 010, from 009: try boosting\nx", "\nx", id="our comment"),
        pytest.param("# experiment with depth\nx", "# experiment with depth\nx", id="their comment"),
        pytest.param("%xpthing = 1", "", id="anything that begins like ours"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_our_own_lines_are_stripped(text, expected):
    assert strip_own(text) == expected
    assert strip_own(text).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "package", "expected"),
    [
        pytest.param("import a.b, c as d", "", ("a.b", "c"), id="import"),
        pytest.param("from a import b, c", "", ("a", "a.b", "a.c"), id="from"),
        pytest.param("from a import *", "", ("a",), id="star"),
        pytest.param("from . import b", "p.q", ("p.q", "p.q.b"), id="this package"),
        pytest.param("from ..b import c", "p.q", ("p.b", "p.b.c"), id="the package above"),
        pytest.param("from ... import c", "p", (), id="out of the package"),
        pytest.param("from . import c", "", (), id="no package"),
        pytest.param("def f():\n  import a\ntry:\n  import b\nexcept E: pass", "", ("b", "a"), id="anywhere"),
        pytest.param("importlib.import_module('a.b')\n__import__('c')", "", ("a.b", "c"), id="by function"),
        pytest.param("get_ipython().run_cell_magic('time', '', 'import a')", "", ("a",), id="inside %%time"),
        pytest.param("import (", "", (), id="no Python"),
    ],
)
def test_imports_are_found(text, package, expected):
    assert set(imports(text, package)) == set(expected)


def test_the_configuration_files_that_a_text_names_are_found():
    suffixes = (".yaml", ".json", ".env")
    text = """cfg = load("conf/a.yaml"); load(f"{base}/b.yaml"); load(Path("d") / 'c.json')
x = "a.yaml.bak"; load(".env")
y = '''two
lines.json'''"""
    assert set(string_constants(text, suffixes)) == {"conf/a.yaml", "c.json", ".env"}
    assert string_constants("not (", suffixes) == ()


@pytest.mark.parametrize(
    "text",
    [
        "json.dump(1, open('a.json', 'w'))",
        "with open('a.json', 'x') as file:\n    pass",
        "Path('a.json').write_text('1')",
        "Path('a.json').open('a')",
        "frame.to_json('a.json')",
        "open('a.json', 'w').close()\nopen('a.json')",
    ],
)
def test_a_file_that_the_text_writes_is_no_configuration(text: str) -> None:
    assert string_constants(text, (".json",)) == ()


@pytest.mark.parametrize("text", ["open('a.json', 'r')", "open('a.json', 'r+')", "Path('a.json').read_text()"])
def test_a_file_that_the_text_reads_is_one(text: str) -> None:
    assert string_constants(text, (".json",)) == ("a.json",)
