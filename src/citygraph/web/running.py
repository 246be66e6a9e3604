"""A server from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import resource
import signal
import socket
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import click
from uvicorn import Config

from citygraph.problems import CitygraphError
from citygraph.web.app import create_app
from citygraph.web.connections import Connection, Watched
from citygraph.web.holder import Holder
from citygraph.web.site import Front, opened


def run(holder: Holder, host: str, port: int, base: str, given: Mapping[str, Any]) -> None:
    """Serve what a holder reads until a signal ends it; raises CitygraphError where it cannot begin."""
    front = Front(**{field.name: given[field.name] for field in fields(Front) if field.name in given})
    _allow_files(2 * front.connections + 1000)
    told_to_end = contextlib.suppress(asyncio.CancelledError)  # while it started
    with told_to_end, _bound(host, port) as listener, asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(_serve(holder, front, base, listener))


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # not made for every platform
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def _serve(holder: Holder, front: Front, base: str, listener: socket.socket) -> None:
    main, servers = asyncio.current_task(), list[Watched]()

    def end() -> None:
        for server in servers:
            server.should_exit = True
        if main and not servers:
            main.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    async with opened(holder.folder, holder.limits, front, base, holder) as site:
        connection = type("Connection", (Connection,), {"front": front, "metrics": site.metrics})
        config = Config(
            create_app(site), interface="asgi3", http=connection, ws="none", lifespan="off", log_level="error",
            access_log=False, server_header=False, proxy_headers=False, backlog=1024,
            timeout_keep_alive=max(1, round(front.keep)),
        )  # fmt: skip
        servers.append(Watched(config, lambda url: click.echo(f"{url} serves {holder.folder}, until Ctrl+C")))
        gc.collect()
        gc.freeze()
        await servers[0].serve([listener])


def _bound(host: str, port: int) -> socket.socket:
    """A socket that listens once the server does."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise CitygraphError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    return listener


def _allow_files(number: int) -> None:
    """Let this process have as many open files as its connections need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
