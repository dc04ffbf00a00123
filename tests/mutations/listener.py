"""A listener on loopback that counts who asks: nothing that is read may."""

from __future__ import annotations

import socket
import threading


class Listener:
    """A listener, as a context: ``port`` is where it listens, ``asked`` how often somebody came."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port = self._socket.getsockname()[1]
        self.asked = 0
        self._open = True
        self._thread = threading.Thread(target=self._count, daemon=True)

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._thread.join()
        self._socket.close()

    def _count(self) -> None:
        while self._open:
            try:
                visitor, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.asked += 1
            visitor.close()
