"""The numbers that a Prometheus server reads, and who may read them. No label tells of a person or of a case."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from handlers.gauges import Figures

SECONDS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)
"""The buckets of what a duty takes."""
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")
"""Headers by which a reverse proxy tells that it asks for somebody else."""
BEARER = "Bearer "


class Metrics:
    """The numbers of this program: those of the database when asked for, those of this process as they come.

    With a ``token`` whoever carries it may read from anywhere; without one, whoever asks on this machine.
    """

    def __init__(self, *, token: str | None = None) -> None:
        self._token = token
        self._registry = CollectorRegistry()
        self._figures = _Figures()
        self._registry.register(self._figures)
        self._spent = Histogram(
            "lianxin_job_seconds",
            "Seconds that a periodic duty of this process took.",
            ["job"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._failed = Counter(
            "lianxin_job_failures", "Runs of a periodic duty that failed.", ["job"], registry=self._registry
        )

    def job_done(self, name: str, *, seconds: float, failed: bool) -> None:
        """A periodic duty has run."""
        self._spent.labels(name).observe(seconds)
        self._failed.labels(name).inc(1 if failed else 0)

    def text(self, figures: Figures) -> bytes:
        """All of it as Prometheus reads it."""
        self._figures.latest = figures
        return generate_latest(self._registry)

    def refuses(self, remote: str | None, headers: Mapping[str, str]) -> int | None:
        """The HTTP status for who may not read: 401 when a token is wanted, 403 from another machine; else None."""
        if self._token is None:
            return None if is_here(remote, headers) else 403
        given = headers.get("Authorization", "")
        wanted = f"{BEARER}{self._token}"
        same = hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())
        return None if same else 401


def is_here(remote: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a request began on this machine: it came over the loopback, for this machine, and nobody passed it on."""
    passed_on = any(name in headers for name in PASSED_ON)
    return not passed_on and _is_loopback(remote) and _names_loopback(headers.get("Host", ""))


def _names_loopback(host: str) -> bool:
    """A proxy that adds no header still hands on the name by which it was called."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str | None) -> bool:
    try:
        found = ip_address(address or "")
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback


class _Figures(Collector):
    """Hands the latest figures of the database to the registry."""

    latest: Figures | None = None

    def collect(self) -> Iterator[Metric]:
        if self.latest:
            yield from _families(self.latest)

    def describe(self) -> Iterator[Metric]:
        yield from ()


def _families(figures: Figures) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "lianxin_messages_received", "Messages that were taken in, on every channel.", value=figures.received
    )
    notices = GaugeMetricFamily("lianxin_notices", "Texts to people.", labels=["channel", "state"])
    for labels, count in figures.notices.items():
        notices.add_metric(labels, count)
    yield notices
    yield GaugeMetricFamily("lianxin_outbox_depth", "Texts that are still to be sent.", value=figures.owed)
    yield GaugeMetricFamily(
        "lianxin_outbox_oldest_seconds",
        "Seconds for which the oldest of them has waited; 0 when there is none.",
        value=figures.oldest_seconds,
    )
    yield _by_rule("lianxin_clocks_due_today", "Running time limits that end today.", figures.due_today)
    yield _by_rule("lianxin_clocks_overdue", "Running time limits that are past their date.", figures.overdue)


def _by_rule(name: str, help_text: str, counts: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=["rule"])
    for rule, count in counts.items():
        family.add_metric([rule], count)
    return family
