"""Sending a message to another installation, and reading its answer; the network and its answers are believed in nothing else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from fangxian.exchange.agreement import agreed_with
from fangxian.exchange.message import LONGEST, Kind, Message, read
from fangxian.exchange.refusals import Refusal, RefusedMessageError
from fangxian.services.living import Living

PATH: Final = "/api/v1/exchange"
PATIENCE: Final = 20.0
"""Seconds until a message is answered or given up, whatever it waits for: whoever asks waits for it on a page."""


def send(living: Living, region_code: str, kind: Kind, body: Callable[[UUID], Mapping[str, Any]], *, patience: float = PATIENCE) -> Message:
    """Send a message to a region under the agreement with it, and return the answer; `body` is told the message's id.

    Raises RefusedMessageError where there is no agreement, where that region refuses, and where its answer is none or does not come
    within `patience`, in seconds.
    """
    at, message_id = living.clock(), uuid4()
    agreement = agreed_with(living.store, region_code, at=at)
    message = Message(
        issuer=living.region_code, audience=region_code, kind=kind, body=body(message_id), issued_at=at, message_id=message_id
    )
    answered = _post(f"{agreement.address}{PATH}/{kind}", message.write(by=living.signing.signer(at)), patience)
    at = living.clock()
    answer = read(answered, trust=living.signing.ring.trust_list(at=at), at=at)
    if answer.issuer != region_code or answer.answers != message_id:
        raise RefusedMessageError(Refusal.FORGED)
    return answer


def _post(address: str, data: bytes, patience: float) -> bytes:
    try:
        # In a thread of its own: whoever sends may be within a loop already.
        with ThreadPoolExecutor(1) as apart:
            status, found = apart.submit(asyncio.run, _answered(address, data, patience)).result()
    except (httpx.HTTPError, TimeoutError):
        raise RefusedMessageError(Refusal.FAILED) from None
    if status != httpx.codes.OK:
        raise RefusedMessageError(_refused(status, found))
    return found


async def _answered(address: str, data: bytes, patience: float) -> tuple[int, bytes]:
    """Return status and body of the answer. The deadline is for all of it: a client's own is for each byte that comes."""
    headers = {"Content-Type": "application/cose"}
    async with (
        asyncio.timeout(patience),
        httpx.AsyncClient(timeout=patience, verify=_trusted()) as client,
        client.stream("POST", address, content=data, headers=headers) as response,
    ):
        found = b""
        async for part in response.aiter_bytes():
            found += part
            if len(found) > LONGEST:
                raise RefusedMessageError(Refusal.FAILED)
    return response.status_code, found


@cache
def _trusted() -> ssl.SSLContext:
    """Return whose certificates are believed, read once: that takes longer than a message does."""
    return httpx.create_ssl_context()


def _refused(status: int, found: bytes) -> Refusal:
    """Return why the other side refused, as far as it is one of the words that there are."""
    said = found.decode("ascii", "replace").strip()
    return Refusal(said) if said in list(Refusal) and status < httpx.codes.INTERNAL_SERVER_ERROR else Refusal.FAILED
