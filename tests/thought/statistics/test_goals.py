"""Goals as metrics' names say them."""

import pytest

from jupyter_xpt.thought.statistics.goals import default_goal


@pytest.mark.parametrize(
    "name",
    [
        *(
            "loss",
            "val/loss",
            "val_loss",
            "valLoss",
            "Loss",
            "LOSS",
            "train.loss",
            "loss 2",
            "log_loss",
            "logLoss",
        ),
        *(
            "error",
            "errorRate",
            "top5_error",
            "err",
            "rmse",
            "RMSE",
            "RMSE_val",
            "MeanSquaredError",
            "mse",
            "mae",
        ),
        *(
            "mape",
            "perplexity",
            "cross-entropy",
            "crossEntropy",
            "false_positive_rate",
            "falseNegativeRate",
            "fpr",
        ),
        *("negative_log_likelihood", "nll", "loss1", "test/MAE"),
    ],
)
def test_names_that_say_so_are_better_lower(name):
    assert default_goal(name) == "min"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "accuracy",
            "f1",
            "auc",
            "R2",
            "terror",
            "lossless",
            "glossary",
            "error_free",
            "maestro",
            "Ümse",
            "потеря",
        ),
        *(
            "neg_mean_squared_error",
            "neg_log_loss",
            "error_reduction",
            "log_likelihood",
            "value",
            "",
            "/",
            "lossy",
        ),
    ],
)
def test_all_other_names_are_better_higher(name):
    assert default_goal(name) == "max"
