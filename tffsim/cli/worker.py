"""`tffsim worker`: run the clients of computations that are started elsewhere."""

import asyncio
import gc
import logging
import math
import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tffsim.remote.service.credentials import WorkerCredentials

_FILE = click.Path(exists=True, dir_okay=False)
# Where a key has a password, it is not asked for at the terminal.
_NO_PASSWORD = "-"


class _Seconds(click.FloatRange):
    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = float(super().convert(value, param, ctx))
        return seconds if math.isfinite(seconds) else self.fail(f"{value} is no time.", param, ctx)


@click.command(short_help="Run clients for computations that are called in other processes.")
@click.option("--bind", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True,
              help="The port; 0 takes a free one and prints it.")  # fmt: skip
@click.option("--tls-cert", type=_FILE, help="The certificate of this worker (PEM).")
@click.option("--tls-key", type=_FILE, help="Its private key (PEM).")
@click.option("--client-ca", type=_FILE, help="The authority of the certificates that callers must have (PEM).")
@click.option("--token-file", type=_FILE, help="A file with a token that callers must know.")
@click.option("--max-value-bytes", type=click.IntRange(min=1), default=8 << 30, show_default="8 GiB",
              help="How much a caller may send at once: the values of all clients of a call together.")  # fmt: skip
@click.option("--allow-ops", type=click.Choice(["strict", "all"]), default="strict", show_default=True,
              help="Which operations of TensorFlow run: `strict` leaves out those that reach files, networks "
              "or Python.")  # fmt: skip
@click.option("--data", "data", multiple=True, metavar="NAME=MODULE:FUNCTION",
              help="Data that stays at this worker: the function returns one value per client. "
              "May be given again.")  # fmt: skip
@click.option("--lease-seconds", type=_Seconds(min=0, min_open=True), default=30.0, show_default=True,
              help="How long to keep what a caller has left that is not heard of any more.")  # fmt: skip
@click.option("--drain-seconds", type=_Seconds(min=0), default=30.0, show_default=True,
              help="On SIGTERM, how long calls may go on.")  # fmt: skip
@click.option("--exit-with-stdin", is_flag=True, hidden=True)
def worker(
    bind: str,
    port: int,
    tls_cert: str | None,
    tls_key: str | None,
    client_ca: str | None,
    token_file: str | None,
    max_value_bytes: int,
    allow_ops: str,
    data: tuple[str, ...],
    lease_seconds: float,
    drain_seconds: float,
    exit_with_stdin: bool,
) -> None:
    """Run clients for computations that are called in other processes.

    Prints `tffsim worker is ready at ADDRESS:PORT`. Give this address to
    `tffsim.remote_executor_factory`. Other machines can call only with TLS and with a
    token or a certificate. Ends on SIGTERM, when the calls that are under way have ended.
    """
    from tffsim.remote.extra import check_extra

    try:
        check_extra()
    except ImportError as error:
        raise click.ClickException(str(error)) from None
    from tffsim.remote.channels import read_token
    from tffsim.remote.service.credentials import WorkerCredentials
    from tffsim.remote.wire.protocol import MEMORY_KEY_VARIABLE

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        token = read_token(token_file) if token_file is not None else None
        credentials = WorkerCredentials(_content(tls_cert), _content(tls_key), _content(client_ca), token)
        credentials.check(bind)
        _check_tls(tls_cert, tls_key, client_ca)
        asyncio.run(
            _serve(bind, port, credentials, max_value_bytes, allow_ops == "strict", data, lease_seconds, drain_seconds,
                   exit_with_stdin, os.environ.pop(MEMORY_KEY_VARIABLE, ""))
        )  # fmt: skip
    except (ValueError, TypeError, OSError) as error:
        raise click.ClickException(str(error)) from None


async def _serve(
    address: str,
    port: int,
    credentials: "WorkerCredentials",
    max_value_bytes: int,
    is_strict: bool,
    data: tuple[str, ...],
    lease_seconds: float,
    drain_seconds: float,
    ends_with_stdin: bool,
    memory_key: str,
) -> None:
    from tffsim.executor_stacks.worker_service import worker_service
    from tffsim.remote.service.worker_server import WorkerServer, end_with, stop_on_signals

    if ends_with_stdin:
        end_with(sys.stdin.fileno())
    if data:
        # Modules of the folder in which the worker was started, as `python -m` finds them.
        sys.path.insert(0, os.getcwd())
    service = worker_service(
        data=data, is_strict=is_strict, max_value_bytes=max_value_bytes, lease_seconds=lease_seconds,
        memory_key=memory_key,
    )  # fmt: skip
    server = WorkerServer(service, address, port, credentials)
    bound = await server.start()
    stop_on_signals(server.stop)
    # What was imported stays: to look through it for garbage takes a third of a second each time.
    gc.collect()
    gc.freeze()
    click.echo(f"tffsim worker is ready at {f'[{address}]' if ':' in address else address}:{bound}")
    await server.run_until_stopped(drain_seconds)


def _check_tls(certificate: str | None, key: str | None, client_ca: str | None) -> None:
    """Looks whether files of TLS hold what they should: gRPC says no more of them than that it cannot listen.

    Raises:
        ValueError: If they do not.
    """
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        if certificate is not None and key is not None:
            context.load_cert_chain(certificate, key, password=_NO_PASSWORD)
    except ssl.SSLError as error:
        raise ValueError(
            f"{certificate} and {key} are no certificate and its private key, as PEM and without a password: {error}."
        ) from None
    try:
        if client_ca is not None:
            context.load_verify_locations(client_ca)
    except ssl.SSLError as error:
        raise ValueError(f"{client_ca} holds no certificates as PEM: {error}.") from None


def _content(path: str | None) -> bytes | None:
    if path is None:
        return None
    with open(path, "rb") as file:
        return file.read()
