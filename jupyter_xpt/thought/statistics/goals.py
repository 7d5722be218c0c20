"""Goals: whether a metric is better high or low."""

from __future__ import annotations

import re

from jupyter_xpt.ground.errors import OptionError

_LOWER = frozenset(
    {
        *("loss", "losses", "logloss", "nll", "bce", "xent", "crossentropy", "deviance", "divergence", "kld"),
        *("error", "errors", "err", "mse", "msle", "rmse", "rmsle", "mae", "medae", "mape", "smape", "mase"),
        *("rss", "sse", "ece", "brier", "wer", "cer", "ter", "eer", "fpr", "fnr", "misclassification"),
        *("perplexity", "ppl", "bpb", "bpc", "bpd", "fid", "aic", "bic"),
        *("regret", "cost", "costs", "latency", "duration"),
    }
)
# Those that say it in more than one word; in the first two "negative" does not turn the meaning around.
_LOWER_PHRASES = (
    *("neg_log_likelihood", "negative_log_likelihood"),
    *("cross_entropy", "false_positive", "false_negative"),
)
_TURNED = frozenset({"neg", "negative", "inverse", "inv", "free", "reduction", "improvement"})


def default_goal(metric_name: str) -> str:
    """The goal that a metric's name says: ``min`` for a loss, an error and the like, else ``max``.

    Only whole words count, split at everything but letters and where lower case turns to upper; what turns
    the meaning around (scikit-learn's ``neg_mean_squared_error``, ``error_free``) is seen.

    Examples
    --------
    >>> default_goal("val/logLoss"), default_goal("terror"), default_goal("neg_log_loss")
    ('min', 'max', 'max')
    """
    split = re.sub(r"([a-z])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3_\2\4", metric_name)
    words = [word.casefold() for word in re.split(r"[\W\d_]+", split) if word]
    joined = "_" + "_".join(words)
    if any("_" + phrase in joined for phrase in _LOWER_PHRASES):
        return "min"
    return "min" if not _LOWER.isdisjoint(words) and _TURNED.isdisjoint(words) else "max"


def check_goal(goal: object) -> str:
    """The goal itself, when it is one.

    Raises
    ------
    OptionError
        When it is neither ``max`` nor ``min``.
    """
    if goal not in ("max", "min"):
        raise OptionError(f"goal is max or min, not {goal!r:.60}")
    return str(goal)
