"""The routes of gates: a page, two files, and what a device may send. Devices are known by a bearer token."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from fangxian.errors import FangxianError, UnavailableError
from fangxian.services.allowance import GATE, ask
from fangxian.services.at_desk import FEVER_LINE_C
from fangxian.services.documents import document
from fangxian.services.refusals import TooManyError
from fangxian.signed.limits import LIMITS
from fangxian.signed.trust import TrustList
from fangxian.signed.verdict import packaged_words
from fangxian.store.gate_devices import Device, devices_of, open_device
from fangxian.web.bearer import bearer_of
from fangxian.web.gate.elsewhere import Elsewhere
from fangxian.web.gate.files import File, GateFiles
from fangxian.web.gate.gates import Gates
from fangxian.web.gate.reading import Readers
from fangxian.web.gate.scanning import Presented, Scanning, Sending
from fangxian.web.gate.sent import LONGEST_BODY, Papers, Sent, read_papers, read_scans
from fangxian.web.grouping import Grouping
from fangxian.web.guard import WITH_CAMERA, short_body
from fangxian.web.language import words_for
from fangxian.web.permitted import Permitted
from fangxian.web.templating import render
from fangxian.web.words import all_words
from fangxian.work.roles import Action

STATIC: Final = Path(__file__).parents[1] / "static" / "gate"
KNOWN_FOR: Final = timedelta(seconds=5)
"""How long a device is taken for what it was: a revoked one is refused within this time."""

MOST_SENDINGS: Final = 200

PIECE: Final = 500
"""So many of the scans that a gate kept are recorded in some 50 ms."""

PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    **WITH_CAMERA,
}
"""The gate's page reads codes by the camera, and works without a network."""


def routes(gates: Gates) -> list[BaseRoute]:
    """Return every route of gates, to be mounted at the root."""
    desk = Desk(gates)
    return [
        Route("/gate", desk.page),
        Route("/gate/worker.js", desk.worker),
        Permitted("/gate/config.json", desk.config, action=Action.VERIFY_CODE, methods=["GET"]),
        Route("/gate/open", desk.open, methods=["POST"]),
        Permitted("/gate/files/trust", desk.trust, action=Action.VERIFY_CODE, methods=["GET"]),
        Permitted("/gate/files/changes", desk.changes, action=Action.VERIFY_CODE, methods=["GET"]),
        Permitted(
            "/api/v1/gate/scans", desk.scans, action=Action.RECORD_SCAN, others=[Action.EMERGENCY_PASSAGE], methods=["POST"], directly=True
        ),
        Permitted("/api/v1/gate/without-phone", desk.without_phone, action=Action.REGISTER_WITHOUT_PHONE, methods=["POST"]),
    ]


