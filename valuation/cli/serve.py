"""``tradein serve``: the service over HTTP."""

import os
import socket
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import NoReturn

import click

from valuation.settings import Settings, SettingsRefused

USAGE = 2


@click.command()
@click.option("--host", help="Address to listen on (HOST, 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (PORT, 8000).")
@click.option("--workers", type=click.IntRange(1, 64), help="Serving processes (WORKERS, 1).")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve quotes over HTTP until stopped."""
    given = {"HOST": host, "PORT": port, "WORKERS": workers}
    # In the environment, because each worker reads its settings there.
    os.environ.update({name: str(value) for name, value in given.items() if value is not None})
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsRefused as error:
        _give_up(error)
    _serve(settings)


def _serve(settings: Settings) -> None:
    from valuation.web.starting import (
        CannotServe,
        check_installation,
        curl,
        example_request,
        listening_socket,
    )

    try:
        request = example_request(settings)
        works = check_installation(settings, now=datetime.now(UTC), entropy=os.urandom)
        listener = listening_socket(settings)
    except CannotServe as error:
        _give_up(error)
    host, port = listener.getsockname()[:2]
    click.echo(f"Serving on http://{host}:{port} (API: /docs). A first quote:\n")
    file = settings.demo_key_file if works else None
    click.echo(f"  {curl(settings, request, port=port, key_file=file)}\n")
    if not works:
        click.echo("TRADEIN_KEY is a key of yours: `tradein keys new MERCHANT` makes one.\n")
    _run(settings, listener)


def _run(settings: Settings, listener: socket.socket) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    config = uvicorn.Config(
        "valuation.web.app:from_environment",
        factory=True,
        workers=settings.workers,
        access_log=False,  # a tenth of the throughput; faults are logged with the request id
        log_level="warning",
    )
    with suppress(KeyboardInterrupt):
        if settings.workers > 1:
            Multiprocess(config, sockets=[listener]).run()
            return
        server = uvicorn.Server(config)
        server.run(sockets=[listener])
        if not server.started:
            sys.exit(USAGE)


def _give_up(error: Exception) -> NoReturn:
    click.echo(f"tradein serve: {error}", err=True)
    sys.exit(USAGE)
