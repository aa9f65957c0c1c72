"""A gateway for short messages: it leaves each in a file, where the phone of a test finds it."""

import os
from pathlib import Path


class ToFolder:
    """Writes the last text of each phone to a file of its own in the folder that FANGXIAN_TEST_PHONES names."""

    shows_on_page = False

    def send(self, phone: str, text: str) -> None:
        Path(os.environ["FANGXIAN_TEST_PHONES"], phone).write_text(text)
