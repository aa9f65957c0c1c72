"""The refusals of services: `work.refusals` has the plain one, here are answers that cannot be taken, and too many questions."""

from __future__ import annotations

from collections.abc import Mapping

from fangxian.facts import Text
from fangxian.work.refusals import RefusedError

__all__ = ["BadAnswerError", "RefusedError", "TooManyError"]


class BadAnswerError(RefusedError):
    """Answers that cannot be taken; `problems` names each question and says what is wrong, never what was answered."""

    def __init__(self, problems: Mapping[str, Text]) -> None:
        """Keep the problems by question."""
        self.problems = dict(problems)
        zh = "".join(f"{text.zh}" for text in self.problems.values())
        super().__init__(Text(zh, " ".join(text.en for text in self.problems.values())))


class TooManyError(RefusedError):
    """Somebody asks more often than is allowed; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        """Say when to try again."""
        self.retry_after = retry_after
        super().__init__(Text(f"请求过于频繁，请 {retry_after} 秒后再试。", f"Asked too often. Try again in {retry_after} seconds."))
