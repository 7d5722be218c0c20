import pytest

from jupyter_xpt.thought.code.dependence import bound, needs, read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x = 1", {"x"}, id="assignment"),
        pytest.param("a, (b, *c) = 1, (2, 3)", {"a", "b", "c"}, id="unpacking"),
        pytest.param("x: int = 1\ny: int", {"x"}, id="annotation without a value binds nothing"),
        pytest.param("import numpy as np, os.path\nfrom sklearn.svm import SVC as S", {"np", "os", "S"}, id="imports"),
        pytest.param("def f(): y = 1\nclass C: z = 2", {"f", "C"}, id="definitions"),
        pytest.param("for i in a:\n  b = i\nwith open(p) as f: pass", {"i", "b", "f"}, id="blocks"),
        pytest.param("[x for x in a if (last := x)]", {"last"}, id="walrus leaves the comprehension"),
        pytest.param("df['x'] = 1\ncfg.lr = 2\ndf.loc[m, 'a'] += 1", {"df", "cfg"}, id="stores into parts"),
        pytest.param("rows.append(1)", {"rows"}, id="a bare method call"),
        pytest.param("df.head()\ndf.describe()", set(), id="a look changes nothing"),
        pytest.param("def f():\n  global n\n  n = 1", {"f", "n"}, id="global"),
        pytest.param("try: pass\nexcept E as e: pass", {"e"}, id="caught error"),
        pytest.param("match v:\n  case {'a': a, **r}: pass\n  case [b, *c]: pass", {"a", "r", "b", "c"}, id="match"),
        pytest.param("train(model, loader)", {"model", "loader"}, id="a function called for its effect"),
        pytest.param("print(x)\nplot_history(h)\ndisplay(df)", set(), id="output"),
        pytest.param("get_ipython().run_cell_magic('time', '', 'x = 1\\n')", {"x"}, id="inside %%time"),
        pytest.param("x = (1,\nz = 2", {"x", "z"}, id="no Python"),
    ],
)
def test_what_a_text_binds(text, expected):
    assert bound(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("y = x + 1\nz = y", {"x", "y"}, id="before and after binding"),
        pytest.param("def f(a, b=d): return a + c", {"d", "c"}, id="functions"),
        pytest.param("f = lambda q: q * k", {"k"}, id="lambdas"),
        pytest.param("[u for u in v if u > w]", {"v", "w"}, id="comprehensions"),
        pytest.param("class A(B):\n  x = 1\n  y = x\n  def m(self): return x", {"B", "x"}, id="methods skip the class"),
        pytest.param("def f():\n  def g(): return a + b\n  a = 1\n  return g", {"b"}, id="closures"),
        pytest.param("x += 1", {"x"}, id="augmented"),
        pytest.param("@cache\ndef f(x: T) -> U: ...", {"cache", "T", "U"}, id="decorators and annotations"),
        pytest.param("s = f'{a:{w}}'", {"a", "w"}, id="f-strings"),
        pytest.param("v = await g()", {"g"}, id="top-level await"),
        pytest.param("a b (", {"a", "b"}, id="no Python"),
    ],
)
def test_what_a_text_reads(text, expected):
    assert read(text) == expected


SESSION = [
    "import pandas as pd\nfrom sklearn.ensemble import RandomForestClassifier",
    "df = pd.read_csv('penguins.csv')",
    "df.head()",
    "df['ratio'] = df.bill / df.depth",
    "X, y = df[['ratio']], df.sex",
    "print(X.shape)",
    "unrelated = 3",
]


def test_a_name_leads_to_its_last_binder_and_the_changes_in_place_since():
    assert needs(SESSION, "model = RandomForestClassifier().fit(X, y)") == (0, 1, 3, 4)


@pytest.mark.parametrize(
    ("texts", "target", "expected"),
    [
        pytest.param(["x = 1", "x = 2"], "x", (1,), id="the last binder wins"),
        pytest.param(["x = 1", "if a: x = 2"], "x", (0, 1), id="a branch may not run"),
        pytest.param(["x = 1", "if a: x = 2\nelse: x = 3"], "x", (1,), id="both branches bind"),
        pytest.param(["x = 1", "x += 1"], "x", (0, 1), id="augmented assignment reads"),
        pytest.param(["x = 1", "x = 2"], "x = 3\nprint(x)", (), id="bound by the cell itself"),
        pytest.param(["i = 1"], "for i in range(3): print(i)", (), id="loop variable"),
        pytest.param(["x = 1"], "def f(): return x\nx = 2\nf()", (), id="function reads what the cell binds later"),
        pytest.param(["lr = 1", "def f(): return lr", "lr = 2"], "f()", (1, 2), id="functions see names as called"),
        pytest.param(["lr = 1", "def f(): return lr", "y = f()", "lr = 2"], "y", (0, 1, 2, 3), id="called between"),
        pytest.param(["def g(): return k", "k = 1", "def f(): return g()"], "f()", (0, 1, 2), id="through functions"),
        pytest.param(["h = []", "h.append(1)", "h.append(2)"], "h", (0, 1, 2), id="changes add up"),
        pytest.param(
            ["import numpy as np", "np.random.seed(0)", "np.log(3)"],
            "np.mean(a)",
            (0, 1),
            id="seeding a module",
        ),
        pytest.param(["import plt", "plt.plot(x)", "plt.show()"], "plt.figure()", (0,), id="plots are looked at"),
        pytest.param(["from features import *"], "X = clean(raw)", (0,), id="star imports bind anything"),
        pytest.param(["from features import *", "raw = 1"], "print(len([]))", (), id="star imports bind no builtins"),
        pytest.param(["%ls (", "x = 1"], "x", (1,), id="a text that is no Python"),
        pytest.param(["get_ipython().system('ls')"], "get_ipython().system('pwd')", (), id="shell commands"),
        pytest.param(["model = Net()", "train(model, data)"], "score(model)", (0, 1), id="trained in place"),
        pytest.param(["x = 1"], "x = x + 1", (0,), id="read before it is bound"),
        pytest.param([], "x", (), id="nothing ran"),
    ],
)
def test_what_a_cell_needs(texts, target, expected):
    assert needs(texts, target) == expected


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "\ud800",
        "(" * 5000,
        "-" * 50_000 + "1",
        "+".join(["a"] * 5000),
        "a" + ".b" * 5000,
        "[" * 90 + "]" * 90,
        "def",
    ],
    ids=["null", "surrogate", "open", "minus", "sum", "attributes", "lists", "def"],
)
def test_hostile_texts_are_read_as_words(text):
    assert isinstance(read(text), frozenset)
    assert isinstance(bound(text), frozenset)
    assert needs([text], text) in ((), (0,))


def test_many_executions_of_the_same_cells_stay_quick():
    texts = [f"df['c{i}'] = f(df, {i})\nmodel.fit(df)" for i in range(2000)]
    assert len(needs(texts, "model.score(df)")) == 2000
