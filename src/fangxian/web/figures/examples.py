"""People whose codes are worth looking at, offered by their person_id: invented people only, chosen by whoever made them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import orjson

from fangxian.engine.answers import newest_answer, write_answer
from fangxian.engine.lake import Lake

_ANSWER = "examples"


@dataclass(frozen=True, kw_only=True)
class Example:
    """One question to try: `kind` names the words for it; the instants are on the policy's clocks, as the form writes them."""

    kind: str
    person_id: str
    policy: str
    at: str
    known_at: str


def write_examples(lake: Lake, examples: list[Example]) -> None:
    """Keep the questions as an answer of the lake."""
    content = orjson.dumps([asdict(example) for example in examples], option=orjson.OPT_INDENT_2)
    write_answer(lake, _ANSWER, lambda folder: (folder / "examples.json").write_bytes(content))


def read_examples(lake: Lake) -> list[Example]:
    """Return the questions that a lake offers; a lake of real people has none."""
    with newest_answer(lake, _ANSWER) as folder:
        return [Example(**example) for example in orjson.loads((folder / "examples.json").read_bytes())] if folder else []
