"""The one kind of error that people are shown: what happened, what we know, what was done, what to do now."""


class FangxianError(Exception):
    """Something that the person in front of the machine can mend; ends the command with exit code 2.

    Every part is a sentence. None may hold a name, a number, an id or a movement of a person.
    """

    exit_code = 2

    def __init__(self, what: str, *, known: str = "", done: str = "", next_step: str = "") -> None:
        """Say `what` happened, what is `known` to be possible, what the system has `done` and the `next_step` to take."""
        self.what, self.known, self.done, self.next_step = what, known, done, next_step
        super().__init__("\n".join(part for part in (what, known, done, next_step) if part))


class UnavailableError(FangxianError):
    """A part that must answer does not, or has no room: the same again, later, may succeed."""
