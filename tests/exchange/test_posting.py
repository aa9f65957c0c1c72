"""What the network does to a message: whoever answers slowly is given up in time."""

import socket
import threading
import time

import pytest

from fangxian.exchange import posting
from fangxian.exchange.refusals import Refusal, RefusedMessageError


def test_a_region_that_answers_a_byte_at_a_time_is_given_up_in_time():
    end = threading.Event()

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not end.wait(0.2):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=[listening])
        thread.start()
        began = time.monotonic()
        with pytest.raises(RefusedMessageError) as refused:
            posting._post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"x", 1.0)
        end.set()
        thread.join()
    assert refused.value.reason is Refusal.FAILED
    assert time.monotonic() - began < 10
