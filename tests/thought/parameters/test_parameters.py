"""Parameters are what a person would want as columns, read from the source alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from jupyter_xpt.ground.configuration import Value
from jupyter_xpt.thought.code.source import Source
from jupyter_xpt.thought.parameters.parameters import MOST, parameters


def read(cell: str, *above: str, **files: str) -> dict[str, Value]:
    """The parameters of a cell; files by name, ``__`` for the dot."""
    named = tuple((name.replace("__", "."), text) for name, text in files.items())
    return dict(parameters(Source(cell, above, named)))


# -- single things ------------------------------------------------------------------------------------------

FORMS: dict[str, tuple[str, dict[str, Value]]] = {
    "a number": ("LEARNING_RATE = 0.1", {"LEARNING_RATE": 0.1}),
    "a list as it is written": ("layers = [64, 32]", {"layers": "[64, 32]"}),
    "several at once": ("a, (b, c) = 1, (True, None)\nd = e = 'x'", {"a": 1, "b": True, "c": None, "d": "x", "e": "x"}),
    "with a type": ("epochs: int = 10", {"epochs": 10}),
    "a sign": ("threshold = -0.5", {"threshold": -0.5}),
    "arithmetic": ("n = 2 ** 5\nm = n * 3", {"n": 32, "m": 96}),
    "infinity": ("best = float('inf')\nworst = 1e999", {"best": "inf", "worst": "inf"}),
    "no number": ("x = float('nan')", {"x": "nan"}),
    "a very long number": ("n = 10 ** 40\nm = 1 << 99", {"n": "1" + 40 * "0"}),
    "a dict": ('params = {"max_depth": 3, "more": {"eta": 0.1}}', {"params.max_depth": 3, "params.more.eta": 0.1}),
    "dict()": ("params = dict(max_depth=3, x=f())", {"params.max_depth": 3}),
    "a dict half known": ('p = {"lr": 0.1, "n": len(x), "fn": f}', {"p.lr": 0.1}),
    "a dict set anew": ('p = {"a": 1}\np["a"] = 2\np.update(b=3)\np |= {"c": 4}', {"p.a": 2, "p.b": 3, "p.c": 4}),
    "a dict of other keys": ('names = {0: "cat", 1: "owl"}', {"names": "{0: 'cat', 1: 'owl'}"}),
    "a path": ('root = Path("data")', {"root": "Path('data')"}),
    "a range": ("lags = range(1, 8)", {"lags": "range(1, 8)"}),
    "a choice that is known": ("QUICK = True\nif QUICK:\n    n = 1\nelse:\n    n = 9", {"QUICK": True, "n": 1}),
    "an estimator": ("m = SVC(C=2)", {"m": "SVC", "m.C": 2}),
    "without a binding": ("SVC(C=2).fit(X, y)", {"SVC.C": 2}),
    "fitted at once": ("m = SVC(C=2).fit(X, y)", {"m": "SVC", "m.C": 2}),
    "scored at once": ("score = SVC(C=2).fit(X, y).score(X, y)", {"SVC.C": 2}),
    "by a module": ("m = sklearn.svm.SVC(C=2)", {"m": "SVC", "m.C": 2}),
    "a name resolved": ("C = 2\nm = SVC(C=C)", {"C": 2, "m": "SVC", "m.C": 2}),
    "an item resolved": ("p = {'C': 2}\nm = SVC(C=p['C'])", {"p.C": 2, "m": "SVC", "m.C": 2}),
    "unpacked": ("p = {'C': 2}\nm = SVC(**p, **{'gamma': 1})", {"p.C": 2, "m": "SVC", "m.gamma": 1}),
    "another model under that name": ("m = SVC(C=2)\nm = Ridge(0.5)", {"m": "Ridge", "m.alpha": 0.5}),
    "the same model, moved and wrapped": (
        "m = Net(hidden=3)\nm = m.to(device)\nm = torch.compile(m)\nm = nn.DataParallel(m).cuda()",
        {"m": "Net", "m.hidden": 3},
    ),
    "what is computed": ("m = SVC(C=neg / pos)", {"m": "SVC", "m.C": "neg / pos"}),
    "what a library names": ("import torch\nm = Net(dtype=torch.float16)", {"m": "Net", "m.dtype": "torch.float16"}),
    "an estimator in an estimator": (
        "b = BaggingClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=5)",
        {
            "b": "BaggingClassifier",
            "b.estimator": "DecisionTreeClassifier",
            "b.estimator.max_depth": 2,
            "b.n_estimators": 5,
        },
    ),
    "a pipeline": (
        "p = Pipeline([('scale', StandardScaler()), ('clf', SVC(C=2)), ('last', 'passthrough')])",
        {"p": "Pipeline", "p.scale": "StandardScaler", "p.clf": "SVC", "p.clf.C": 2, "p.last": "passthrough"},
    ),
    "a pipeline without names": (
        "p = make_pipeline(StandardScaler(), SVC(C=2))",
        {"p": "Pipeline", "p.standardscaler": "StandardScaler", "p.svc.C": 2},
    ),
    "columns": (
        "t = ColumnTransformer([('num', StandardScaler(), ['a', 'b'])], remainder='drop')",
        {"t": "ColumnTransformer", "t.num": "StandardScaler", "t.num.columns": "['a', 'b']", "t.remainder": "drop"},
    ),
    "layers": (
        "m = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 1))",
        {
            "m": "Sequential",
            "m.linear.in_features": 8,
            "m.linear.out_features": 4,
            "m.relu": "ReLU",
            "m.linear_2.in_features": 4,
            "m.linear_2.out_features": 1,
        },
    ),
    "layers one by one": ("m = Sequential()\nm.add(Dense(8))", {"m": "Sequential", "m.dense.units": 8}),
    "a module of torch": (
        "class Net(nn.Module):\n    def __init__(self, n):\n        self.fc = nn.Linear(n, 10)\nnet = Net(7)",
        {"Net.fc": "Linear", "Net.fc.out_features": 10, "net": "Net", "net.n": 7},
    ),
    "training": ("m.fit(X, y, epochs=3, verbose=0)", {"fit.epochs": 3}),
    "a split": ("a, b = train_test_split(X, test_size=0.3)", {"train_test_split.test_size": 0.3}),
    "a loop over epochs": ("for epoch in tqdm(range(20)):\n    step()", {"epochs": 20}),
    "a loop over known epochs": ("EPOCHS = 5\nfor epoch in range(EPOCHS):\n    step()", {"EPOCHS": 5}),
    "an estimator in a loop": ("for a, b in folds:\n    m = SVC(C=2)", {"m": "SVC", "m.C": 2}),
    "estimators in a dict": (
        "ms = {'svc': SVC(C=2), 'knn': KNeighborsClassifier(3)}",
        {"ms.svc": "SVC", "ms.svc.C": 2, "ms.knn": "KNeighborsClassifier", "ms.knn.n_neighbors": 3},
    ),
    "an estimator in a function": ("def make(c):\n    n = 3\n    return SVC(C=c, degree=2)", {"SVC.degree": 2}),
    "the user's own function": (
        "def train(model, lr, n=1):\n    pass\ntrain(model, 0.1, n=5)",
        {"train.lr": 0.1, "train.n": 5},
    ),
    "a pretrained model": (
        "t = AutoTokenizer.from_pretrained('bert', use_fast=True)",
        {"t": "AutoTokenizer", "t.pretrained": "bert", "t.use_fast": True},
    ),
    "a dataclass": (
        "@dataclass\nclass Config:\n    lr: float = 0.1\n    sizes: list = field(default_factory=lambda: [1, 2])",
        {"Config.lr": 0.1, "Config.sizes": "[1, 2]"},
    ),
    "a dataclass that is made": (
        "@dataclass\nclass Config:\n    lr: float = 0.1\n    n: int = 3\n"
        "cfg = Config(0.2)\ncfg.n = 4\nm = SVC(C=cfg.lr)",
        {"Config.lr": 0.2, "Config.n": 4, "m": "SVC", "m.C": 0.2},
    ),
    "a plain class": (
        "class CFG:\n    lr = 0.1\n    class data:\n        path = 'x'",
        {"CFG.lr": 0.1, "CFG.data.path": "x"},
    ),
    "a named tuple": ("class P(NamedTuple):\n    lr: float = 0.1", {"P.lr": 0.1}),
    "pydantic": ("class P(BaseModel):\n    lr: float = Field(0.1, gt=0)", {"P.lr": 0.1}),
    "argparse": (
        "p = ArgumentParser('x')\np.add_argument('-l', '--learning-rate', default=0.1)\n"
        "p.add_argument('--amp', action='store_true')\np.add_argument('file')\na = p.parse_args(['--amp'])",
        {"learning_rate": 0.1, "amp": True},
    ),
    "click": ("@click.command()\n@click.option('--lr', default=0.1)\ndef main(lr):\n    pass", {"lr": 0.1}),
    "absl": ("flags.DEFINE_float('lr', 0.1, 'rate')", {"lr": 0.1}),
    "omegaconf": (
        "cfg = OmegaConf.create({'opt': {'lr': 0.1}})\nm = SVC(C=cfg.opt.lr)",
        {"cfg.opt.lr": 0.1, "m": "SVC", "m.C": 0.1},
    ),
    "a namespace": ("args = Namespace(lr=0.1)", {"args.lr": 0.1}),
    "text of several lines": ('prompt = """You are\n  a helper"""', {"prompt": "You are a helper"}),
}


@pytest.mark.parametrize(("text", "expected"), FORMS.values(), ids=FORMS.keys())
def test_what_is_set_is_a_parameter(text: str, expected: dict[str, Value]) -> None:
    assert read(text) == expected


NOTHING = {
    "imports": "import numpy as np\nfrom x import y",
    "results": "X = df[['a']]\nn = len(X)\nacc = model.score(X, y)\nm = X.mean()",
    "a loop's variables": "for i in range(3):\n    k = 3",
    "a counter": "total = 0\nfor x in xs:\n    total += x",
    "a best one so far": "best = 0\nif score > best:\n    best = score",
    "what is collected": "losses = []\nhistory = {'loss': []}\nlosses.append(1)",
    "what is used up": "x = 5\nx = f(x)",
    "in a function": "def f(a=3):\n    b = 4\n    return b",
    "plots": "import seaborn as sns\nfig = Figure(figsize=(1, 2))\nplt.rcParams['a'] = 3\nsns.FacetGrid(df, col='x')",
    "a frame": "df = pd.DataFrame({'a': [1, 2]}, index=[0, 1])",
    "what is hidden": "_x = 3\n__version__ = '1'",
    "another name": "import config\nx = y\nz = config.a",
    "an enumeration": "class Colour(Enum):\n    RED = 1",
    "an exception": "class Bad(Exception):\n    code = 3",
    "what depends on the machine": "n = 1\nif torch.cuda.is_available():\n    n = 64\nelse:\n    n = 8",
    "no Python": "x = (",
    "nothing": "",
}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING.keys())
def test_what_is_no_parameter(text: str) -> None:
    assert read(text) == {}


# -- whole notebooks ----------------------------------------------------------------------------------------


def test_a_notebook_with_torch() -> None:
    cell = """
