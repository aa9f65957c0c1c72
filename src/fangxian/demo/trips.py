"""The demonstration's published trips: a file of invented ones, brought in as a health commission's would be."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from fangxian.engine.lake import Lake
from fangxian.services.living import Living
from fangxian.sources.catalogue import source_named
from fangxian.sources.delivery import ingest
from fangxian.sources.identity import KeyFile
from fangxian.store.feeding import feed
from fangxian.store.store import Event

_HEADER: Final = ("公布编号", "乘车日期", "交通方式", "班次", "车厢", "座位", "区间", "公布地区代码", "来源链接", "上报时间")
_INVENTED: Final = (
    (1, "火车", "G7349", "5", "12A", "上海虹桥—温州南", "330000"),
    (1, "飞机", "MU0512", "", "31C、31D", "武汉—杭州", "330000"),
    (2, "火车", "K528", "3", "", "广州—上海", "310000"),
)
"""Days ago, and what was published."""


def publish_trips(living: Living, folder: Path) -> None:
    """Publish a few invented trips of the last days; for a folder they stay those of the day on which it was made."""
    lake, path = Lake.create(folder), folder.with_name(f"{folder.name}.csv")
    if not path.exists():
        _write(path, living.policy.local(living.clock()))
    ingest(lake, source_named("published-trip"), path, received_at=living.clock(), key_holder=KeyFile.of(lake))
    event = Event(actor="demonstration", role="administrator", purpose="demonstration", action="feed")
    for _ in feed(living.store, lake, event, at=living.clock()):
        pass


def _write(path: Path, at: datetime) -> None:
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for number, (days, *said) in enumerate(_INVENTED, start=1):
            on = at.date() - timedelta(days=days)
            writer.writerow([number, on, *said, "虚构：演示数据 invented", f"{at:%Y-%m-%d %H:%M:%S}"])
    part.replace(path)
