"""What people are told when something cannot be done for them: in both languages, and never anything about anybody."""

from __future__ import annotations

from fangxian.errors import FangxianError
from fangxian.facts import Text


class RefusedError(FangxianError):
    """Something that cannot be done as things stand; `words` says why and what to do. Nothing was changed."""

    def __init__(self, words: Text) -> None:
        """Keep the words."""
        self.words = words
        super().__init__(f"{words.zh} {words.en}", done="Nothing was changed.")