class Desk:
    """Answers gates."""

    def __init__(self, gates: Gates) -> None:
        """Answer for these gates."""
        self._gates, self._files = gates, GateFiles(gates)
        self._readers, self._elsewhere = Readers(gates.readers), Elsewhere(gates.recognise)
        scanning = Scanning(gates)
        self._recording: Grouping[Sending, list[dict[str, Any]]] = Grouping(
            lambda sendings: asyncio.to_thread(scanning.record, sendings), most=MOST_SENDINGS
        )
        # Grouped too: a city's gates are asked about again every few seconds, and no scan waits behind them.
        self._knowing: Grouping[str, Device | None] = Grouping(
            lambda tokens: asyncio.to_thread(devices_of, gates.store, tokens), most=MOST_SENDINGS
        )
        self._devices: dict[str, tuple[Device, datetime]] = {}

    async def page(self, request: Request) -> Response:
        """Return the page; it holds no secret, and works for whoever has a device's token."""
        said = packaged_words() | {"page": {key: text._asdict() for key, text in all_words().items() if key.startswith("gate.")}}
        return HTMLResponse(render(self._gates.templates, "gate.html", words_for(request), said=said), headers=PAGE_HEADERS)

    async def worker(self, request: Request) -> Response:
        """Return the program that lets the page open without a network; it may look after /gate only."""
        headers = {"Service-Worker-Allowed": "/gate", "Cache-Control": "no-cache"}
        return FileResponse(STATIC / "worker.js", media_type="text/javascript", headers=headers)

    async def open(self, request: Request) -> Response:
        """Give the token of the device that a code opens, once, and the root key that it goes by from then on."""
        try:
            code = str(orjson.loads(await _body(request, most=1_000))["code"])
            token = await asyncio.to_thread(open_device, self._gates.store, code, at=self._gates.clock())
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return _problem(400, "gate.unreadable")
        except UnavailableError:
            raise
        except FangxianError:
            return _problem(403, "gate.code_refused")
        return _json({"token": token, "root": self._files.root.hex()})

    async def config(self, request: Request) -> Response:
        """Return what a device judges by: limits in seconds, the fever line, where it stands."""
        if (device := await self._device(request)) is None:
            return _problem(401, "gate.unknown_device")
        limits = {name: value.total_seconds() if isinstance(value, timedelta) else value for name, value in asdict(LIMITS).items()}
        return _json(
            {
                "gate_id": str(device.gate_id),
                "place_name": device.place_name,
                "limits": limits,
                "fever_line_c": FEVER_LINE_C,
            }
        )

    async def trust(self, request: Request) -> Response:
        """Return the trust list."""
        return await self._file(request, self._files.published)

    async def changes(self, request: Request) -> Response:
        """Return the file of changes."""
        return await self._file(request, self._files.changes)

    async def scans(self, request: Request) -> Response:
        """Record scans, one or those of a gate that was offline; answer when they are committed."""
        device = await self._device(request)
        if device is None:
            return _problem(401, "gate.unknown_device")
        try:
            sent = read_scans(await _body(request), at=self._gates.clock())
        except FangxianError as error:
            return _problem(400, "gate.unreadable", known=error)
        trust = self._files.trust()
        if len(sent) > 1:
            return await self._kept(device, trust, sent)
        (read,) = await self._readers.read([sent[0].text], trust)
        recognised = await self._elsewhere.recognised(sent[0], read, trust, at=self._gates.clock())
        return await self._record(device, trust, [Presented(sent=sent[0], read=read, recognised=recognised)])

    async def _kept(self, device: Device, trust: TrustList, sent: Sequence[Sent]) -> Response:
        """Record what a gate kept, a piece at a time: the next is read meanwhile, and who stands at a gate waits for one piece alone.

        In the order of time: of two that show one minute the first counts. Where a piece fails, all is sent again, and is once there.
        """
        in_time = sorted(range(len(sent)), key=lambda place: sent[place].scanned_at)
        recording: list[asyncio.Task[list[dict[str, Any]]]] = []
        try:
            for start in range(0, len(sent), PIECE):
                piece = [sent[place] for place in in_time[start : start + PIECE]]
                read = await self._readers.read([each.text for each in piece], trust)
                presented = [Presented(sent=each, read=said) for each, said in zip(piece, read, strict=True)]
                sending = Sending(device=device, presented=presented, trust=trust)
                recording.append(asyncio.create_task(self._recording.answer(sending)))
            answers = dict(zip(in_time, chain.from_iterable(await asyncio.gather(*recording)), strict=True))
        except (psycopg.OperationalError, UnavailableError):
            return _problem(503, "gate.not_recorded")
        finally:
            await asyncio.gather(*recording, return_exceptions=True)
        return _json({"scans": [answers[place] for place in range(len(sent))]})

    async def without_phone(self, request: Request) -> Response:
        """Register somebody without a phone by their papers, of which nothing is kept."""
        device = await self._device(request)
        if device is None:
            return _problem(401, "gate.unknown_device")
        try:
            papers = read_papers(await _body(request), at=self._gates.clock())
            person = await asyncio.to_thread(self._person, device, papers)
        except UnavailableError:
            raise
        except TooManyError as error:
            return _json({"problem": error.words._asdict()}, 429, {"Retry-After": str(error.retry_after)})
        except FangxianError as error:
            return _problem(400, "gate.unreadable_papers", known=error)
        trust = self._files.trust()
        return await self._record(device, trust, [Presented(sent=papers.sent, read=person)])

    def _person(self, device: Device, papers: Papers) -> str:
        """Return the person of papers as they were typed, spelled as everywhere else; raises FangxianError for what cannot be a number.

        Raises TooManyError for a device that asks about more than stand at a gate.
        """
        at = self._gates.clock()
        shown = document(papers.id_type, papers.id_number, on=self._gates.policy.local(at).date())
        ask(self._gates.store, GATE, str(device.gate_id), at=at)
        return self._gates.person_id(shown.id_type, shown.number)

    async def _record(self, device: Device, trust: TrustList, presented: Sequence[Presented]) -> Response:
        try:
            answers = await self._recording.answer(Sending(device=device, presented=presented, trust=trust))
        except (psycopg.OperationalError, UnavailableError):
            return _problem(503, "gate.not_recorded")
        return _json({"scans": answers})

    async def _file(self, request: Request, make: Any) -> Response:
        if await self._device(request) is None:
            return _problem(401, "gate.unknown_device")
        file: File = await asyncio.to_thread(make)
        headers = {"ETag": file.tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=304, headers=headers)
        return Response(file.data, media_type="application/cose", headers=headers)

    async def _device(self, request: Request) -> Device | None:
        """Return the device whose token a request bears."""
        if not (token := bearer_of(request.headers)):
            return None
        at = self._gates.clock()
        known = self._devices.get(token)
        if known and at < known[1]:
            return known[0]
        self._devices.pop(token, None)
        found = await self._knowing.answer(token)
        if found:
            self._devices[token] = found, at + KNOWN_FOR
        return found


async def _body(request: Request, *, most: int = LONGEST_BODY) -> bytes:
    body = await short_body(request, most=most)
    if body is None:
        raise HTTPException(413)
    return body


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value), status, headers, media_type="application/json")


def _problem(status: int, key: str, *, known: FangxianError | None = None) -> Response:
    """Return a problem in both languages; what was wanted, where the sender can mend it."""
    return _json({"problem": all_words()[key]._asdict() | ({"known": str(known)} if known else {})}, status)