model = Net(hidden, dropout=0.2).to(device)
optimizer = optim.Adam(model.parameters(), lr=LR, weight_decay=1e-4)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10, gamma=0.5)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
loader = DataLoader(train_ds, batch_size=BATCH * 2, shuffle=True, num_workers=4)
best = float("inf")
losses = []
for epoch in range(20):
    total = 0.0
    for xb, yb in loader:
        loss = criterion(model(xb.to(device)), yb)
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        total += loss.item()
    best = min(best, total)
    losses.append(total)
"""
    above = "import torch\nfrom torch import nn\nLR, BATCH = 3e-4, 32\nhidden = 128\ndevice = 'cuda' if f() else 'cpu'"
    net = "class Net(nn.Module):\n    def __init__(self, hidden, dropout):\n        self.fc1 = nn.Linear(784, hidden)"
    assert read(cell, above, net) == {
        "model": "Net",
        "model.hidden": 128,
        "model.dropout": 0.2,
        "optimizer": "Adam",
        "optimizer.lr": 3e-4,
        "optimizer.weight_decay": 1e-4,
        "scheduler": "StepLR",
        "scheduler.step_size": 10,
        "scheduler.gamma": 0.5,
        "criterion": "CrossEntropyLoss",
        "criterion.label_smoothing": 0.1,
        "loader.batch_size": 64,
        "loader.shuffle": True,
        "epochs": 20,
        "clip_grad_norm_.max_norm": 1.0,
        "LR": 3e-4,
        "BATCH": 32,
        "hidden": 128,
        "Net.fc1": "Linear",
        "Net.fc1.in_features": 784,
    }


def test_a_notebook_with_keras() -> None:
    cell = """
