import re

import pytest

from jupyter_xpt.ground.configuration import ARGUMENT, ENVIRONMENT
from jupyter_xpt.thought.code.caveats import CODES, changed_in_place, identical_values, look
from jupyter_xpt.thought.code.outside import Read


def codes(cell, *above, repeats=5, silenced=()):
    return [one.code for one in look(cell, above, repeats, silenced)]


@pytest.mark.parametrize(
    "text",
    [
        "model = RandomForestClassifier(random_state=42)",
        "np.random.seed(0)",
        "random.seed(1)",
        "torch.manual_seed(0); net = Net()",
        "torch.cuda.manual_seed_all(0)",
        "tf.random.set_seed(7)",
        "tf.keras.utils.set_random_seed(7)",
        "rng = np.random.default_rng(0)",
        "rng = np.random.RandomState(1)",
        "g = torch.Generator().manual_seed(3)",
        "set_seed(3)",
        "pl.seed_everything(3, workers=True)",
        "train(seed=0)",
        "params = {'n_estimators': 3, 'random_state': 0}",
        "key = jax.random.PRNGKey(0)",
        "rng = np.random.Generator(np.random.PCG64(5))",
        "SEED = 42\nmodel = RandomForestClassifier(random_state=SEED)",
        "def seed_all(seed=42):\n    np.random.seed(seed)",
        "get_ipython().run_cell_magic('time', '', 'np.random.seed(0)\\n')",
        "for fold in range(3):\n    def f():\n        return SVC(random_state=0)",
    ],
)
def test_a_fixed_seed_is_found(text):
    assert codes(text) == ["XPT001"]
    assert "XPT002" in codes("x = 1", text)


@pytest.mark.parametrize(
    "text",
    [
        "model = RandomForestClassifier(random_state=None)",
        "model = RandomForestClassifier(random_state=rng)",
        "SEED = 42",
        "for seed in range(3):\n    model = SVC(random_state=seed)",
        "SEED = make_seed()\nmodel = SVC(random_state=SEED)",
        "xpt.log(seed=42)",
        "rng = xpt.rng()",
        "seeds = plant(3)",
        "model = SVC(random_state=True)",
        "np.random.seed()",
        "x = (",
        "",
    ],
)
def test_what_is_no_fixed_seed(text):
    assert codes(text, text) == []


@pytest.mark.parametrize(
    ("above", "cell", "shown"),
    [
        ("SEED = 42", "m = SVC(random_state=SEED)", "random_state=SEED (SEED = 42)"),
        (
            "class CFG:\n    seed: int = 7",
            "seed_everything(CFG.seed)",
            "seed_everything(CFG.seed) (CFG.seed = 7)",
        ),
        ("cfg = {'rs': 3}", "m = SVC(random_state=cfg['rs'])", "random_state=cfg['rs'] (cfg['rs'] = 3)"),
    ],
)
def test_a_seed_bound_above_is_found_where_it_is_used(above, cell, shown):
    (caveat,) = look(cell, [above], 5)
    assert caveat.code == "XPT001"
    assert shown in caveat.text


@pytest.mark.parametrize(
    "text",
    [
        "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=.3)",
        "train, test = model_selection.train_test_split(df)",
        "train, val = torch.utils.data.random_split(data, [0.8, 0.2])",
        "order = np.random.permutation(len(X))",
        "random.shuffle(rows)",
        "rng.shuffle(X)",
        "train = df.sample(frac=0.7)",
        "train_index, test_index = next(ShuffleSplit(1).split(X))",
        "folds = StratifiedKFold(5, shuffle=True)\nfor a, b in folds.split(X, y):\n    pass",
        "index = torch.randperm(10)",
    ],
)
def test_a_split_drawn_above_does_not_vary(text):
    assert codes("model.fit(X_train)", text) == ["XPT003"]
    assert codes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "X_train, X_test = train_test_split(X, shuffle=False)",
        "folds = KFold(5, shuffle=True)",
        "cv = ShuffleSplit(10)",
        "for a, b in KFold(5).split(X): pass",
        "df.sample(5)",
        "words = text.split()",
    ],
)
def test_what_draws_nothing_above(text):
    assert codes("model.fit(X_train)", text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rng = np.random.default_rng()", ["XPT005"]),
        ("rng = np.random.default_rng(None)", ["XPT005"]),
        ("rng = random.Random()", ["XPT005"]),
        ("lr = float(os.environ['LR'])", ["XPT007"]),
        ("lr = os.getenv('LR')", ["XPT007"]),
        ("name = input()", ["XPT007"]),
        ("args = parser.parse_args(sys.argv[1:])", ["XPT007"]),
    ],
)
def test_other_things_to_know(text, expected):
    assert codes(text) == expected
    assert codes("x = 1", text) == []


