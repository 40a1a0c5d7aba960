"""The containers' health check: healthy is who keeps up, or at least gets on."""

import time
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from deploy import healthy
from deploy.healthy import Look, Samples, look_at_projector, look_at_worker, verdict
from schemas.channels import INPUTS, POSITIONS, REKEYED, WIDE_CHANGELOG
from store.metrics import ProjectorMetrics
from streams.metrics import ShardFigures, WorkerMetrics

NOW = 1_800_000_000.0


def worker(
    lag: dict[str, int | None] | None, checkpoints: int = 0, *, ends_unknown: int = 0, alive_s_ago: float = 0.1
) -> Look:
    metrics = WorkerMetrics()
    metrics.alive_at.set(NOW - alive_s_ago)
    for _ in range(checkpoints):
        metrics.checkpoint_seconds.observe(0.1)
    if lag is not None:
        figures = ShardFigures(positions=10, lag=lag, ends_unknown=ends_unknown, newest_ms={}, open_alerts={}, stock={})
        metrics.show(0, figures)
    return look_at_worker(Samples(generate_latest(metrics.registry).decode()), NOW)


def projector(fresh_s_ago: float | None, records: int = 0) -> Look:
    metrics = ProjectorMetrics()
    metrics.records.labels(POSITIONS).inc(records)
    if fresh_s_ago is not None:
        metrics.fresh_at.set(NOW - fresh_s_ago)
    return look_at_projector(Samples(generate_latest(metrics.registry).decode()), NOW)


def test_a_worker_that_has_counted_everything_is_healthy_though_it_saves_nothing() -> None:
    idle = worker(dict.fromkeys(INPUTS, 0))
    assert verdict(idle, idle.done) is None


def test_a_worker_with_a_backlog_is_healthy_while_it_saves_checkpoints() -> None:
    assert verdict(worker(dict.fromkeys(INPUTS, 500), checkpoints=8), done_before=7) is None


def test_a_worker_with_a_backlog_and_no_checkpoint_since_the_last_look_is_not() -> None:
    stuck = verdict(worker(dict.fromkeys(INPUTS, 500), checkpoints=7), done_before=7)
    assert stuck == "1500 records wait for it, and nothing was done since the last look"


def test_a_worker_without_partitions_is_not_ready() -> None:
    assert "owns no partition" in str(verdict(worker(None), done_before=None))


def test_a_worker_cut_off_from_the_broker_is_not_healthy() -> None:
    cut_off = worker(dict.fromkeys(INPUTS, 0), checkpoints=7, ends_unknown=3)
    assert "broker does not tell" in str(verdict(cut_off, done_before=7))


def test_a_worker_that_works_a_backlog_off_need_not_know_how_much_came_since() -> None:
    assert verdict(worker(dict.fromkeys(INPUTS, 500), checkpoints=8, ends_unknown=2), done_before=7) is None


def test_a_worker_that_hangs_is_not_healthy_though_it_was_done_when_it_did() -> None:
    hung = worker(dict.fromkeys(INPUTS, 0), checkpoints=7, alive_s_ago=40)
    assert verdict(hung, done_before=7) == (
        "it last looked after its shards 40 s ago, and nothing was done since the last look"
    )


def test_a_projector_that_was_fresh_a_moment_ago_is_healthy() -> None:
    assert verdict(projector(fresh_s_ago=5), done_before=0) is None


def test_a_projector_that_fills_the_database_is_healthy_before_it_is_fresh() -> None:
    assert verdict(projector(fresh_s_ago=None, records=900), done_before=400) is None


def test_a_projector_whose_read_model_grows_old_is_not() -> None:
    stale = verdict(projector(fresh_s_ago=90, records=900), done_before=900)
    assert stale == "the read model was up to date 90 s ago, and nothing was done since the last look"


@pytest.fixture
def a_new_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(healthy, "LAST_LOOK", tmp_path / "healthy")


@pytest.mark.usefixtures("a_new_container")
def test_a_process_that_does_not_answer_is_not_healthy(capsys: pytest.CaptureFixture[str]) -> None:
    healthy.LOOKS["silent"] = (1, look_at_worker)  # nobody listens on port 1
    try:
        assert healthy.main("silent") == 1
    finally:
        del healthy.LOOKS["silent"]
    assert "do not answer" in capsys.readouterr().out


@pytest.mark.usefixtures("a_new_container")
def test_what_was_done_is_remembered_from_look_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = ProjectorMetrics()
    metrics.fresh_at.set(time.time() - 90)
    from prometheus_client import start_http_server

    server, thread = start_http_server(0, "127.0.0.1", metrics.registry)
    healthy.LOOKS["projector under test"] = (server.server_port, look_at_projector)
    try:
        assert healthy.main("projector under test") == 1, "nothing was done yet"
        metrics.records.labels(POSITIONS).inc()
        assert healthy.main("projector under test") == 0
        assert healthy.main("projector under test") == 1
    finally:
        del healthy.LOOKS["projector under test"]
        server.shutdown()
        server.server_close()
        thread.join()
    assert "nothing was done since the last look" in capsys.readouterr().out


def test_a_worker_that_only_judges_facilities_and_items_is_healthy_when_it_has_read_all() -> None:
    metrics = WorkerMetrics()
    metrics.alive_at.set(NOW)
    figures = ShardFigures(
        positions=None, lag={REKEYED: 0}, ends_unknown=0, newest_ms={}, open_alerts={}, stock={}, subjects=4
    )
    metrics.show(0, figures, WIDE_CHANGELOG)
    look = look_at_worker(Samples(generate_latest(metrics.registry).decode()), NOW)
    assert look.waits is None
