"""The errors of jupyter_xpt, one tree.

::

    XptError                  anything we refuse, said in one line
    ├── OptionError           a magic's or a command's option, its name or value
    ├── NameProblem           a name of a series, notebook or output that cannot be used
    ├── NotebookError         a notebook that is missing, unreadable or malformed
    ├── UnknownExperiment     a number, run or series that does not exist
    ├── ConflictError         an act that what is there forbids just now
    ├── MetricError           a logged value that is no number (also a ValueError)
    ├── DatasetError          a dataset that is missing, unreadable or of no known kind (also a ValueError)
    ├── RecordError           a damaged record on disk
    └── StoreError            the disk refused: read-only, full, gone

A message says what was wrong, the value, what exists, and what to do, in one line.
"""

from __future__ import annotations


class XptError(Exception):
    """Anything jupyter_xpt refuses, said in one line."""


class OptionError(XptError):
    """An option of a magic or a command that does not exist or has a value it cannot have."""


class NameProblem(XptError):  # noqa: N818 - NameError is Python's own
    """A name of a series, a notebook or an output that cannot be used."""


class NotebookError(XptError):
    """A notebook that is missing, unreadable or malformed."""


class UnknownExperiment(XptError):  # noqa: N818 - says what is unknown
    """An experiment number, run or series that does not exist."""


class ConflictError(XptError):
    """An act that what is there forbids just now: it runs, or something stands in its place."""


class MetricError(XptError, ValueError):
    """A metric whose name or value cannot be recorded."""


class DatasetError(XptError, ValueError):
    """A dataset that is missing, unreadable or of no known kind."""


class RecordError(XptError):
    """A record on disk that is damaged."""


class StoreError(XptError):
    """The disk refused to read or write: read-only, full, or gone."""