def test_of_a_single_repeat_only_what_comes_from_outside_is_mentioned():
    text = "np.random.seed(0)\nrng = np.random.default_rng()\nlr = os.environ['LR']"
    assert codes(text, "train_test_split(X)", repeats=1) == ["XPT007"]


def test_caveats_name_cell_line_and_snippet():
    above = ["import numpy as np", "# first\nX_train, X_test = train_test_split(X, random_state=1)", "y = 2"]
    cell = "a = 1\nmodel = SVC(\n    random_state=42,\n)\n"
    caveats = look(cell, above, 5)
    assert [(one.code, one.where) for one in caveats] == [
        ("XPT001", "line 4"),
        ("XPT002", "cell 2 above, line 2"),
        ("XPT003", "cell 2 above, line 2"),
    ]
    assert caveats[0].text.startswith("line 4: random_state=42 fixes the seed")
    assert caveats[2].text.startswith("cell 2 above, line 2: train_test_split(…) is drawn once")
    assert not any("\n" in one.text for one in caveats)


def test_the_same_in_many_lines_is_said_once():
    (caveat,) = look("\n".join(f"m{i} = SVC(random_state=0)" for i in range(9)), [], 5, first_line=1)
    assert caveat.where == "lines 1, 2, 3, 4 …"


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# xpt: ignore XPT001", ["XPT007"]),
        ("# xpt: ignore XPT001, XPT007", []),
        ("# because; xpt: ignore", ["XPT001", "XPT007"]),
        ("# xpt:ignore", []),
        ("# xpt: ignore XPT003", ["XPT001", "XPT007"]),
        ("# xpt: ignored", ["XPT001", "XPT007"]),
    ],
)
def test_a_comment_silences_its_line(comment, expected):
    assert codes(f"f(os.environ, seed=1)  {comment}") == expected
    assert "XPT001" in codes(f"x = 1  {comment}\nf(seed=1)")


def test_silenced_codes_are_not_given():
    assert codes("np.random.seed(0)\ninput()", silenced={"XPT001"}) == ["XPT007"]


def test_identical_values_are_told_from_those_that_differ():
    caveat = identical_values("accuracy", [0.875, 0.875, 0.875])
    assert caveat is not None
    assert caveat.code == "XPT004"
    assert "accuracy is 0.875 in all 3 repeats" in caveat.text
    for values in ([], [1.0], [1.0, 1.0, 1.5], [float("nan")] * 3):
        assert identical_values("accuracy", values) is None


def test_objects_changed_in_place_are_named():
    caveat = changed_in_place(("X", "y"))
    assert caveat.code == "XPT006"
    assert "X, y" in caveat.text


def test_every_code_is_documented():
    assert all(re.fullmatch(r"XPT\d{3}", code) and text.endswith(".") for code, text in CODES.items())
    assert list(CODES) == sorted(CODES)


@pytest.mark.parametrize("text", ["\x00", "(" * 5000, "d['{x}'].seed(0)", "seed(*a, **b)", "+".join(["a"] * 5000)])
def test_odd_texts_are_looked_at(text):
    assert isinstance(look(text, [text], 5), tuple)


def test_what_came_from_outside_is_told_by_name_where_it_is_known():
    told = {
        Read(ENVIRONMENT, "LR"): "LR came from the environment (0.1)",
        Read(ENVIRONMENT, "", "KEY"): "N came from the environment (3)",
        Read(ENVIRONMENT, "HOME"): "",
        Read(ARGUMENT): "",
    }
    cell = (
        "lr = os.environ['LR']\nos.environ['HOME'], sys.argv, os.environ[KEY]\nlr = os.getenv('LR')\ndict(os.environ)"
    )
    above = "os.environ['LR']\nos.environ['OTHER']\nlist(os.environ)"
    assert [(one.code, one.text, one.where) for one in look(cell, [above], 1, told=told)] == [
        ("XPT007", "LR came from the environment (0.1)", "lines 2, 4"),
        ("XPT007", "N came from the environment (3)", "line 3"),
        ("XPT007", "line 5: os.environ comes from outside: the source alone does not tell what ran", "line 5"),
        ("XPT007", "LR came from the environment (0.1)", "cell 1 above, line 1"),
    ]
    assert look(cell, [above], 1, {"XPT007"}, told=told) == ()
    (one,) = look("a = os.environ['LR']  # xpt: ignore XPT007\nb = os.environ['LR']", [], 1, told=told)
    assert one.where == "line 3"


def test_what_the_cell_sets_itself_does_not_come_from_outside():
    assert codes("os.environ['LR'] = '1'\nos.environ.setdefault('A', '1')\nos.environ.update(B='2')") == []
