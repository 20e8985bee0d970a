"""A proxy between a controller and a worker. It counts, delays, and can cut the connection and open it again."""

import contextlib
import socket
import threading
import time


class Proxy:
    """Passes bytes between its own port and that of an address.

    Attributes:
        address: Where it listens.
        num_bytes: How many bytes have gone each way.
        delay_seconds: How long each piece of what goes through is held back.
    """

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self._target = host, int(port)
        self._pairs = []
        self._is_open = True
        self.delay_seconds = 0.0
        self.num_bytes = {"to worker": 0, "to controller": 0}
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Ends all connections, and lets none through."""
        self._is_open = False
        for pair in self._pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def restore(self):
        """Lets connections through again."""
        self._is_open = True

    def close(self):
        """Ends the proxy."""
        self.cut()
        self._server.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            if not self._is_open:
                client.close()
                continue
            try:
                worker = socket.create_connection(self._target)
            except OSError:
                client.close()
                continue
            self._pairs.append((client, worker))
            for source, target, way in ((client, worker, "to worker"), (worker, client, "to controller")):
                threading.Thread(target=self._pass_on, args=(source, target, way), daemon=True).start()

    def _pass_on(self, source, target, way):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                time.sleep(self.delay_seconds)
                self.num_bytes[way] += len(data)
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)
