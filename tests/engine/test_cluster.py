"""Recording on Dask workers: the bytes of one process, whoever dies."""

import os

import pytest

from shiftscope.engine.ranks import Ranks
from shiftscope.store import runs

from .conftest import Deadly, contents

distributed = pytest.importorskip("distributed", reason="the package distributed is not installed")


@pytest.fixture(scope="module")
def client(sent_by_value):
    """Two workers."""
    from shiftscope.engine.cluster import own_workers

    with own_workers(2) as cluster:
        yield cluster.client


def record(study, data, engine=None, **options):
    return study.record(
        data, "lab", layers=["conv", "hidden"], engine=engine, shard_samples=8, batch_size=4, progress=False, **options
    )


def test_a_study_of_two_workers_is_that_of_one_process_and_of_ranks(client, new_study, made, monkeypatch):
    data = dict(samples=100, unlabelled=frozenset({5}), broken=frozenset({60}))
    studies = [new_study(name=name) for name in ("alone", "workers", "ranks")]
    alone, workers, ranks = studies
    record(alone, made(**data), on_error="skip")
    record(workers, made(**data), client, on_error="skip")
    for rank in (1, 0):
        record(ranks, made(**data), Ranks(rank, 2), on_error="skip")
    expected = contents(alone.path)
    assert len(expected) > 30
    assert contents(workers.path) == expected
    assert contents(ranks.path) == expected
