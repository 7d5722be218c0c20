import ast

import pytest
from hypothesis import given, settings, strategies as st

from jupyter_xpt.ground.records import Change
from jupyter_xpt.thought.code.changes import compare, said, summary
from jupyter_xpt.thought.code.source import Source, meaning

BASELINE = """X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3)
model = RandomForestClassifier(n_estimators=100).fit(X_train, y_train)
xpt.log(accuracy=model.score(X_test, y_test))
"""
PIPELINE = """from sklearn.pipeline import Pipeline
model = Pipeline([
    ("scale", StandardScaler()),
    ("select", SelectKBest(k=3)),
    ("model", RandomForestClassifier(n_estimators=100, max_depth=None)),
])
model.fit(X_train, y_train)
accuracy = model.score(X_test, y_test)
"""
NET = """net = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(20):
    for xb, yb in loader:
        loss = F.cross_entropy(net(xb), yb)
        loss.backward()
        optimizer.step()
"""


def told(before, after):
    return summary(compare(Source(before), Source(after)))


def edit(text, *replacements):
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("base", "replacements", "expected"),
    [
        pytest.param(
            BASELINE,
            [("RandomForest", "HistGradientBoosting"), ("100", "300")],
            "RandomForestClassifier → HistGradientBoostingClassifier; n_estimators 100 → 300",
            id="another estimator and parameter",
        ),
        pytest.param(
            BASELINE,
            [("RandomForestClassifier(n_estimators=100)", "ensemble.ExtraTreesClassifier(max_depth=3)")],
            "RandomForestClassifier → ExtraTreesClassifier; with max_depth=3",
            id="the parameters of a dropped estimator go without saying",
        ),
        pytest.param(BASELINE, [("=100", "=100, max_depth=5")], "with max_depth=5", id="parameter added"),
        pytest.param(BASELINE, [("n_estimators=100", "")], "without n_estimators=100", id="parameter removed"),
        pytest.param(BASELINE, [("0.3", "0.2")], "test_size 0.3 → 0.2", id="split"),
        pytest.param(
            BASELINE,
            [
                (
                    "RandomForestClassifier(n_estimators=100)",
                    "make_pipeline(PCA(2), RandomForestClassifier(n_estimators=50))",
                )
            ],
            "with make_pipeline(PCA(2), …); n_estimators 100 → 50",
            id="wrapped and changed",
        ),
        pytest.param(
            BASELINE,
            [("model = ", "scaler = StandardScaler()\nmodel = ")],
            "with StandardScaler()",
            id="statement added",
        ),
        pytest.param(BASELINE, [("model", "forest")], "model → forest", id="variable renamed"),
        pytest.param(
            BASELINE,
            [("RandomForestClassifier(n_estimators=100).fit(X_train, y_train)", "train(X_train, y_train)")],
            "RandomForestClassifier(n_estimators=100).fit(X_train, y_tra… → train(X_train, y_train)",
            id="something else altogether",
        ),
        pytest.param(
            PIPELINE,
            [("RandomForestClassifier(n_estimators=100, max_depth=None)", "SVC()")],
            "RandomForestClassifier → SVC",
            id="swap",
        ),
        pytest.param(
            PIPELINE,
            [('("model", RandomForest', '("boosting", HistGradientBoosting'), ("n_estimators", "max_iter")],
            "RandomForestClassifier → HistGradientBoostingClassifier; with max_iter=100",
            id="swap with the step's name",
        ),
        pytest.param(PIPELINE, [("None", "5")], "max_depth None → 5", id="None to a number"),
        pytest.param(
            PIPELINE, [('    ("scale", StandardScaler()),\n', "")], "without StandardScaler()", id="step removed"
        ),
        pytest.param(
            PIPELINE,
            [('    ("sel', '    ("pca", PCA(n_components=2)),\n    ("sel')],
            "with PCA(n_components=2)",
            id="step added",
        ),
        pytest.param(
            PIPELINE,
            [("Pipeline\n", "Pipeline, make_pipeline\n"), ("k=3", "k=4")],
            "k 3 → 4",
            id="imports serve",
        ),
        pytest.param(
            PIPELINE, [("Pipeline\n", "Pipeline\nimport a.b\n")], "with import a.b", id="nothing but an import"
        ),
        pytest.param(
            PIPELINE,
            [("sklearn", "imblearn")],
            "sklearn.pipeline.Pipeline → imblearn.pipeline.Pipeline",
            id="imported",
        ),
        pytest.param(NET, [("32", "64")], "Linear 32 → 64", id="layer"),
        pytest.param(
            NET,
            [("nn.ReLU()", "nn.GELU(), nn.Dropout(0.5)")],
            "with nn.GELU(); ReLU → Dropout; with 0.5",
            id="layers",
        ),
        pytest.param(NET, [("SGD", "Adam"), ("0.1", "0.001")], "SGD → Adam; lr 0.1 → 0.001", id="optimizer"),
        pytest.param(NET, [("20", "50")], "range 20 → 50", id="epochs"),
        pytest.param(
            NET,
            [("loss.backward()\n", "loss.backward()\n        clip(net)\n")],
            "with clip(net)",
            id="inside a loop",
        ),
        pytest.param(NET, [("cross_entropy", "nll_loss")], "cross_entropy → nll_loss", id="function called"),
    ],
)
def test_what_changed_is_said_in_short(base, replacements, expected):
    assert told(base, edit(base, *replacements)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param("cols = ['a', 'b']", "cols = ['a', 'b', 'c']", "with 'c'", id="column added"),
        pytest.param("X = df[['a', 'b']]", "X = df[['b']]", "without 'a'", id="column removed"),
        pytest.param("cols = ['a', 'b']", "cols = ['a', 'c']", "cols 'b' → 'c'", id="column exchanged"),
        pytest.param(
            f"cols = {list('abcdefgh')}",
            f"cols = {list('stuvwxyzh')}",
            "cols 8 items → 9 items (+8 −7)",
            id="many columns",
        ),
        pytest.param(
            "CONFIG = {'lr': .1, 'o': {'m': 1}}",
            "CONFIG = {'lr': .01, 'o': {'m': 1}, 'z': 2}",
            "lr 0.1 → 0.01; with z=2",
            id="dict",
        ),
        pytest.param("LR = 0.1", "LR = 0.2", "LR 0.1 → 0.2", id="constant"),
        pytest.param("a = 1", "a = 1\nEPOCHS = 5", "with EPOCHS=5", id="constant added"),
        pytest.param("a = 1\nb = 2", "b = 2", "without a=1", id="constant removed"),
        pytest.param(
            "x = df.dropna().mean()",
            "x = df.dropna().assign(b=1).median()",
            "with .assign(b=1); mean → median",
            id="chain",
        ),
        pytest.param("X = X", "X = scaler.fit_transform(X)", "with scaler.fit_transform(…)", id="wrapped"),
        pytest.param("X = f(X)", "X = X", "without f(…)", id="unwrapped"),
        pytest.param("X = X", "X = X / 255", "X → X / 255", id="expression"),
        pytest.param("m.fit(X)", "m.fit(Z)", "X → Z", id="argument"),
        pytest.param("m.fit(X, y)", "m.fit(X, y, w)", "with w", id="argument added"),
        pytest.param(
            "def f(a, lr=1): return a",
            "def f(a, lr=2, k=3): return a",
            "lr 1 → 2; with argument k",
            id="default",
        ),
        pytest.param("x = 1", "def clean(df):\n  return df\nx = 1", "with def clean", id="function added"),
        pytest.param("class A:\n  x = 1", "class A:\n  x = 2", "x 1 → 2", id="class attribute"),
        pytest.param("import a\nx", "x", "without import a", id="import removed"),
        pytest.param("a\nx = 1\nb\nc", "a\nb\nc\nx = 1", "edited (statements moved)", id="moved"),
        pytest.param("x: int = 1", "x = 1", "x: int = 1 → x = 1", id="annotation dropped"),
        pytest.param("x += 1", "x -= 1", "edited (+1 −1 lines)", id="operator"),
        pytest.param("a b c", "a b d\ne f", "edited (+2 −1 lines)", id="no Python"),
        pytest.param("", "x b c", "edited (+1 line)", id="line of no Python"),
        pytest.param("", "m = SVC(C=1)", "with SVC(C=1)", id="from nothing"),
        pytest.param(
            "get_ipython().run_cell_magic('time', '', 'm = SVC(C=1)')",
            "get_ipython().run_cell_magic('time', '', 'm = SVC(C=2)')",
            "C 1 → 2",
            id="inside %%time",
        ),
    ],
)
def test_edits_of_all_kinds(before, after, expected):
    assert told(before, after) == expected


