"""Runs the duties on time: each run is timed and logged, and none can stop the others."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from scheduler.jobs import Job

log = logging.getLogger("lianxin.scheduler")


class Watch(Protocol):
    """Who counts the runs of duties."""

    def job_done(self, name: str, *, seconds: float, failed: bool) -> None:
        """A duty of this name has run and took so many seconds."""


async def run_job(job: Job, *, watch: Watch | None = None) -> None:
    """One run of a duty; a failure is logged and the next run tries again."""
    started = time.perf_counter()
    count: int | None = None
    try:
        count = await job.work()
    except Exception:  # one of the three loops
        log.exception("A duty failed.", extra={"action": job.name})
    spent = time.perf_counter() - started
    if watch:
        watch.job_done(job.name, seconds=spent, failed=count is None)
    if count:
        log.info("A duty was done.", extra={"action": job.name, "count": count, "seconds": round(spent, 3)})


async def run(jobs: Sequence[Job], *, watch: Watch | None = None) -> None:
    """Keep time until cancelled. Every duty runs once at the start: the process may have been down for days.

    ``watch`` is told of each run.
    """
    scheduler = AsyncIOScheduler(timezone="UTC")
    working: set[asyncio.Task[None]] = set()

    async def tracked(job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None, "the scheduler runs each duty as a task"
        working.add(task)
        task.add_done_callback(working.discard)
        await run_job(job, watch=watch)

    for job in jobs:
        # A late run is better than none: the default would skip a run that is a second late.
        scheduler.add_job(
            tracked,
            "interval",
            [job],
            seconds=job.every.total_seconds(),
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    try:
        await asyncio.gather(*(run_job(job, watch=watch) for job in jobs))
        await asyncio.Event().wait()
    finally:
        scheduler.shutdown(wait=False)  # cancels what is at work, and would not see it give back its connection
        await asyncio.gather(*working, return_exceptions=True)
