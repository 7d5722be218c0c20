"""Interrupts reach the user's code alone."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time

import pytest

from jupyter_xpt.edges.kernel.interrupts import Interrupts


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.01)


def test_the_users_code_is_interrupted_as_ever():
    with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts, interrupts.let_through():
        interrupt()


def test_our_own_work_is_not_and_the_interrupt_waits_for_the_users_code():
    done = []
    with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts:
        interrupt()
        done.append("begun")
        with interrupts.let_through():
            done.append("never")
    assert done == ["begun"]


def test_an_interrupt_after_the_users_code_comes_at_the_end():
    done = []
    with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts:
        with interrupts.let_through():
            pass
        interrupt()
        done.append("ended")
    assert done == ["ended"]


def test_an_error_on_its_way_is_not_replaced():
    with pytest.raises(ValueError, match="the user's"), Interrupts():
        interrupt()
        raise ValueError("the user's")


def test_a_second_interrupt_does_not_wait():
    done = []
    with pytest.raises(KeyboardInterrupt), Interrupts():
        interrupt()
        interrupt()
        done.append("never")
    assert done == []


def test_one_that_a_command_swallowed_is_known():
    with Interrupts() as interrupts:
        with interrupts.let_through(), contextlib.suppress(KeyboardInterrupt):
            interrupt()
        assert interrupts.arrived


def test_the_handler_is_put_back_unless_the_user_changed_it():
    before = signal.getsignal(signal.SIGINT)
    with Interrupts():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
    try:
        with Interrupts():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_nothing_is_touched():
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def work() -> None:
        with Interrupts() as interrupts, interrupts.let_through():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