def test_a_place_that_changed_all_over_is_an_edit_with_its_parameters():
    before = "\n".join(f"print(a{i} + b)" for i in range(12)) + "\nLR = 1"
    after = "\n".join(f"show(c, {i}, q)" for i in range(15)) + "\nLR = 2"
    assert told(before, after).endswith("edited (+16 −13 lines)")


def test_cells_above_are_named_by_their_distance():
    parent = Source("fit()", ("import a", "LR = 1", "X = load()"))
    child = Source("fit()", ("import a", "# same", "LR = 2", "X = load()", "X = clean(X)"))
    assert compare(parent, child) == (
        Change("cell 3 above", "parameter", "LR", "1", "2"),
        Change("cell 1 above", "added", "X = clean(X)"),
    )
    assert summary(compare(parent, child)) == "LR 1 → 2; with X = clean(X)"


def test_a_statement_moved_from_one_cell_to_another_is_no_news():
    changes = compare(Source("X = load()\nfit(n=1)"), Source("fit(n=2)", ("X = load()",)))
    assert summary(changes) == "n 1 → 2"


@pytest.mark.parametrize(
    ("name", "before", "after", "expected"),
    [
        ("features.py", "DEPTH = 3\ndef f(): pass", "DEPTH = 4\ndef f(): pass", "features.py: DEPTH 3 → 4"),
        ("features.py", "def f(x):\n    return x\n", "def f(x):\n    y = g(x)\n    return y\n",
         "features.py edited (+2 −1 lines)"),
        ("config.json", '{"lr": 0.1, "net": {"n": 1}}', '{"lr": 0.01, "net": {"n": 2, "k": "a"}}',
         "config.json: lr 0.1 → 0.01; config.json: net.n 1 → 2; config.json: with net.k='a'"),
        ("c.toml", "lr = 0.1\n[net]\nn = 1", "lr = 0.1\n[net]\n# more\nn = 2", "c.toml: net.n 1 → 2"),
        ("config.yaml", "lr: 0.1\nnet:\n  n: 1\n", "lr: 0.01\nnet:\n  n: 1\n", "config.yaml: lr 0.1 → 0.01"),
        ("config.yaml", "cols:\n  - a\n", "cols:\n  - a\n  - b\n", "config.yaml edited (+1 line)"),
        (".env", "A=1", "A=1\nB=2", ".env: with B=2"),
        ("a.ini", "x=1\n# note", "x=1\n# other", ""),
        ("a.json", "{", "{}", "a.json edited (+1 −1 lines)"),
    ],
)  # fmt: skip
def test_files_are_told_by_their_values(name, before, after, expected):
    assert summary(compare(Source("", (), ((name, before),)), Source("", (), ((name, after),)))) == expected


