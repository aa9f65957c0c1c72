"""An invented region with its keys, a person, a phone and a gate; every instant is stated."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pyarrow as pa

from fangxian.policy.colour import Colour
from fangxian.signed import phone
from fangxian.signed.changes import SCHEMA, Changes
from fangxian.signed.credential import DayCredential, PaperCredential, day_salt, token_id
from fangxian.signed.issue import issue
from fangxian.signed.keys import PrivateKey, point
from fangxian.signed.seen import Seen
from fangxian.signed.trust import TrustedKey, TrustList
from fangxian.signed.verdict import Verdict
from fangxian.signed.verify import verify

EIGHT = datetime(2020, 2, 20, 0, 0)
"""Eight in the morning in Hangzhou, in UTC."""
ANN = "a1" * 16
SECRET = bytes(range(32))
SALT = day_salt(SECRET, EIGHT.date())
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def trusted(key: PrivateKey, *, region_code: str = "330100", **other: object) -> TrustedKey:
    """Return the trust list's row for a key, a month to each side of EIGHT unless told otherwise."""
    row = TrustedKey(region_code=region_code, point=point(key.public), not_before=EIGHT - 30 * DAY, not_after=EIGHT + 30 * DAY)
    return replace(row, **other)


@dataclass
class Town:
    """Hangzhou's keys and one gate of it."""

    root: PrivateKey = field(default_factory=PrivateKey.make)
    server: PrivateKey = field(default_factory=PrivateKey.make)
    neighbour: PrivateKey = field(default_factory=PrivateKey.make)
    phone: PrivateKey = field(default_factory=PrivateKey.make)
    seen: Seen = field(default_factory=Seen)

    @property
    def trust(self) -> TrustList:
        """The list that its gates hold: its own key, and a neighbour's."""
        return self.trust_of(trusted(self.server), trusted(self.neighbour, region_code="510100"))

    def trust_of(self, *keys: TrustedKey, sequence: int = 1) -> TrustList:
        """Return a list of these keys."""
        return TrustList(region_code="330100", sequence=sequence, issued_at=EIGHT - HOUR, keys=keys)

    def day(self, **other: object) -> DayCredential:
        """Return Ann's credential of the day: green, issued at seven."""
        return DayCredential(
            **(
                {
                    "token_id": token_id(SALT, ANN),
                    "region_code": "330100",
                    "colour": Colour.GREEN,
                    "masked_name": "安*",
                    "issued_at": EIGHT - HOUR,
                    "valid_until": EIGHT + 12 * HOUR,
                    "phone_key": point(self.phone.public),
                }
                | other
            )
        )

    def paper(self, **other: object) -> PaperCredential:
        """Return Ann's paper: green, issued at seven."""
        values = {name: value for name, value in vars(self.day()).items() if name != "phone_key"}
        return PaperCredential(**(values | {"token_id": token_id(SALT, ANN, paper=1)} | other))

    def credential(self, by: PrivateKey | None = None, **other: object) -> str:
        """Return the text of Ann's day credential."""
        return issue(self.day(**other), by=by or self.server)

    def shown(self, at: datetime = EIGHT, *, by: PrivateKey | None = None, **other: object) -> str:
        """Return what Ann's phone shows at an instant."""
        return phone.show(self.credential(by, **other), at=at, by=self.phone)

    def scan(self, text: str, at: datetime = EIGHT, **other: object) -> Verdict:
        """Return the gate's verdict on a text."""
        return verify(text, **({"trust": self.trust, "changes": None, "at": at, "seen": self.seen} | other))


def changes(*rows: tuple[bytes, datetime, str], sequence: int = 1, issued_at: datetime = EIGHT) -> Changes:
    """Return a file of changes: token id, since, state."""
    columns = list(zip(*rows, strict=True)) if rows else [[], [], []]
    return Changes.of(pa.table(list(map(list, columns)), schema=SCHEMA), region_code="330100", sequence=sequence, issued_at=issued_at)
