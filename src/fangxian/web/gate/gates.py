"""What the routes of gates work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment

from fangxian.policy.policy import Policy
from fangxian.signed.key_ring import KeyRing
from fangxian.store.serving import Serving
from fangxian.store.store import Store
from fangxian.web.gate.elsewhere import Recognise
from fangxian.web.gate.reading import ReadingProcesses


@dataclass(frozen=True, kw_only=True)
class Gates:
    """The store and the codes in memory, the region's keys, who turns papers into a person, and the clock (UTC).

    `readers` read codes; without them a thread of the server does. `recognise` asks other regions about theirs;
    without it their colours are not known here.
    """

    store: Store
    policy: Policy
    serving: Serving
    keys: KeyRing
    person_id: Callable[[str, str], str]
    clock: Callable[[], datetime]
    templates: Environment
    readers: ReadingProcesses | None = None
    recognise: Recognise | None = None
