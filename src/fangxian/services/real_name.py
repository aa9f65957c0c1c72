"""Whether a name is that of a document's holder: a register's interface is a plug; the default believes what is typed."""

from __future__ import annotations

from typing import Final, Protocol

from fangxian.facts import Text
from fangxian.services.documents import Document
from fangxian.services.refusals import BadAnswerError

_DIFFERS: Final = Text(
    "姓名与证件号码不符，请逐字核对；仍不符请持证件到服务点办理。",
    "The name is not that of this document. Compare it letter by letter; if it still differs, bring the document to a service point.",
)


class RealName(Protocol):
    """Asks a register that knows documents and their holders."""

    def belongs(self, document: Document, full_name: str) -> bool | None:
        """Return whether a document is of somebody of this name; None where the register does not know documents of its kind.

        Raises UnavailableError where the register does not answer: whoever applies is asked to come back, and nothing is kept.
        """


class AsTyped:
    """The default: no register is asked. The number itself was checked before, digit by digit."""

    def belongs(self, document: Document, full_name: str) -> bool | None:
        """Return None: it is not known."""
        return None


def check_name(register: RealName, document: Document, full_name: str) -> str:
    """Return what the audit says of the check, `confirmed` or `unknown`; raises BadAnswerError where the name is another's."""
    found = register.belongs(document, full_name)
    if found is False:
        raise BadAnswerError({"full_name": _DIFFERS})
    return "confirmed" if found else "unknown"
