"""Who brings a one-time code to a phone: a gateway for short messages is a plug; the demonstration shows the code on the page."""

from __future__ import annotations

from threading import Lock
from typing import Protocol

from fangxian.services.this_machine import is_here


class Sender(Protocol):
    """Brings short texts to phones."""

    shows_on_page: bool
    """Whether the page itself may show what was sent: for demonstrations, which serve this machine alone."""

    def send(self, phone: str, text: str) -> None:
        """Send a text to a phone number in international form (+8613…). Raises FangxianError where it cannot be sent."""


class OnThePage:
    """Keeps the last code of each phone in memory, for the page to show. Whoever serves others than this machine refuses it."""

    shows_on_page = True

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self._sent: dict[str, str] = {}
        self._turn = Lock()

    def send(self, phone: str, text: str) -> None:
        """Keep the text for `shown`."""
        with self._turn:
            self._sent[phone] = text

    def shown(self, phone: str, *, client: str | None) -> str:
        """Return what was last sent to a phone, and forget it; empty where nothing was.

        So it is for a client that is not this machine: a proxy may stand before the address that is served.
        """
        if not is_here(client):
            return ""
        with self._turn:
            return self._sent.pop(phone, "")
