"""Codes of other regions at a gate that is online: the region that signed one is asked about it, while somebody stands there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final

import psycopg

from fangxian.errors import UnavailableError
from fangxian.exchange.asking import Recognised
from fangxian.services.refusals import RefusedError
from fangxian.signed.judging import Gate
from fangxian.signed.reading import Reading
from fangxian.signed.seen import Seen
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import Outcome
from fangxian.web.gate.reading import Read
from fangxian.web.gate.sent import Sent

Recognise = Callable[[str], Recognised]
"""What asks the region that signed a code about it."""

PATIENCE: Final = 8.0
"""Seconds that somebody waits at a gate for another region."""

MOST: Final = 8
"""How many are asked about at once: in threads of their own, so that a region that is slow holds up nobody else's scan."""


class Elsewhere:
    """Asks other regions."""

    def __init__(self, recognise: Recognise | None) -> None:
        """Ask by `recognise`; without it nobody is asked."""
        self._recognise = recognise
        self._threads = ThreadPoolExecutor(MOST, thread_name_prefix="elsewhere")

    async def recognised(self, sent: Sent, read: Read, trust: TrustList, *, at: datetime) -> Recognised | None:
        """Return what the region of a code says; None for one of our own, for one that is not shown now, and where none answers.

        A gate that did something already has no use for it, and that region would tell the person of a look in vain.
        """
        if self._recognise is None or sent.text is None or sent.did or sent.emergency:
            return None
        if not isinstance(read, Reading) or Gate(trust=trust, seen=Seen()).judge(read, at=at).outcome is not Outcome.ELSEWHERE:
            return None
        asking = asyncio.get_running_loop().run_in_executor(self._threads, self._recognise, sent.text)
        try:
            return await asyncio.wait_for(asking, PATIENCE)
        except (RefusedError, UnavailableError, psycopg.OperationalError, TimeoutError):
            return None
