"""A throwaway RabbitMQ of this machine's installation, beside any other that runs: for tests, benches and faults."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

# Debian's command on the PATH is a wrapper that changes the user and loses the environment; the real one is here.
REAL_SCRIPT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
START_SECONDS = 90


class RabbitFailed(Exception):
    """The broker could not be started; the sentence says what it wrote last."""


def server_script() -> str | None:
    """Return the program that starts a RabbitMQ here, or None where none is installed."""
    given = os.environ.get("RABBITMQ_SERVER")
    if given:
        return given
    return str(REAL_SCRIPT) if REAL_SCRIPT.exists() else shutil.which("rabbitmq-server")


@contextlib.contextmanager
def throwaway_rabbitmq() -> Iterator["RabbitNode"]:
    """Start a broker with a folder and ports of its own, and remove both at the end.

    :raises RabbitFailed: if it does not start.
    """
    node = RabbitNode()
    try:
        node.start()
        yield node
    finally:
        node.remove()


class RabbitNode:
    """One broker; what it was told durably outlives `kill` and `start`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="syncbuy-rabbitmq-"))
        self.port, self._distribution_port, self._epmd_port = (_free_port() for _ in range(3))
        self._log = self.folder / "log.txt"
        self._epmd: subprocess.Popen[bytes] | None = None
        self._node: subprocess.Popen[bytes] | None = None
        self._environment = self._write_settings()

    @property
    def url(self) -> str:
        """Return its AMQP address."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def start(self, *, within_seconds: float = START_SECONDS) -> None:
        """Start it, or start it again, and return when it takes connections.

        :raises RabbitFailed: if it does not.
        """
        script = server_script()
        if script is None:
            raise RabbitFailed("there is no rabbitmq-server on this machine")
        if self._epmd is None:
            # A port mapper of its own, as a child: the usual one would be left behind as a daemon.
            words = [_epmd(), "-port", str(self._epmd_port), "-address", "127.0.0.1"]
            self._epmd = self._popen(words)
        self._node = self._popen([script])
        until = time.monotonic() + within_seconds
        while not self._answers():
            if self._node.poll() is not None or time.monotonic() > until:
                raise RabbitFailed(self._log.read_text(errors="replace")[-2000:])
            time.sleep(0.1)

    def stop(self) -> None:
        """End it in good order, as a restart does."""
        if self._node is not None:
            self._node.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._node.wait(30)
        self.kill()

    def kill(self) -> None:
        """End it without a word, as a crash does.

        RabbitMQ 3.10 writes the names of its quorum queues down some moments after they were declared; one that is
        killed before that never serves those queues again.
        """
        if self._node is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._node.pid, signal.SIGKILL)
            self._node.wait(30)
            self._node = None

    def remove(self) -> None:
        """End it and everything that it has written."""
        self.kill()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait(10)
            self._epmd = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _popen(self, words: list[str]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 -- the machine's own broker
                words, env=self._environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )

    def _answers(self) -> bool:
        # An open port alone is too early: a broker that is ready answers the protocol header with a method frame.
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.settimeout(5)
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return connection.recv(1) == b"\x01"
        except OSError:
            return False

    def _write_settings(self) -> dict[str, str]:
        folder = self.folder
        written = {
            "enabled_plugins": "[].",
            "env.conf": "",
            "rabbitmq.conf": (
                f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
                "log.console = true\nlog.console.level = warning\nlog.file = false\n"
                "disk_free_limit.absolute = 50MB\nvm_memory_high_watermark.absolute = 512MB\n"
            ),
            ".erlang.cookie": secrets.token_hex(16),
        }
        for name, text in written.items():
            (folder / name).write_text(text)
        (folder / ".erlang.cookie").chmod(0o400)
        arguments = "+S 2:2 +sbwt none -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"
        return {
            **os.environ,
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "env.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_FEATURE_FLAGS_FILE": str(folder / "feature_flags"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_NODENAME": f"syncbuy{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": arguments,
        }


def _epmd() -> str:
    found = shutil.which("epmd")
    if found is None:
        raise RabbitFailed("there is no epmd on this machine; it comes with Erlang")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
