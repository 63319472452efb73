"""Keeping time: every duty runs at the start and goes on, and one that fails stops neither itself nor the others."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.jobs import Job, fetching, timekeeping
from scheduler.runner import run, run_job
from tests.clock import Clock
from tests.house import town

SOON = timedelta(milliseconds=20)
PATIENCE = 10


class Duty:
    """A duty that can be waited for."""

    def __init__(self, *, fails: bool = False) -> None:
        self.runs, self.fails = 0, fails
        self.ran = asyncio.Event()

    async def __call__(self) -> int:
        self.runs += 1
        if self.runs > 1:
            self.ran.set()
        if self.fails:
            raise KeyError("13812345678")
        return self.runs

    def job(self, name: str, every: timedelta = SOON) -> Job:
        return Job(name=name, every=every, work=self)


async def test_duties_run_at_the_start_and_again_and_a_failing_one_stops_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "lianxin")
    good, bad, rare = Duty(), Duty(fails=True), Duty()
    keeping = asyncio.create_task(run([good.job("good"), bad.job("bad"), rare.job("rare", timedelta(hours=9))]))
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(good.ran.wait(), bad.ran.wait())
    keeping.cancel()
    await asyncio.wait([keeping])
    assert keeping.cancelled()
    assert rare.runs == 1
    failed = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert {record.__dict__["action"] for record in failed} == {"bad"}
    assert "13812345678" not in "".join(record.getMessage() for record in caplog.records)


async def test_a_duty_in_the_middle_of_its_work_has_ended_when_the_keeping_of_time_has() -> None:
    again, ended = asyncio.Event(), asyncio.Event()
    runs = 0

    async def long() -> int:
        nonlocal runs
        runs += 1
        if runs == 1:
            return 0
        again.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # as a transaction that is rolled back
            ended.set()
        return 0

    keeping = asyncio.create_task(run([Job(name="long", every=SOON, work=long)]))
    async with asyncio.timeout(PATIENCE):
        await again.wait()
    keeping.cancel()
    await asyncio.wait([keeping])
    assert ended.is_set()


async def test_a_run_that_did_something_is_logged_and_an_idle_one_is_not(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "lianxin")

    async def nothing() -> int:
        return 0

    await run_job(Job(name="idle", every=SOON, work=nothing))
    await run_job(Duty().job("busy"))
    assert [record.__dict__["action"] for record in caplog.records] == ["busy"]


async def test_every_duty_has_a_name_of_its_own_and_works_on_an_empty_house(
    sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    async with town(sqlite_url, clock, tmp_path) as here:
        jobs = [*timekeeping(here.duties), *fetching(here.duties)]
        assert len({job.name for job in jobs}) == len(jobs)
        assert [await job.work() for job in jobs] == [0] * len(jobs)
