from __future__ import annotations

import pytest

from jupyter_xpt.thought.environment import environment_changes, environment_rows, said


def environment(version="3.11.7", **packages):
    return {
        "interpreter": {"implementation": "cpython", "version": version, "executable": "/a/python"},
        "packages": {"numpy": "2.0", "unused": "1", **packages},
        "imported": ["numpy", *packages],
        "hardware": {"system": "Linux", "machine": "x86_64", "processor": "Fast 9000", "host": "a"},
    }


def told(before, after):
    return [(one.what, one.before, one.after) for one in environment_changes(before, after)]


def test_the_same_says_nothing():
    assert told(environment(), environment()) == []


def test_python_platform_processor_and_packages_that_were_used_are_told():
    after = environment("3.12.1", numpy="2.1", Scipy="1.2", unused="2")
    after["imported"].remove("unused")
    after["hardware"] = {"system": "Darwin", "machine": "arm64", "processor": "M9", "host": "b"}
    assert told(environment(), after) == [
        ("Python", "cpython 3.11.7", "cpython 3.12.1"),
        ("platform", "Linux x86_64", "Darwin arm64"),
        ("processor", "Fast 9000", "M9"),
        ("numpy", "2.0", "2.1"),
        ("Scipy", None, "1.2"),
    ]


def test_gpus_their_driver_and_what_computes_on_them_are_told():
    before, after = environment(), environment()
    a100 = {"name": "NVIDIA A100-SXM4-40GB", "memory": 1 << 35}
    before["hardware"] |= {"gpus": [a100, a100], "gpu_driver": "535.129.03", "gpu_runtime": "CUDA 12.1", "memory": 1}
    after["hardware"] |= {"gpus": [a100, {"name": "Tesla T4"}], "gpu_driver": "550.54.15", "memory": 2, "cores": 8}
    assert told(before, after) == [
        ("GPU", "2 × NVIDIA A100-SXM4-40GB", "NVIDIA A100-SXM4-40GB, Tesla T4"),
        ("GPU driver", "535.129.03", "550.54.15"),
        ("GPU runtime", "CUDA 12.1", None),
    ]


def test_changes_are_said_in_a_line():
    after = environment("3.12.1", numpy="2.1", scipy="1.2")
    changes = environment_changes(environment(pandas="2.2"), after)
    assert said(changes, 3) == "Python cpython 3.11.7 → cpython 3.12.1, numpy 2.0 → 2.1, pandas 2.2 is gone, 1 more"
    assert said(()) == ""


def test_where_it_is_not_told_what_was_used_all_packages_count():
    after = environment(unused="2")
    del after["imported"]
    assert told(environment(), after) == [("unused", "1", "2")]


def test_asserts_that_do_not_run_are_told():
    after = environment()
    after["interpreter"]["optimize"] = 2
    assert told(environment(), after) == [("Python", "cpython 3.11.7", "cpython 3.11.7 -OO")]


def test_what_is_not_known_does_not_differ():
    assert told(None, environment()) == told(environment(), None) == []
    assert environment_rows([None, environment(), environment("3.12.1")]) == [
        ("Python", (None, "cpython 3.11.7", "cpython 3.12.1"))
    ]


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"interpreter": [], "packages": "x", "imported": 3, "hardware": None},
        {"interpreter": {"version": 3}, "packages": {"a": 1}, "imported": [1, None], "hardware": {"system": []}},
        {"hardware": {"gpus": [3, {"name": 3}, {}], "gpu_driver": [], "gpu_runtime": 3}},
        {"hardware": {"gpus": "x\x1b[31m"}},
        {"packages": {"a\x1b[31m\n": "1\u202e"}, "imported": ["a\x1b[31m\n"]},
    ],
)
def test_a_damaged_record_is_read_as_far_as_it_goes(broken):
    for one in environment_changes(environment(), broken):
        assert one.what.isprintable()
        assert (one.before or "").isprintable()
        assert (one.after or "").isprintable()
