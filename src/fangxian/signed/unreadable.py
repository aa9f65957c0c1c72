"""The one error of everything that reads signed bytes."""

from fangxian.errors import FangxianError


class UnreadableError(FangxianError):
    """The bytes have no canonical reading; says nothing of what they hold, for that may be a person's."""

    def __init__(self) -> None:
        """Take no argument: no part of what was read may come into an error."""
        super().__init__("What was read is not a signed code or file of ours.", next_step="Read it again from where it came.")
