"""Estimators: the models that a cell made, told by their own word, without importing, copying or keeping any of them.

An object is known by the modules of its classes, and asked nothing but what its library promises to be cheap and
without effect. Objects of any other kind are not touched.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jupyter_xpt.edges.kernel.values import MAX_PARAMETERS, as_value, items_of
from jupyter_xpt.ground.configuration import EstimatorRecord, Value

MAX_ESTIMATORS = 20
_MAX_INSIDE = 20
_MAX_LAYERS = 30
_MAX_MODULES = 1000

Told = Iterator[tuple[str, object]]


def estimators(namespace: Mapping[str, object], names: Iterable[str]) -> Iterator[Telling]:
    """What tells of each model among the user's objects; calling it may raise what the model's own code raises.

    Parameters
    ----------
    namespace
        The user's names.
    names
        Those to look at, in order; lists and dicts of models are looked into.
    """
    seen: set[int] = set()
    count = 0
    for name in names:
        for path, value in _inside(name, namespace.get(name)):
            teller = _teller(value)
            if teller is None or id(value) in seen:
                continue
            seen.add(id(value))
            count += 1
            if count > MAX_ESTIMATORS:
                return
            yield Telling(path, value, teller)


def _inside(name: str, value: object) -> Iterator[tuple[str, object]]:
    """An object, or the objects in a plain list or dict."""
    # Of subclasses nobody knows what looking at them does.
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        yield from ((f"{name}.{at}", one) for at, one in enumerate(value[:_MAX_INSIDE]))
    elif isinstance(value, dict) and type(value) is dict:
        pairs = list(value.items())[:_MAX_INSIDE]
        yield from ((f"{name}.{key}", one) for key, one in pairs if isinstance(key, str))
    else:
        yield name, value


class Telling:
    """One model that can be asked; ``name`` is the variable, or the place in a list or dict, that holds it."""

    def __init__(self, name: str, model: object, teller: Callable[[Any], Told]) -> None:
        self.name = name
        self._model = model
        self._teller = teller

    def __call__(self) -> EstimatorRecord:
        """What the model says of itself."""
        kind = type(self._model)
        found: dict[str, Value] = {}
        # What a library has to say about being asked is not for the user.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, value in self._teller(self._model):
                if len(found) >= MAX_PARAMETERS:
                    break
                found[str(name)[:120]] = as_value(str(name), value)
        return EstimatorRecord(self.name, f"{kind.__module__}.{kind.__qualname__}", found)


def _teller(value: object) -> Callable[[Any], Told] | None:
    """What tells of an object; None for what is no model."""
    kind = type(value)
    if kind.__module__ == "builtins" or isinstance(value, type):
        return None
    # By its class alone: an object may do anything when it is asked for an attribute.
    classes = kind.__mro__
    roots = [str(getattr(one, "__module__", "")) for one in classes]
    names = {f"{root.partition('.')[0]}.{one.__name__}" for root, one in zip(roots, classes, strict=True)}
    for known, teller in _LIBRARIES.items():
        if known in names:
            return teller
    if _is_scheduler(names, roots):
        return _plain_attributes
    has = {name for one in classes for name in vars(one)}
    return _sklearn if {"get_params", "fit"} <= has or {"get_params", "transform"} <= has else None


def _is_scheduler(names: set[str], roots: list[str]) -> bool:
    """Whether a class is a learning-rate schedule of torch."""
    return bool({"torch.LRScheduler", "torch._LRScheduler"} & names) or "torch.optim.lr_scheduler" in roots


# -- scikit-learn and what follows it -----------------------------------------------------------------------


def _sklearn(model: Any) -> Told:  # noqa: ANN401 - any estimator
    """What `get_params` gives; of a fitted booster also what its library filled in."""
    given = model.get_params(deep=True)
    yield from ((name, value) for name, value in given.items() if name not in _HOLDERS)
    yield from _searched(model)
    if type(model).__module__.partition(".")[0] == "xgboost":
        yield from _filled_in(model, given)


# Their parts come by their own names.
_HOLDERS = frozenset({"steps", "transformers", "transformer_list"})


def _searched(model: object) -> Told:
    """What a search has found."""
    best = vars(model).get("best_params_") if hasattr(model, "__dict__") else None
    for name, value in items_of(best):
        yield f"best.{name}", value


def _filled_in(model: Any, given: Mapping[str, object]) -> Told:  # noqa: ANN401 - a model of XGBoost
    """The values that XGBoost took for those that were left to it."""
    if vars(model).get("_Booster") is None:
        return
    config = json.loads(model.get_booster().save_config())
    known = dict(_leaves(config))
    for name, value in given.items():
        # What is learned from the data is no setting.
        if value is None and name in known and name != "base_score":
            yield name, _number(known[name])


def _leaves(tree: object) -> Iterator[tuple[str, object]]:
    """The single values in nested dicts, by their last name."""
    for name, value in items_of(tree):
        if isinstance(value, dict):
            yield from _leaves(value)
        else:
            yield name, value


def _booster(model: Any) -> Told:  # noqa: ANN401 - a booster of XGBoost
    """The settings of a native booster of XGBoost, and how many rounds it has."""
    learner = json.loads(model.save_config()).get("learner", {})
    yield from ((name, _number(value)) for name, value in _leaves(learner) if name in _BOOSTER)
    yield "rounds", model.num_boosted_rounds()


_BOOSTER = (
    *("booster", "objective", "eta", "learning_rate", "gamma", "max_depth", "min_child_weight", "max_delta_step"),
    *("subsample", "colsample_bytree", "colsample_bylevel", "colsample_bynode", "reg_alpha", "reg_lambda", "alpha"),
    *("lambda", "tree_method", "grow_policy", "max_leaves", "max_bin", "num_parallel_tree", "scale_pos_weight"),
    *("name", "num_class"),
)


def _number(text: object) -> object:
    """A number out of its text, in the digits that single precision has."""
    try:
        number = float(str(text))
    except ValueError:
        return text
    return int(number) if number.is_integer() and "." not in str(text) else float(f"{number:.7g}")


def _lightgbm(model: Any) -> Told:  # noqa: ANN401 - a booster of LightGBM
    """The settings of a native booster of LightGBM, and how many trees it has."""
    yield from items_of(model.params)
    yield "trees", model.num_trees()


def _catboost(model: Any) -> Told:  # noqa: ANN401 - a model of CatBoost
    """All settings of a fitted model of CatBoost, else those that were given."""
    given = model.get_all_params() if model.is_fitted() else model.get_params()
    yield from ((name, _number(value) if isinstance(value, float) else value) for name, value in items_of(given))


# -- networks -----------------------------------------------------------------------------------------------


def _torch(model: Any) -> Told:  # noqa: ANN401 - a module of torch
    """How many weights a module has, and the layers that it is made of."""
    weights = list(model.parameters())
    yield "parameters", sum(one.numel() for one in weights)
    frozen = sum(one.numel() for one in weights if not one.requires_grad)
    if frozen:
        yield "frozen", frozen
    layers = [(name, one) for name, one in _first(model.named_modules(), _MAX_MODULES) if name and not _has_parts(one)]
    yield "layers", " → ".join(_layer(one) for _, one in layers)
    for name, one in layers[:_MAX_LAYERS]:
        yield name, _layer(one)


def _has_parts(module: Any) -> bool:  # noqa: ANN401 - a module of torch
    """Whether a module is made of others."""
    return next(iter(module.children()), None) is not None


def _layer(module: Any) -> str:  # noqa: ANN401 - a module of torch
    """A layer in words: its class, and what it says of itself."""
    return f"{type(module).__name__}({str(module.extra_repr())[:300]})"


def _first(several: Iterable[Any], count: int) -> list[Any]:
    """The first of several."""
    return [one for _, one in zip(range(count), several, strict=False)]


def _torch_optimizer(optimizer: Any) -> Told:  # noqa: ANN401 - an optimizer of torch
    """An optimizer's settings; where groups of weights differ, those of each."""
    groups = [dict(one) for one in list(optimizer.param_groups)[:_MAX_INSIDE]]
    for one in groups:
        # A schedule keeps what the rate was in the beginning.
        one["lr"] = one.pop("initial_lr", one.get("lr"))
    for at, one in enumerate(groups):
        for name, value in one.items():
            if name in ("params", "param_names"):
                continue
            if at == 0:
                yield name, value
            elif name in optimizer.defaults and value != groups[0].get(name):
                yield f"{at}.{name}", value