def test_files_added_and_removed_are_named():
    changes = compare(Source("", (), (("a.py", "x"),)), Source("", (), (("b.yaml", "x"),)))
    assert [said(one) for one in changes] == ["without a.py", "with b.yaml"]


@pytest.mark.parametrize("text", [BASELINE, PIPELINE, NET, "x b c", ""])
def test_the_same_meaning_is_no_change(text):
    try:
        other = ast.unparse(ast.parse(text))
    except SyntaxError:
        other = text + "\n\n"
    parent = Source(text, ("", "x = 1"), (("a.json", '{"a": 1, "b": 2}'), ("m.py", "x = 1")))
    child = Source(other, ("# nothing", "x=1"), (("a.json", '{"b":2,"a":1}'), ("m.py", "x  =  1 # one")))
    assert compare(parent, child) == ()
    assert summary(()) == ""


def test_a_summary_ends_where_nobody_would_read_on():
    changes = [Change("cell", "parameter", f"parameter_{i}", "1", "2") for i in range(20)]
    line = summary(changes)
    assert line.endswith("; and 12 more")
    assert len(line) < 180
    assert summary(changes[:1], limit=3) == "parameter_0 1 → 2"


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "x = '\ud800'",
        "(" * 5000,
        "+".join(["a"] * 5000),
        "f(" * 90 + ")" * 90,
        "[" * 90 + "]" * 90,
        "a" + ".b()" * 900,
    ],
    ids=["null", "surrogate", "open", "sum", "calls", "lists", "chain"],
)
def test_hostile_texts_are_compared(text):
    assert compare(Source(text), Source(text)) == ()
    for other in ("x = 1", text + "\ny = 2", text.replace("a", "z").replace("f", "z")):
        assert (compare(Source(text), Source(other)) == ()) is (meaning(text) == meaning(other))


