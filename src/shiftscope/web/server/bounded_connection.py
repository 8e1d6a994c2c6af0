"""Connections that end: who sends no request, or takes no answer, does not hold a place for good."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

PATIENCE_SECONDS = 20.0  # for a whole request to come, and for a reader that has stopped to go on
MOST_IDLE = 300  # connections that do nothing, of everybody
MOST_IDLE_OF_ONE = 100  # of one address; browsers keep some ten


class BoundedConnection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # it is one of two, chosen at run time
    """A connection of uvicorn's, which by itself ends one that is idle after an answer, and waits for good otherwise.

    It is idle while no whole request has come (no byte, half of the headers, half of a body), and while the other
    side takes nothing of an answer. Where there are too many of these, the one that has been idle longest makes room
    for a new one: who holds hundreds open shuts nobody out, not even others at the same address.
    """

    # Of uvicorn's protocols, whichever it is.
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    connections: set[Any]
    client: tuple[str, int] | None
    cycle: Any

    _timer: asyncio.TimerHandle | None = None
    _since = 0.0  # when it began to be idle, on the loop's clock
    _stalled = False  # the other side takes nothing
    _given_up = False

    @property
    def idle(self) -> bool:
        cycle = self.cycle
        under_way = cycle is not None and not cycle.response_complete and not cycle.more_body
        return not self._given_up and (self._stalled or not under_way)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._wait()
        idle = [other for other in self.connections if other.idle]
        own = [other for other in idle if (other.client or ("",))[0] == (self.client or ("",))[0]]
        for among, most in ((own, MOST_IDLE_OF_ONE), (idle, MOST_IDLE)):
            if len(among) > most:
                min(among, key=lambda other: other._since)._give_up()

    def connection_lost(self, exc: Exception | None) -> None:
        self._given_up = True
        self._stop_waiting()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = True
        self._wait()

    def resume_writing(self) -> None:
        self._stalled = False
        super().resume_writing()

    def _wait(self) -> None:
        self._stop_waiting()
        self._since = self.loop.time()
        if not self._given_up:
            self._timer = self.loop.call_later(PATIENCE_SECONDS, self._end_if_idle)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_if_idle(self) -> None:
        if self.idle:
            self._give_up()

    def _give_up(self) -> None:
        self._given_up = True
        self.transport.abort()  # a mere close would wait for what the other side does not take
