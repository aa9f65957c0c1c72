"""What is logged: one line an event, as JSON for machines or as text for a person; nothing of a person in either."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from typing import Any, Final

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

PERSONAL: Final = frozenset(
    {
        "person_id",
        "guardian_person_id",
        "household_id",
        "id_number",
        "full_name",
        "masked_name",
        "name",
        "phone",
        "home_address",
        "seat",
        "token",
        "session",
        "authorization",
        "cookie",
        "password",
        "passphrase",
    }
)
"""Fields that no event may have."""

REFUSED: Final = "[refused]"
_LOOKS_PERSONAL: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:[1-9][0-9]{16}[0-9Xx]|(?:\+?86)?1[3-9][0-9]{9}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9A-Za-z])"
)
"""A resident's number, a mobile phone's, a person id: in whatever text they stand."""


def set_up_logs(form: str) -> None:
    """Let every logger of this process write to the standard error, as `json` or as `text`."""
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_error_without_its_words,
        refuse_personal,
    ]
    last = structlog.processors.JSONRenderer(serializer=_json) if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("httpx", "httpcore", "psycopg.pool", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def refuse_personal(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Take out every field that may not be logged, and whatever looks like somebody's number in those that may; say that it was."""
    refused = sorted(PERSONAL & event.keys())
    kept = {key: REFUSED if key in PERSONAL else _without_numbers(value) for key, value in event.items()}
    return kept | ({"refused": refused} if refused else {})


def tell_error_without_its_words(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Tell of an error its kind and where it arose: its words may repeat a row, and so may the lines of its trace."""
    told = event.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event["error"] = type(error).__name__
        event["where"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-4:]]
    event.pop("exc_text", None)
    event.pop("stack_info", None)
    return event


def _without_numbers(value: Any) -> Any:
    if isinstance(value, str):
        return _LOOKS_PERSONAL.sub(REFUSED, value)
    if isinstance(value, list | tuple):
        return [_without_numbers(each) for each in value]
    if isinstance(value, dict):
        return {key: REFUSED if key in PERSONAL else _without_numbers(each) for key, each in value.items()}
    return value if isinstance(value, int | float | bool | type(None)) or type(value).__module__ == "logging" else str(value)


def _json(event: Any, **options: Any) -> str:
    return orjson.dumps(event, default=str).decode()