def test_records_stay_small():
    lines = [f"y{i} = f(x{i}, n={i})" for i in range(3000)]
    other = [line.replace("f(", "g(") for line in lines]
    cell = compare(Source("\n".join(lines)), Source("\n".join(other)))
    assert summary(cell) == "edited (+3000 −3000 lines)"
    above = compare(Source("", tuple(lines[:200])), Source("", tuple(other[:100])))
    assert len(above) <= 61
    assert all(len(part or "") < 100 for one in above for part in (one.what, one.before, one.after))


def test_whatever_keys_and_values_hold_a_change_is_a_line():
    before = Source(
        "x = {'a\\n\\ud800' * 1: 1, 'b\\nc': 1}", (), (("a.ini", "k\udcff = \udcfe"), ("b.json", '{"a\\nb": 1}'))
    )
    after = Source("x = {'a\\n\\ud800' * 1: 2, 'b\\nc': 2}", (), (("a.ini", "k\udcff = 1"), ("b.json", '{"a\\nb": 2}')))
    changes = compare(before, after)
    assert {one.where for one in changes} == {"cell", "a.ini", "b.json"}
    summary(changes).encode()
    assert all((part or "").isprintable() for one in changes for part in (one.what, one.before, one.after))


NAMES = st.sampled_from(["x", "df", "model", "Net"])
VALUES = st.recursive(
    st.one_of(NAMES, st.integers(0, 3).map(str), st.sampled_from(["'a'", "None", "-1"])),
    lambda inner: st.one_of(
        st.tuples(NAMES, inner, inner).map("{0[0]}({0[1]}, k={0[2]})".format),
        st.tuples(NAMES, NAMES, inner).map("{0[0]}.{0[1]}({0[2]})".format),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.tuples(inner, inner).map("{{'k': {0[0]}, 'l': {0[1]}}}".format),
        st.tuples(NAMES, inner).map("{0[0]}[{0[1]}]".format),
        st.tuples(inner, st.sampled_from(["+", "<", "or"]), inner).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(inner, inner, inner).map("({0[0]} if {0[1]} else {0[2]})".format),
        inner.map("(lambda x=1: {})".format),
        st.tuples(inner, inner).map("[{0[0]} for x in {0[1]}]".format),
        inner.map("f'{{{}}}'".format).filter(lambda text: text.count("'") == 2),
    ),
    max_leaves=6,
)
STATEMENTS = st.one_of(
    st.tuples(NAMES, VALUES).map("{0[0]} = {0[1]}".format),
    st.tuples(NAMES, VALUES).map("{0[0]} += {0[1]}".format),
    VALUES,
    NAMES.map("import {}".format),
    st.tuples(NAMES, VALUES, VALUES).map("for {0[0]} in {0[1]}:\n    {0[2]}".format),
    st.tuples(NAMES, VALUES, VALUES).map("def {0[0]}(a, b={0[1]}):\n    return {0[2]}".format),
    st.tuples(VALUES, VALUES).map("if {0[0]}:\n    {0[1]}\nelse:\n    pass".format),
    VALUES.map("with {} as x:\n    pass".format),
)
TEXTS = st.lists(STATEMENTS, max_size=4).map("\n".join)


@given(TEXTS, TEXTS)
@settings(max_examples=300, deadline=None)
def test_there_are_changes_exactly_where_the_meaning_changed(before, after):
    changes = compare(Source(before), Source(after))
    assert bool(changes) is (meaning(before) != meaning(after))
    assert bool(summary(changes)) is bool(changes)
    assert compare(Source(before), Source(after)) == changes
