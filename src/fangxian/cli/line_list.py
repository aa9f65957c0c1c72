"""The commands of frozen line lists: make one that can be cited, and check that it can be made again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from fangxian.cli.chain import SchemeOption, TracingOption, chains_of
from fangxian.cli.options import KnownAtOption, LakeOption, LanguageOption, PurposeOption, RoleOption
from fangxian.cli.printing import Reader, print_line
from fangxian.cli.table_files import expect_kind
from fangxian.engine.lake import Lake
from fangxian.errors import FangxianError
from fangxian.policy.moment import moment
from fangxian.store.journal import Access, Journal
from fangxian.trace.chain.line_list import differences, line_list, receipt_from, receipt_of
from fangxian.trace.chain.scheme import chain_scheme
from fangxian.trace.scheme import trace_scheme


def line_list_freeze(
    to: Annotated[Path, typer.Argument(help="The .csv file to write; its receipt is written beside it.")],
    *,
    lake: LakeOption,
    role: RoleOption,
    purpose: PurposeOption,
    scheme: SchemeOption = "cn-2020",
    tracing: TracingOption = "cn-2020",
    known_at: KnownAtOption = None,
    language: LanguageOption = "zh",
) -> None:
    """Write the cases as known at an instant to a file that can be cited: the same request later gives the same bytes."""
    opened, chosen, traced, reader = Lake.open(lake), chain_scheme(scheme), trace_scheme(tracing), Reader(language)
    known = moment(known_at, chosen)
    expect_kind(to, (".csv",))
    Journal(opened.path / "access.jsonl").record(Access(role=role, purpose=purpose), what="line list", about="all cases")
    found = chains_of(opened, chosen, traced, known_at=known)
    content = line_list(found)
    receipt = receipt_of(found, content, opened.delivery_ids())
    to.write_bytes(content)
    _beside(to).write_bytes(receipt.written())
    print_line(reader.say(f"写入 {to}；引用：", f"Written: {to}. Cite it as:"))
    print_line(receipt.citation)


def line_list_check(
    file: Annotated[Path, typer.Argument(help="The .csv file of a frozen line list, with its receipt beside it.")],
    *,
    lake: LakeOption,
    role: RoleOption,
    purpose: PurposeOption,
    language: LanguageOption = "zh",
) -> None:
    """Check that a frozen line list is the one of its receipt, and that the lake still gives it; exit 2 and say why where it does not."""
    opened, reader = Lake.open(lake), Reader(language)
    stated, content = receipt_from(_beside(file).read_bytes()), file.read_bytes()
    chosen, traced = chain_scheme(stated.scheme), trace_scheme(stated.tracing)
    Journal(opened.path / "access.jsonl").record(Access(role=role, purpose=purpose), what="line list", about="all cases")
    found = chains_of(opened, chosen, traced, known_at=datetime.fromisoformat(stated.known_at))
    again = receipt_of(found, line_list(found), opened.delivery_ids())
    if wrong := differences(stated, again, content):
        raise FangxianError(" ".join(wrong), next_step="Freeze a new list and cite that one, or ask who has the cited file.")
    print_line(reader.say(f"一致：{stated.citation}", f"The same: {stated.citation}"))


def _beside(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".csv") + ".receipt.json")


commands = (line_list_freeze, line_list_check)
