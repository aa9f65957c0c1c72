"""Why a message of another region is not taken, in one word that goes back and a sentence for whoever reads it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fangxian.facts import Text
from fangxian.services.refusals import RefusedError


class Refusal(StrEnum):
    """The words that go back; none says anything about a person."""

    UNREADABLE = "unreadable"
    FORGED = "forged"
    EXPIRED = "expired"
    REPLAYED = "replayed"
    NO_AGREEMENT = "no_agreement"
    TOO_MANY = "too_many"
    UNKNOWN = "unknown"
    FAILED = "failed"

    @property
    def words(self) -> Text:
        """What it means, for people."""
        return _WORDS[self]


_WORDS: Final = {
    Refusal.UNREADABLE: Text("消息无法读取。", "The message cannot be read."),
    Refusal.FORGED: Text("签名不属于所称地区的有效密钥。", "No valid key of the region that it names signed it."),
    Refusal.EXPIRED: Text("消息已过期，或双方时钟不一致。", "The message is too old, or the clocks differ."),
    Refusal.REPLAYED: Text("同一消息此前已收到。", "The same message was taken before."),
    Refusal.NO_AGREEMENT: Text("与该地区没有生效的互认协议。", "No agreement with that region is in force."),
    Refusal.TOO_MANY: Text("该地区的请求过于频繁，请稍后再试。", "That region asks too often; try again later."),
    Refusal.UNKNOWN: Text("所出示的码在当地不能确认是此人的。", "The code that was shown cannot be confirmed there as this person's."),
    Refusal.FAILED: Text("该地区没有给出有效的答复，请稍后再试。", "That region gave no valid answer; try again later."),
}


class RefusedMessageError(RefusedError):
    """A message that is not taken, here or there; nothing was told."""

    def __init__(self, reason: Refusal) -> None:
        """Keep the reason."""
        self.reason = reason
        super().__init__(reason.words)
