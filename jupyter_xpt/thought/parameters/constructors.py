"""Constructors: what is known of the classes and functions that experiments are made of, by name alone."""

from __future__ import annotations

import re
from collections.abc import Mapping

# What positional arguments are called where people leave the name out. An empty name is data.
POSITIONS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("Linear", "LazyLinear"), ("in_features", "out_features")),
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d"), ("in_channels", "out_channels", "kernel_size", "stride")),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), ("input_size", "hidden_size", "num_layers")),
    **dict.fromkeys(("MaxPool1d", "MaxPool2d", "AvgPool2d"), ("kernel_size", "stride")),
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d"), ("num_features",)),
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), ("filters", "kernel_size")),
    **dict.fromkeys(("KFold", "StratifiedKFold", "ShuffleSplit", "TimeSeriesSplit", "GroupKFold"), ("n_splits",)),
    **dict.fromkeys(("Ridge", "Lasso", "ElasticNet"), ("alpha",)),
    **dict.fromkeys(("PCA", "TruncatedSVD", "NMF", "FastICA", "UMAP", "TSNE"), ("n_components",)),
    **dict.fromkeys(("GridSearchCV", "HalvingGridSearchCV"), ("estimator", "param_grid")),
    **dict.fromkeys(("RandomizedSearchCV", "HalvingRandomSearchCV"), ("estimator", "param_distributions")),
    **dict.fromkeys(("BaggingClassifier", "AdaBoostClassifier", "CalibratedClassifierCV"), ("estimator",)),
    **dict.fromkeys(("RandomForestClassifier", "ExtraTreesClassifier", "RandomForestRegressor"), ("n_estimators",)),
    **dict.fromkeys(("Adam", "AdamW", "SGD", "RMSprop", "Adagrad", "NAdam", "Lion"), ("", "lr")),
    **dict.fromkeys(("StepLR",), ("", "step_size", "gamma")),
    **dict.fromkeys(("CosineAnnealingLR",), ("", "T_max", "eta_min")),
    "DataLoader": ("", "batch_size", "shuffle"),
    "Embedding": ("num_embeddings", "embedding_dim"),
    "MultiheadAttention": ("embed_dim", "num_heads"),
    "TransformerEncoderLayer": ("d_model", "nhead", "dim_feedforward"),
    "LayerNorm": ("normalized_shape",),
    "LeakyReLU": ("negative_slope",),
    "Dropout": ("rate",),
    "Dense": ("units", "activation"),
    "KMeans": ("n_clusters",),
    "KNeighborsClassifier": ("n_neighbors",),
    "KNeighborsRegressor": ("n_neighbors",),
    "SelectKBest": ("score_func", "k"),
    "SVC": (),
    "LogisticRegression": ("penalty",),
    "PolynomialFeatures": ("degree",),
    "from_pretrained": ("pretrained",),
    "create_model": ("model_name",),
    "pipeline": ("task", "model"),
    "cross_val_score": ("estimator",),
    "cross_validate": ("estimator",),
}
# Classes whose parts are told as if they were their own.
_WHOLES = re.compile(
    r"(\w*Pipeline|ColumnTransformer|FeatureUnion|(Voting|Stacking)(Classifier|Regressor)|Sequential|ModuleList|Compose"
    r"|make_pipeline|make_union|make_column_transformer)"
)
_PARTS = frozenset({"steps", "transformers", "estimators", "layers", "transformer_list", "transforms"})
# Arguments that say how it runs, not what comes out.
_PLUMBING = frozenset(
    {
        *("verbose", "verbosity", "silent", "n_jobs", "nthread", "thread_count", "num_workers", "pin_memory"),
        *("persistent_workers", "prefetch_factor", "workers", "use_multiprocessing", "progress_bar", "disable", "desc"),
        *("logger", "log_level", "logging_dir", "logging_steps", "report_to", "output_dir", "prog", "help", "title"),
        *("x", "y", "X", "data", "dataset", "messages", "validation_data", "eval_set", "callback"),
    }
)
# Objects that are no part of what is tried: frames, paths, figures, text, threads, errors.
_NO_PARAMETERS = re.compile(
    r"DataFrame|Series|(Multi|Datetime)?Index|Categorical|Timestamp|Timedelta|(Pure)?(Posix)?Path|Figure|Axes|Image"
    r"|HTML|Markdown|JSON|Javascript|Video|Audio|IFrame|Code|Latex|Decimal|Fraction|OrderedDict|Counter|Console"
    r"|Progress(Bar)?|Table|ArgumentParser|Popen|Thread|Process|Timer|R?Lock|Event|Queue|Semaphore|Thread\w*Executor"
    r"|Process\w*Executor|Pool|TypeVar|NewType|Literal|Optional|Union|Callable|Any|Template|StringIO|BytesIO|Session"
    r"|Line2D|Rectangle|Circle|Polygon|GridSpec|Button|Slider|Int\w*Slider|Float\w*Slider|Dropdown|Output|VBox|HBox"
    r"|Text|Label|Client|AsyncClient|OpenAI|Request|SummaryWriter|Namespace|SimpleNamespace|Color\w*|\w+Norm|Dataset"
    r"|TensorDataset|Subset|ConcatDataset|DMatrix|QuantileDMatrix|Random|RandomState|Generator|\w*(Error|Exception)"
    r"|\w*Warning|\w*Display|\w*Formatter|\w*Locator|\w*Handler"
)
# Libraries whose objects show, store or transport something.
_OTHERS = frozenset(
    {
        *(
            "matplotlib",
            "seaborn",
            "plotly",
            "altair",
            "bokeh",
            "PIL",
            "IPython",
            "ipywidgets",
            "rich",
            "tqdm",
            "pathlib",
        ),
        *("pandas", "polars", "pyarrow", "datetime", "collections", "concurrent", "threading", "multiprocessing"),
        *(
            "logging",
            "requests",
            "httpx",
            "sqlalchemy",
            "typing",
            "enum",
            "abc",
            "io",
            "json",
            "csv",
            "os",
            "sys",
            "re",
        ),
        *("unittest", "pytest", "subprocess", "tempfile", "time", "urllib", "warnings", "string", "argparse", "click"),
    }
)
# Of these only their parameters are told: that there is one says nothing.
_UNNAMED = re.compile(r"\w*Loader|TrainingArguments|\w*Config|\w*Arguments")
# Objects made of a dict of settings: OmegaConf.create({…}), ConfigDict({…}).
_MAPPINGS = re.compile(
    r"(OmegaConf|\w*Config\w*|\w*Dict|Box|Munch|Namespace|SimpleNamespace|DotMap|Settings|Params\w*)"
)
# Functions of constants that are a setting as they are written.
VALUES = frozenset(
    {
        *("float", "int", "range", "Path", "PurePath", "array", "linspace", "logspace", "geomspace", "arange", "slice"),
        *(
            "timedelta",
            "datetime",
            "date",
            "Timestamp",
            "Timedelta",
            "frozenset",
            "set",
            "Decimal",
            "Fraction",
            "device",
        ),
    }
)


def is_whole(name: str) -> bool:
    """Whether a class is told by its parts."""
    return _WHOLES.fullmatch(name) is not None


def holds_parts(argument: str) -> bool:
    """Whether an argument of such a class holds its parts."""
    return argument in _PARTS


def counts(name: str, library: str = "") -> bool:
    """Whether an object of that class, of that library if it is known, may have parameters worth telling."""
    return library not in _OTHERS and _NO_PARAMETERS.fullmatch(name) is None


def is_told(name: str) -> bool:
    """Whether the class itself says what is tried: ``model = SVC()``."""
    return _UNNAMED.fullmatch(name) is None


def is_mapping(name: str) -> bool:
    """Whether a class holds a dict of settings."""
    return _MAPPINGS.fullmatch(name) is not None


def is_plumbing(argument: str) -> bool:
    """Whether an argument says how it runs, or hands over data."""
    return argument in _PLUMBING
