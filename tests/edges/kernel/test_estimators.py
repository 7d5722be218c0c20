"""Models tell their parameters by themselves; nothing else is touched, and nothing they do reaches the cell."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from jupyter_xpt.edges.kernel.estimators import MAX_ESTIMATORS, estimators
from jupyter_xpt.edges.kernel.values import as_value
from jupyter_xpt.ground import codec
from jupyter_xpt.ground.configuration import EstimatorRecord

X = np.linspace(0, 1, 60).reshape(20, 3)
Y = np.arange(20) % 2


def told(**namespace: Any) -> dict[str, EstimatorRecord]:
    """What the models among these objects say, by name."""
    found = [telling() for telling in estimators(namespace, namespace)]
    for one in found:
        data = json.loads(codec.dump(one))
        assert codec.decode(EstimatorRecord, data) == one
    return {one.name: one for one in found}


def test_an_estimator_tells_all_its_parameters_its_defaults_too() -> None:
    (found,) = told(model=RandomForestClassifier(max_depth=3)).values()
    assert (found.name, found.type) == ("model", "sklearn.ensemble._forest.RandomForestClassifier")
    assert found.parameters["max_depth"] == 3
    assert found.parameters["n_estimators"] == 100
    assert found.parameters.keys() == RandomForestClassifier().get_params().keys()


def test_parts_of_a_pipeline_are_told_by_their_names() -> None:
    columns = ColumnTransformer([("num", StandardScaler(), [0, 1])])
    (found,) = told(pipe=Pipeline([("prepare", columns), ("clf", SVC(C=2))])).values()
    assert found.parameters["clf"] == "SVC"
    assert found.parameters["clf__C"] == 2
    assert found.parameters["prepare__num__with_mean"] is True
    assert "steps" not in found.parameters


def test_a_search_tells_what_it_looks_at_and_what_it_found() -> None:
    search = GridSearchCV(SVC(), {"C": [1, 2]}, cv=2)
    assert told(search=search)["search"].parameters["param_grid"] == "{'C': [1, 2]}"
    assert told(search=search.fit(X, Y))["search"].parameters["best.C"] in (1, 2)


def test_models_in_lists_and_dicts_are_found_and_each_once() -> None:
    model = SVC()
    found = told(a=model, b=model, models={"svc": SVC(C=3), 4: SVC()}, rest=[SVC(C=4), "x"])
    assert list(found) == ["a", "models.svc", "rest.0"]
    assert found["models.svc"].parameters["C"] == 3


def test_what_is_no_model_is_not_touched() -> None:
    class Hostile:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

        def __eq__(self, other: object) -> bool:
            raise AssertionError

        __hash__ = None  # type: ignore[assignment]  # that is the point

    assert told(x=X, n=3, s="a", f=told, kind=SVC, hostile=Hostile(), many=[Hostile()], none=None, m=np) == {}


def test_a_model_that_raises_raises_only_where_it_is_asked() -> None:
    class Bad:
        def get_params(self, deep: bool = True) -> dict[str, Any]:
            raise RuntimeError("no")

        def fit(self) -> None: ...

    bad, good = estimators({"bad": Bad(), "good": SVC()}, ["bad", "good"])
    with pytest.raises(RuntimeError):
        bad()
    assert bad.name == "bad"
    assert good().parameters["C"] == 1.0


def test_values_that_are_large_or_odd_or_secret_have_an_end() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise AssertionError

        def get_params(self, deep: bool = True) -> dict[str, Any]:
            many = {f"p{i}": i for i in range(500)}
            return {"array": X, "self": self, "api_key": "hunter2", "long": "x" * 999, "nan": np.nan, **many}

        def fit(self) -> None: ...

    (found,) = told(model=Odd()).values()
    assert len(found.parameters) == 200
    assert found.parameters["array"] == "ndarray 20×3 float64"
    assert found.parameters["self"] == "Odd"
    assert found.parameters["api_key"] == "***"
    assert len(str(found.parameters["long"])) == 200
    assert found.parameters["nan"] == "nan"


def test_there_is_an_end_to_the_models() -> None:
    assert len(told(**{f"m{i}": SVC() for i in range(100)})) == MAX_ESTIMATORS


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.float64(0.5), 0.5),
        (np.int64(3), 3),
        (np.array(2), 2),
        (True, True),
        (np.bool_(True), True),
        (None, None),
        ((1,), "(1,)"),
        ({"b", "a"}, "{'a', 'b'}"),
        ([1, [2, [3, [4]]]], "[1, [2, [3, list]]]"),
        (len, "len"),
        (np.mean, "function"),
        (SVC, "sklearn.svm._classes.SVC"),
        (float("inf"), "inf"),
        (10**40, "1" + 40 * "0"),
        (list(range(99)), "[" + ", ".join(map(str, range(20))) + ", …]"),
    ],
)
def test_a_value_is_plain_or_a_short_text(value: object, shown: object) -> None:
    found = as_value("x", value)
    if shown == "function":
        assert isinstance(found, str)
    else:
        assert (found, type(found)) == (shown, type(shown))


# -- other libraries, where they are there ------------------------------------------------------------------


def test_models_of_lightgbm() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1)
    booster = lightgbm.train({"verbose": -1, "num_leaves": 5}, lightgbm.Dataset(X, Y), 2)
    found = told(model=model, booster=booster)
    assert found["model"].parameters["num_leaves"] == 31
    assert found["booster"].parameters["num_leaves"] == 5
    assert found["booster"].parameters["trees"] == booster.num_trees()


def test_models_of_xgboost_tell_what_was_left_to_the_library() -> None:
    xgboost = pytest.importorskip("xgboost")
    model = xgboost.XGBClassifier(n_estimators=3)
    assert told(model=model)["model"].parameters["learning_rate"] is None
    booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(X, Y), 2)
    found = told(model=model.fit(X, Y), booster=booster)
    assert found["model"].parameters["learning_rate"] == 0.3
    assert (found["booster"].parameters["max_depth"], found["booster"].parameters["rounds"]) == (2, 2)


class _Layer:
    """A layer as torch has it; the real ones are looked at where torch is there."""

    def __init__(self, said: str = "", parts: dict[str, Any] | None = None) -> None:
        self._said, self._parts = said, parts or {}

    def extra_repr(self) -> str:
        return self._said

    def children(self) -> Any:
        return iter(self._parts.values())

    def named_modules(self, lead: str = "") -> Any:
        yield lead, self
        for name, part in self._parts.items():
            yield from part.named_modules(f"{lead}.{name}" if lead else name)

    def parameters(self) -> Any:
        return iter([_Weight(12), _Weight(4)])


class _Weight:
    requires_grad = True

    def __init__(self, count: int) -> None:
        self._count = count

    def numel(self) -> int:
        return self._count


class _Optimizer:
    """An optimizer as torch has it, whose rate a schedule has changed."""

    def __init__(self) -> None:
        self.defaults = {"lr": 0.1, "betas": (0.9, 0.999)}
        self.param_groups = [
            {"params": [X], "lr": 0.01, "initial_lr": 0.1, "betas": (0.9, 0.999)},
            {"params": [X], "lr": 0.001, "initial_lr": 0.01, "betas": (0.9, 0.999)},
        ]


def test_a_network_tells_its_layers_and_an_optimizer_its_rate() -> None:
    module: Any = type("Module", (_Layer,), {"__module__": "torch.nn.modules.module"})
    linear: Any = type("Linear", (module,), {"__module__": "torch.nn.modules.linear"})
    net: Any = type("Net", (module,), {})
    optimizer: Any = type("Optimizer", (_Optimizer,), {"__module__": "torch.optim.optimizer"})
    parts = {"fc": linear("in_features=3, out_features=4"), "head": module("", {"0": linear("in_features=4")})}
    found = told(net=net(parts=parts), optimizer=optimizer())
    assert found["net"].parameters == {
        "parameters": 16,
        "layers": "Linear(in_features=3, out_features=4) → Linear(in_features=4)",
        "fc": "Linear(in_features=3, out_features=4)",
        "head.0": "Linear(in_features=4)",
    }
    assert found["optimizer"].parameters == {"lr": 0.1, "betas": "(0.9, 0.999)", "1.lr": 0.01}


def test_models_of_torch() -> None:
    torch = pytest.importorskip("torch")
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU())
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.1)
    found = told(net=net, optimizer=optimizer, schedule=schedule)
    assert found["net"].parameters["parameters"] == 16
    assert found["net"].parameters["0"] == "Linear(in_features=3, out_features=4, bias=True)"
    assert found["optimizer"].parameters["lr"] == 0.01
    assert found["schedule"].parameters == {"step_size": 2, "gamma": 0.1}


def test_models_of_keras() -> None:
    pytest.importorskip("torch")
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    parameters = told(model=model)["model"].parameters
    assert parameters["parameters"] == 21
    assert (parameters["dense"], parameters["dense_2"]) == (
        "Dense(units=4, activation=relu)",
        "Dense(units=1, activation=linear)",
    )
    assert (parameters["optimizer"], parameters["optimizer.learning_rate"]) == ("Adam", 0.01)
