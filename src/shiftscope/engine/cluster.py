"""Shards on the workers of a Dask cluster, on any machines with one disk."""

from __future__ import annotations

import asyncio
import os
import pickle
import secrets
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import cloudpickle
import dask
from distributed import CancelledError, Client, KilledWorker, LocalCluster, as_completed, get_worker
from distributed.comm.core import CommClosedError
from distributed.diagnostics.plugin import WorkerPlugin

from shiftscope.engine.engine import Advance, Work, unfinished
from shiftscope.errors import BadRequest, ClusterError

GOES_ON = "Finished shards are stored, and the same call goes on from them."


class Cluster:
    """One task for each shard that is not finished; a worker holds the model, and does one shard at a time.

    Shards of a worker that died are done again by another. Workers that join later are used too.

    Parameters
    ----------
    client
        Connected to the scheduler; it stays open.
    device
        Where the model runs on the workers: cpu, cuda, cuda:1; the kind of device that it is on here if not given.
    resources
        What a shard takes of a worker's resources; one GPU if not given and any worker offers that.
    threads
        Of torch in each worker; left as they are if not given.

    Raises
    ------
    BadRequest
        An asynchronous client.
    """

    rank = None

    def __init__(
        self,
        client: Client,
        *,
        device: str | None = None,
        resources: Mapping[str, float] | None = None,
        threads: int | None = None,
    ) -> None:
        if client.asynchronous:
            raise BadRequest("an asynchronous client cannot record. Connect another: Client(address).")
        self.client, self.device, self.resources, self.threads = client, device, resources, threads
        self.over = True

    def run(self, work: Work, advance: Advance) -> None:
        """Raises `ClusterError` where workers do not see the folder or die, or the scheduler does."""
        if not (left := unfinished(work)):
            return
        with _losses_told(), _token(work.folder) as token:
            self._refuse_blind_workers(work.folder, token)
            shared = _Shared(_pickled(work), work.folder, token, self.device or work.device, self.threads)
            self.over = False
            try:
                self.client.register_plugin(shared, name=token)
                self._record(work, left, token, advance)
            finally:
                self._stop(token)

    def _record(self, work: Work, shards: Sequence[int], name: str, advance: Advance) -> None:
        tasks = self.client.map(
            _record,
            shards,
            name=name,
            key=[f"{name}-{shard}" for shard in shards],
            resources=self._resources(),
        )
        shard_of = dict(zip(tasks, shards, strict=True))
        del tasks
        try:
            for task in as_completed(list(shard_of), loop=self.client.loop):
                shard = shard_of.pop(task)  # forgotten, so that it is not done again where its worker goes
                if task.status == "finished":
                    advance(work.samples_in(shard))
                elif task.status == "error":
                    task.result()
                else:
                    raise ClusterError(
                        f"the scheduler at {self._address} has gone or was restarted. {GOES_ON}"
                    )
        finally:
            self.client.cancel(list(shard_of))

    def _stop(self, name: str) -> None:
        """Take the work from the workers; `over` once the last of them has noticed."""
        try:
            self.client.unregister_worker_plugin(name)
            self.over = True
        except (OSError, TimeoutError, CancelledError, ValueError):  # nobody is there, or never heard of it
            pass

    def _resources(self) -> dict[str, float] | None:
        if self.resources is not None:
            return dict(self.resources)
        return {"GPU": 1} if self.client.run_on_scheduler(_gpus_offered) else None

    def _refuse_blind_workers(self, folder: Path, token: str) -> None:
        for worker, answer in self.client.run(_what_is_wrong, folder, token, on_error="return").items():
            if isinstance(answer, ModuleNotFoundError):
                raise ClusterError(
                    f"the worker {worker} has not what is needed: {answer}. Install shiftscope and its extra 'cluster' "
                    "in the workers' environment too."
                )
            if answer:
                raise ClusterError(f"the worker {worker}: {answer}")

    @property
    def _address(self) -> str:
        return str(self.client.scheduler.address) if self.client.scheduler else "an address that was closed"


class _Stopped(Exception):
    """The client has ended."""


class _ModulesHere(WorkerPlugin):  # type: ignore[misc]  # the package is read as untyped
    """Workers that this process starts find modules where it does: in its working folder, also when started again."""

    def __init__(self) -> None:
        self.folder = os.getcwd()

    def setup(self, worker: Any) -> None:
        if self.folder not in sys.path:
            sys.path.append(self.folder)  # last, so that nothing in it stands in for a package


