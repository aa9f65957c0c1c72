"""Words that people read, in the two languages of the product."""

from typing import NamedTuple


class Text(NamedTuple):
    """One sentence or name in Chinese and in English; `text["zh"]` and `text["en"]` are not offered, use the fields."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the words in `language` ("zh" or "en").

        >>> Text("红", "red").in_language("en")
        'red'
        """
        return self.en if language == "en" else self.zh
