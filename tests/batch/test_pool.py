import errno
import math
import os
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.killed_job import killed_at_work, refused_by_the_system

from spongecalc.batch import pool
from spongecalc.batch.model_runs import model_result
from spongecalc.batch.pool import Job, run_all
from spongecalc.language import text
from spongecalc.swmm.engine import run_inp

MODEL = Path(__file__).parents[1] / "swmm" / "models" / "courtyard_lps.inp"


def test_results_in_the_order_of_jobs():
    waits = (0.3, 0.0, 0.1)
    finished = []
    outcomes = run_all(
        [Job(f"{wait}", time.sleep, (wait,)) for wait in waits],
        processes=2,
        on_done=lambda o: finished.append(o.key),
    )
    assert [o.key for o in outcomes] == ["0.3", "0.0", "0.1"]
    assert {o.status for o in outcomes} == {"done"}
    assert sorted(finished) == ["0.0", "0.1", "0.3"]
    assert finished[-1] == "0.3"


def test_largest_first():
    order = []
    jobs = [Job(f"{size}", abs, (size,), size=size) for size in (1.0, 9.0, 4.0)]
    outcomes = run_all(jobs, processes=1, on_done=lambda o: order.append(o.key))
    assert order == ["9.0", "4.0", "1.0"]
    assert [o.value for o in outcomes] == [1.0, 9.0, 4.0]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_bad_job_fails_alone(processes):
    jobs = [
        Job("good", math.sqrt, (16.0,)),
        Job("raises", math.sqrt, (-1.0,)),
        Job("exits", os._exit, (7,)),
        Job("aborts", os.abort),
        Job("hangs", time.sleep, (60.0,), time_limit_s=0.5),
        Job("cannot travel", lambda: 1),
        Job("result cannot travel", threading.Lock),
        Job("last", math.sqrt, (25.0,)),
    ]
    began = time.perf_counter()
    outcomes = {o.key: o for o in run_all(jobs, processes=processes)}
    assert time.perf_counter() - began < 20.0
    assert (outcomes["good"].value, outcomes["last"].value) == (4.0, 5.0)
    assert (outcomes["raises"].status, outcomes["raises"].reason) == ("failed", "raised")
    assert outcomes["raises"].detail.startswith("ValueError")
    assert (outcomes["exits"].reason, outcomes["exits"].detail) == ("worker_died", "7")
    assert (outcomes["aborts"].reason, outcomes["aborts"].detail) == ("worker_died", "-6")
    assert (outcomes["hangs"].reason, outcomes["hangs"].detail) == ("time_limit", "0.5")
    assert outcomes["cannot travel"].reason == "raised"
    assert outcomes["result cannot travel"].reason == "raised"


def test_a_job_may_raise_a_timeout_of_its_own():
    outcome = run_all([Job("own", exec, ("raise TimeoutError('own')",), time_limit_s=30.0)], processes=1)[0]
    assert outcome.status == "failed"
    assert (outcome.reason, outcome.detail) == ("raised", "TimeoutError: own")


def test_a_worker_gives_way_after_its_number_of_jobs(monkeypatch):
    monkeypatch.setattr(pool, "JOBS_OF_A_WORKER", 3)
    workers = [o.value for o in run_all([Job(f"{n}", os.getpid) for n in range(7)], processes=1)]
    assert len(set(workers)) == 3
    assert [workers.count(w) for w in dict.fromkeys(workers)] == [3, 3, 1]
    assert os.getpid() not in workers


def test_nothing_to_do_and_no_workers():
    assert run_all([], processes=2) == []
    with pytest.raises(ValueError, match="at least one"):
        run_all([Job("a", abs, (1,))], processes=0)


def test_models_in_workers_give_what_they_give_here(tmp_path):
    here = run_inp(MODEL, tmp_path / "here")
    jobs = [Job(f"{n}", run_inp, (MODEL, tmp_path / f"{n}"), time_limit_s=120.0) for n in range(6)]
    for outcome in run_all(jobs, processes=2):
        assert outcome.status == "done"
        assert outcome.value.nodes.equals(here.nodes)
        assert outcome.value.totals_m3 == here.totals_m3


def take_memory(megabytes):
    return len(bytearray(megabytes * 1_000_000))


@pytest.mark.skipif(sys.platform != "linux", reason="the system's limit of memory holds on Linux")
def test_a_job_that_wants_too_much_memory_fails_alone():
    jobs = [
        Job("large", take_memory, (900,), memory_limit_mb=300),
        Job("small", take_memory, (50,), memory_limit_mb=300),
        Job("unlimited", take_memory, (400,)),
    ]
    large, small, unlimited = run_all(jobs, processes=1)
    assert (large.status, large.reason, large.detail) == ("failed", "memory_limit", "300")
    message = model_result(large).messages[0]
    assert message.key == "engine.run.memory_limit"
    assert "300 MB" in text(f"{message.key}.meaning", "en", **dict(message.values))
    assert (small.status, small.value) == ("done", 50_000_000)
    assert (unlimited.status, unlimited.value) == ("done", 400_000_000)


def test_what_was_given_up_is_counted():
    before = pool.given_up()
    (killed,) = run_all([Job("k", killed_at_work, retries=1)], processes=1)
    assert killed.reason == "killed"
    assert pool.given_up() == before + 1
    run_all([Job("n", abs, (1,))], processes=1)
    assert pool.given_up() == before + 1


def test_an_error_of_the_system_says_nothing_of_the_job():
    before = pool.given_up()
    jobs = [
        Job("s", refused_by_the_system, (errno.EMFILE, "a")),
        Job("f", int, ("no number",)),
        Job("n", abs, (1,)),
    ]
    short, own, fine = run_all(jobs, processes=1)
    assert (short.reason, own.reason, fine.status) == ("system", "raised", "done")
    assert pool.given_up() == before + 1
    message = model_result(short).messages[0]
    assert message.key == "engine.run.of_the_system"
    assert "--jobs" in text(f"{message.key}.action", "en")
    assert model_result(own).messages[0].key == "engine.run.not_run"
    (full,) = run_all([Job("d", refused_by_the_system, (errno.ENOSPC, "a"))], processes=1)
    assert model_result(full).messages[0].key == "engine.run.folder_not_writable"