class _Shared(WorkerPlugin):  # type: ignore[misc]  # the package is read as untyped
    """The work on a worker, made from its bytes by the first task."""

    def __init__(self, pickled: bytes, folder: Path, token: str, device: str, threads: int | None) -> None:
        self.pickled, self.folder, self.token = pickled, folder, token
        self.device, self.threads = device, threads

    def setup(self, worker: Any) -> None:
        self.worker, self.stopped = worker, False
        self.work: Work | None = None
        self.one_at_a_time = (
            threading.Lock()
        )  # hooks of two shards in one model would see each other's batches

    async def teardown(self, worker: Any) -> None:
        """Returns when nothing is written any more."""
        self.stopped = True
        await asyncio.to_thread(self.one_at_a_time.acquire)
        self.work = None

    def record(self, shard: int) -> None:
        with self.one_at_a_time:
            self.go_on()
            self.work = self.work or self.load()
            if not self.work.is_done(shard):
                self.work.record([shard], self.go_on)

    def go_on(self, samples: int = 0) -> None:
        if self.stopped:
            raise _Stopped

    def load(self) -> Work:
        if wrong := _what_is_wrong(self.folder, self.token):
            raise ClusterError(f"the worker {self.worker.address}: {wrong}")
        try:
            work: Work = pickle.loads(self.pickled)
        except Exception as error:  # whatever their own classes raise
            raise ClusterError(
                f"the worker {self.worker.address} cannot load the model and the data: {type(error).__name__}: "
                f"{error}. It needs the same packages and modules as the process that records."
            ) from error
        if self.threads:
            import torch

            torch.set_num_threads(self.threads)
        return work.on(own_device(self.device, self.worker.name))


def own_device(device: str, worker: object) -> str:
    """The device of the worker named so: of workers that are numbered and see all GPUs, each has its own."""
    if device != "cuda" or not isinstance(worker, int):
        return device
    import torch

    seen = torch.cuda.device_count()
    return f"cuda:{worker % seen}" if seen > 1 else device


def _record(shard: int, *, name: str) -> None:
    plugin = get_worker().plugins.get(name)
    if plugin is None:
        raise _Stopped
    plugin.record(shard)


def _what_is_wrong(folder: Path, token: str) -> str:
    """Why this process cannot record into a folder where another has left a token."""
    advice = (
        "Workers need the study under the same path, on a disk that they share with the process that records"
    )
    if not (folder / _token_name(token)).exists():
        return f"it does not see {folder}, or sees another folder there. {advice}."
    written = folder / f".{token}.{secrets.token_hex(4)}.part"
    try:
        written.touch()
        written.unlink()
    except OSError as error:
        return f"it cannot write to {folder}: {error.strerror}. {advice}, and the right to write there."
    return ""


@contextmanager
def _token(folder: Path) -> Iterator[str]:
    """A name that nobody had before, with a file in the folder that tells it."""
    name = f"shiftscope-{secrets.token_hex(8)}"
    path = folder / _token_name(name)
    path.touch()
    try:
        yield name
    finally:
        path.unlink(missing_ok=True)


def _token_name(token: str) -> str:
    return f".{token}.part"


def _pickled(work: Work) -> bytes:
    try:
        return bytes(cloudpickle.dumps(work.on("cpu")))
    except Exception as error:  # whatever their own classes raise
        raise ClusterError(
            f"the model or the data cannot be sent to workers: {type(error).__name__}: {error}. Leave open files, "
            "locks and generators out of them."
        ) from error


@contextmanager
def _losses_told() -> Iterator[None]:
    try:
        yield
    except KilledWorker as error:
        raise ClusterError(
            f"a shard's worker died {error.allowed_failures + 1} times, the last one {error.last_worker.address}. Look "
            f"at its log; often its memory is too small. {GOES_ON}"
        ) from error
    except (CommClosedError, TimeoutError, CancelledError) as error:
        raise ClusterError(f"the scheduler cannot be reached: {error}. {GOES_ON}") from error


def _gpus_offered(dask_scheduler: Any) -> bool:
    return any("GPU" in worker.resources for worker in dask_scheduler.workers.values())


@contextmanager
def connected(address: str, device: str | None = None) -> Iterator[Cluster]:
    """The cluster whose scheduler listens at an address such as tcp://host:8786.

    Raises
    ------
    ClusterError
        Nobody answers there.
    """
    try:
        client = Client(address, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address!r}: {error}.") from error
    try:
        yield Cluster(client, device=device)
    finally:
        with suppress(RuntimeError):  # of asyncio, where an attempt to reconnect ends in this very moment
            client.close()


@contextmanager
def own_workers(workers: int, device: str | None = None) -> Iterator[Cluster]:
    """Some processes of this machine for as long as the context lasts, its cores divided between them.

    Raises
    ------
    BadRequest
        Fewer than one.
    """
    if workers < 1:
        raise BadRequest(f"{workers} workers; at least 1.")
    options = {
        "n_workers": workers,
        "threads_per_worker": 1,
        "host": "127.0.0.1",
        "scheduler_kwargs": {"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        "memory_limit": None,
    }
    # Those that read samples are processes that a worker starts.
    with (
        dask.config.set({"distributed.worker.daemon": False}),
        LocalCluster(**options) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.register_plugin(_ModulesHere())
        yield Cluster(client, device=device, threads=max(1, (os.cpu_count() or 1) // workers))