def _plain_attributes(model: object) -> Told:
    """The numbers and words that an object keeps, without what it counts with."""
    for name, value in vars(model).items():
        if not name.startswith("_") and name not in ("last_epoch", "verbose") and isinstance(value, str | int | float):
            yield name, value


def _keras(model: Any) -> Told:  # noqa: ANN401 - a model of Keras
    """How many weights a model has, its layers, and what it was compiled with."""
    layers = _first(model.layers, _MAX_MODULES)
    if model.built:
        yield "parameters", model.count_params()
    yield "layers", " → ".join(_keras_layer(one) for one in layers)
    # Keras counts its names on from repeat to repeat.
    counted: dict[str, int] = {}
    for one in layers[:_MAX_LAYERS]:
        name = type(one).__name__.lower()
        counted[name] = counted.get(name, 0) + 1
        yield f"{name}_{counted[name]}" if counted[name] > 1 else name, _keras_layer(one)
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        yield "optimizer", type(optimizer).__name__
        yield from ((f"optimizer.{name}", value) for name, value in _keras_optimizer(optimizer))
        yield "loss", getattr(model, "loss", None)


def _keras_layer(layer: Any) -> str:  # noqa: ANN401 - a layer of Keras
    """A layer in words: its class, and the settings that people give."""
    config = dict(items_of(layer.get_config()))
    said = [
        f"{name}={config[name]}" for name in _KERAS if isinstance(config.get(name), str | int | float | list | tuple)
    ]
    return f"{type(layer).__name__}({', '.join(said)[:300]})"


_KERAS = ("units", "filters", "kernel_size", "strides", "pool_size", "rate", "activation", "input_dim", "output_dim")


def _keras_optimizer(optimizer: Any) -> Told:  # noqa: ANN401 - an optimizer of Keras
    """An optimizer's settings, in the digits that single precision has."""
    for name, value in items_of(optimizer.get_config()):
        if name != "name":
            yield name, _number(value) if isinstance(value, float) else value


# By the first module of a class and its name: the first that an object is of.
_LIBRARIES: Mapping[str, Callable[[Any], Told]] = {
    "xgboost.Booster": _booster,
    "lightgbm.Booster": _lightgbm,
    "catboost.CatBoost": _catboost,
    "torch.Optimizer": _torch_optimizer,
    "keras.Model": _keras,
    "tf_keras.Model": _keras,
    "keras.Optimizer": _keras_optimizer,
    "keras.BaseOptimizer": _keras_optimizer,
    "torch.Module": _torch,
}
