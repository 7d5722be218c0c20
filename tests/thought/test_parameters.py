import pytest

from jupyter_xpt.thought.parameters import parameters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "LR = 0.1\nEPOCHS: int = 5\na = b = -1",
            {"LR": "0.1", "EPOCHS": "5", "a": "-1", "b": "-1"},
            id="constants",
        ),
        pytest.param("SIZES = (32, 64)\nN = 2 ** 10", {"SIZES": "(32, 64)", "N": "2 ** 10"}, id="composed"),
        pytest.param("x = y\nz = f(1)\nw = [a]\nv = ...", {}, id="not constant"),
        pytest.param(
            "CONFIG = {'lr': .1, 'opt': {'name': 'sgd'}, k: 1}",
            {"CONFIG.lr": "0.1", "CONFIG.opt.name": "'sgd'"},
            id="dict",
        ),
        pytest.param("cfg = dict(lr=.1, deep=dict(n=2))", {"cfg.lr": "0.1", "cfg.deep.n": "2"}, id="dict call"),
        pytest.param(
            "@dataclass\nclass Config:\n    lr: float = 0.1\n    n: int = field(default=3)\n    other: int\n",
            {"Config.lr": "0.1", "Config.n": "3"},
            id="dataclass",
        ),
        pytest.param(
            "m = ensemble.RandomForestClassifier(n_estimators=300, max_depth=DEPTH).fit(X, y)",
            {"RandomForestClassifier.n_estimators": "300", "RandomForestClassifier.max_depth": "DEPTH"},
            id="estimator",
        ),
        pytest.param(
            "net = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2, bias=False))",
            {
                "Linear[0]": "4",
                "Linear[1]": "32",
                "Linear#2[0]": "32",
                "Linear#2[1]": "2",
                "Linear#2.bias": "False",
            },
            id="layers",
        ),
        pytest.param(
            "a, b = train_test_split(X, y, test_size=.3, stratify=y)",
            {"train_test_split.test_size": "0.3"},
            id="keywords",
        ),
        pytest.param("df.dropna(axis=1).fillna(value=0)", {"fillna.value": "0", "dropna.axis": "1"}, id="methods"),
        pytest.param("plt.plot(x, color='r')\nprint(x, sep='')\nxpt.log(accuracy=1)", {}, id="output"),
        pytest.param("if x: raise ValueError('no')\np = Path('a')", {}, id="no parameters"),
        pytest.param("def make():\n    return SVC(C=2)", {"SVC.C": "2"}, id="in functions"),
        pytest.param("get_ipython().run_cell_magic('time', '', 'm = SVC(C=3)')", {"SVC.C": "3"}, id="inside %%time"),
        pytest.param("x = (", {}, id="no Python"),
        pytest.param(f"t = {'x' * 5!r}\nu = {'y' * 500!r}", {"t": "'xxxxx'", "u": "'" + "y" * 58 + "…"}, id="long"),
        pytest.param("data = [" + "1, " * 1000 + "]", {}, id="tables"),
    ],
)
def test_what_is_a_parameter(text, expected):
    assert parameters([text]) == expected


def test_parameters_stand_in_the_order_of_the_source_and_the_last_value_counts():
    found = parameters(["LR = 1\nN = 2", "import a (", "LR = 3\nm = SVC(C=LR)", "k = SVC(C=4)"])
    assert list(found.items()) == [("LR", "3"), ("N", "2"), ("SVC.C", "LR"), ("SVC#2.C", "4")]


def test_there_is_an_end_to_parameters():
    assert len(parameters(["\n".join(f"x{i} = {i}" for i in range(2000))])) == 500
