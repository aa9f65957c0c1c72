"""What the routes of gates work with."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment

from fangxian.policy.policy import Policy
from fangxian.signed.key_ring import KeyRing
from fangxian.store.serving import Serving
from fangxian.store.store import Store
from fangxian.web.gate.elsewhere import Recognise


@dataclass(frozen=True, kw_only=True)
class Gates:
    """The store and the codes in memory, the region's keys, who turns papers into a person, and the clock (UTC).

    `pool` reads codes (`web.gate.reading`); without one a thread of the server does. `recognise` asks other regions about theirs;
    without it their colours are not known here.
    """

    store: Store
    policy: Policy
    serving: Serving
    keys: KeyRing
    person_id: Callable[[str, str], str]
    clock: Callable[[], datetime]
    templates: Environment
    pool: Executor | None = None
    recognise: Recognise | None = None
