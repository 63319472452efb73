"""Runs the duties on time: each run is timed and logged, and none can stop the others."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from scheduler.jobs import Job

log = logging.getLogger("lianxin.scheduler")


async def run_job(job: Job) -> None:
    """One run of a duty; a failure is logged and the next run tries again."""
    started = time.perf_counter()
    try:
        count = await job.work()
    except Exception:  # one of the three loops
        log.exception("A duty failed.", extra={"action": job.name})
        return
    spent = round(time.perf_counter() - started, 3)
    if count:
        log.info("A duty was done.", extra={"action": job.name, "count": count, "seconds": spent})


async def run(jobs: Sequence[Job]) -> None:
    """Keep time until cancelled. Every duty runs once at the start: the process may have been down for days."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    working: set[asyncio.Task[None]] = set()

    async def tracked(job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None, "the scheduler runs each duty as a task"
        working.add(task)
        task.add_done_callback(working.discard)
        await run_job(job)

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
        await asyncio.gather(*(run_job(job) for job in jobs))
        await asyncio.Event().wait()
    finally:
        scheduler.shutdown(wait=False)  # cancels what is at work, and would not see it give back its connection
        await asyncio.gather(*working, return_exceptions=True)