model = keras.Sequential([
    layers.Dense(64, activation="relu"),
    layers.Dropout(0.5),
    layers.Dense(3, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(learning_rate=RATE), loss="mse", metrics=["accuracy"])
early = keras.callbacks.EarlyStopping(patience=3)
history = model.fit(X, y, epochs=EPOCHS, batch_size=32, callbacks=[early, ReduceLROnPlateau(factor=0.2)], verbose=0)
"""
    assert read(cell, "from tensorflow import keras\nRATE = 1e-3\nEPOCHS: int = 10") == {
        "model": "Sequential",
        "model.dense.units": 64,
        "model.dense.activation": "relu",
        "model.dropout.rate": 0.5,
        "model.dense_2.units": 3,
        "model.dense_2.activation": "softmax",
        "compile.optimizer": "Adam",
        "compile.optimizer.learning_rate": 1e-3,
        "compile.loss": "mse",
        "compile.metrics": "['accuracy']",
        "early": "EarlyStopping",
        "early.patience": 3,
        "fit.epochs": 10,
        "fit.batch_size": 32,
        "fit.callbacks.reducelronplateau.factor": 0.2,
        "RATE": 1e-3,
        "EPOCHS": 10,
    }


def test_a_notebook_with_a_search() -> None:
    cell = """
pipe = Pipeline([("scale", StandardScaler()), ("clf", SVC(kernel="rbf"))])
grid = {"clf__C": [0.1, 1]}
search = GridSearchCV(pipe, grid, cv=5, n_jobs=-1).fit(X_train, y_train)
scores = cross_val_score(LGBMClassifier(num_leaves=31), X, y, cv=StratifiedKFold(5, shuffle=True))
bst = xgb.train(params, dtrain, num_boost_round=200, evals=[(dtest, "test")])
"""
    assert read(cell, 'params = {"objective": "binary", "eta": 0.1}') == {
        "pipe": "Pipeline",
        "pipe.scale": "StandardScaler",
        "pipe.clf": "SVC",
        "pipe.clf.kernel": "rbf",
        "grid.clf__C": "[0.1, 1]",
        "search": "GridSearchCV",
        "search.cv": 5,
        "cross_val_score.estimator": "LGBMClassifier",
        "cross_val_score.estimator.num_leaves": 31,
        "cross_val_score.cv": "StratifiedKFold",
        "cross_val_score.cv.n_splits": 5,
        "cross_val_score.cv.shuffle": True,
        "train.num_boost_round": 200,
        "params.objective": "binary",
        "params.eta": 0.1,
    }


# -- modules and files --------------------------------------------------------------------------------------


def test_of_modules_only_settings_count() -> None:
    module = "BATCH = 16\nname = 'x'\nclass Opt:\n    wd = 0.01\ndef f():\n    return SVC(C=3)\nmodel = SVC(C=4)"
    assert read("import conf\nx = conf.BATCH * 2", conf__py=module) == {"x": 32, "conf.BATCH": 16, "conf.Opt.wd": 0.01}


@pytest.mark.parametrize("imported", ["from conf import LR", "from conf import *", "from conf import LR as rate"])
def test_what_a_module_sets_is_known_where_it_is_used(imported: str) -> None:
    name = imported.rsplit(maxsplit=1)[-1].replace("*", "LR")
    assert read(f"{imported}\nm = SVC(C={name})", conf__py="LR = 0.1")["m.C"] == 0.1


YAML = "train:\n  lr: 0.1\n  layers: [64, 32]\nname: x\n"


@pytest.mark.parametrize(
    "loading",
    [
        'cfg = yaml.safe_load(open("c.yaml"))',
        'with open("c.yaml") as f:\n    cfg = yaml.safe_load(f)',
        'cfg = OmegaConf.load("c.yaml")',
    ],
)
def test_the_values_of_configuration_files_are_parameters_and_known(loading: str) -> None:
    found = read(f'{loading}\nm = SVC(C=cfg["train"]["lr"])', c__yaml=YAML)
    assert found == {"m": "SVC", "m.C": 0.1, "train.lr": 0.1, "train.layers": "[64, 32]", "name": "x"}


def test_a_value_of_a_file_that_is_set_anew_is_what_it_was_set_to() -> None:
    text = 'cfg = OmegaConf.load("c.yaml")\ncfg.train.lr = 0.2'
    assert read(text, c__yaml=YAML)["train.lr"] == 0.2
    text = 'cfg = compose(config_name="c", overrides=["train.lr=0.2"])'
    assert read(text, c__yaml=YAML)["train.lr"] == 0.2


def test_the_same_name_in_code_and_file_is_told_apart() -> None:
    found = read("name = 'y'", c__yaml=YAML, d__json='{"name": "z"}')
    assert (found["name"], found["c.name"], found["d.name"]) == ("y", "x", "z")


def test_the_cells_own_come_first() -> None:
    assert list(read("import m\nb = 1", "a = 2", m__py="C = 3", c__json='{"d": 4}')) == ["b", "a", "m.C", "d"]


def test_what_runs_later_counts() -> None:
    assert read("lr = 0.2", "lr = 0.1") == {"lr": 0.2}
    assert read("lr = f(lr)", "lr = 0.1") == {}


# -- secrets and bounds -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "API_KEY = 'hunter2Canary'",
        "x = 'sk-hunter2Canaryhunter2Canary'",
        "db = {'password': 'hunter2Canary'}",
        "url = 'postgresql://anna:hunter2Canary@db/zoo'",
        "c = Client(api_key='hunter2Canary')\nm = Model(token='hunter2Canary')",
        "parser.add_argument('--token', default='hunter2Canary')",
    ],
)
def test_secrets_are_masked(text: str) -> None:
    found = read(text)
    assert not any("hunter2" in str(value) for value in found.values())


def test_long_texts_are_cut_and_told_apart() -> None:
    one, other = (read(f"prompt = {'x' * 300 + end!r}")["prompt"] for end in "ab")
    assert len(str(one)) == len(str(other)) == 200
    assert one != other


def test_there_is_an_end_to_it() -> None:
    many = "\n".join(f"v{i} = {i}" for i in range(3000))
    assert len(read(many, many)) == MOST


ODD = [
    "\x00",
    "(" * 5000,
    "x = " + "+".join(["1"] * 5000),
    "x = " + "[" * 80 + "]" * 80,
    "x = 9 ** 9 ** 9",
    "x = 'a' * 10 ** 9",
]


@pytest.mark.parametrize("text", [*ODD, "x = " + "-" * 900 + "1", "f" + "(x)" * 500, "m = A(" + "B(" * 90 + ")" * 91])
def test_odd_texts_are_read(text: str) -> None:
    assert isinstance(read(text, text, a__py=text), dict)


PIECES = st.sampled_from(
    [
        *(
            "x",
            "y",
            "p",
            "m",
            "cfg",
            " = ",
            "[",
            "]",
            "(",
            ")",
            "{",
            "}",
            ":",
            ",",
            ".",
            "\n",
            "\n    ",
            "1",
            "0.1",
            "'a'",
        ),
        *(
            "for ",
            " in ",
            "if ",
            "else:",
            "class C",
            "def f",
            "SVC",
            "Pipeline",
            "fit",
            "**",
            "*",
            "lambda",
            "**{",
            "-",
        ),
        *(
            "@dataclass\n",
            "import a",
            "add_argument",
            "dict",
            "Config",
            "['k']",
            "None",
            "f''",
            " + ",
            " ** ",
            "update",
        ),
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=30).map("".join), st.lists(PIECES, max_size=20).map("".join))
def test_any_text_is_read_to_plain_values(cell: str, above: str) -> None:
    for name, value in parameters(Source(cell, (above, cell), (("a.py", above), ("b.yaml", cell)))).items():
        assert isinstance(name, str)
        assert value is None or isinstance(value, str | bool | int | float)
        assert len(str(value)) <= 400
