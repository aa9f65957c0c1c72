"""What is given up under overload: the classes in their order, and the limits by which it is switched."""

from fangxian.web.running.kinds import NEVER, Sacrifice, order
from fangxian.web.running.overload import LASTS, Limits
from fangxian.web.running.rates import described as rates
from tools.docs.language import Language, page, table, written_from

SOURCE = "src/fangxian/web/running/sacrifice.yaml"


def overload() -> str:
    """Return the page, in both languages."""
    limits = Limits.packaged()
    return page(
        "# 过载时的取舍 · The order of sacrifice",
        written_from(Language.ZH, SOURCE) + "\n>\n" + written_from(Language.EN, SOURCE),
        "早上八点人最多。忙不过来时按下表从上往下停，一次停一类；被停的请求立即得到 503、原因和 Retry-After。",
        "Eight in the morning is the peak. What is too much is dropped from the top of this table, a class at a time; whoever is dropped "
        "is told so at once: 503, why, and Retry-After.",
        table(("次序 Order", "停什么 What is dropped", "为什么 Why"), (_row(each) for each in order() if each.rank != NEVER)),
        "## 永不停 · Never dropped",
        table(("", "什么 What", "为什么 Why"), (_row(each) for each in order() if each.rank == NEVER)),
        f"手机用请求头 `{LASTS}`（自 1970 年起的秒数）说明手里的码何时到期；不说的按没有码对待。谎报只会让自己多等。",
        f"A phone says in the header `{LASTS}` (seconds since 1970) when the code it holds ends; whoever does not say is taken to have "
        "none. Whoever lies only waits.",
        "## 何时停，何时恢复 · When it is switched",
        f"每个进程各自测量。探针每 50 毫秒走一遍请求要走的路（事件循环与线程池）。最近 {limits.window_s:g} 秒的第 99 百分位超过 "
        f"{limits.wait_s:g} 秒，或正在处理的请求超过 {limits.in_flight} 个，持续 {limits.worse_after_s:g} 秒，就多停一类；"
        f"两者都低于限度的 {limits.calm:.0%} 持续 {limits.better_after_s:g} 秒，就少停一类；在这之间不变。",
        f"Every process measures for itself. A probe goes the way of a request, through the event loop and the pool of threads, every "
        f"50 ms. Where the 99th percentile of the last {limits.window_s:g} s is over {limits.wait_s:g} s, or more than {limits.in_flight} "
        f"requests are being answered, for {limits.worse_after_s:g} s, a class more is dropped; where both are under {limits.calm:.0%} of "
        f"their limits for {limits.better_after_s:g} s, one fewer; in between nothing changes.",
        "指标 Metrics: `fangxian_dropped_classes`, `fangxian_wait_seconds`, `fangxian_requests_in_flight`.",
        "## 次数限制 · How often one client may ask",
        table(("对谁 For", "限度 Limit"), _rates()),
        "每个进程各自计数：N 个进程最多放行 N 倍。门岗用设备令牌，不限；"
        f"同一地址用不存在的令牌来问，超过限度（{rates()['unknown_token']['limit']}）后，"
        "暂时只答以前在此有效过的令牌。超过者得到 429 和 Retry-After。"
        "地址取自连接，或受信任的代理（`--proxy`）所说；"
        "IPv6 按 /64 计。",
        "Each process counts for itself: N processes let up to N times as much pass. Gates have a device's token and are not limited; an "
        f"address that tried too many tokens that no device has ({rates()['unknown_token']['limit']}) is answered for a while "
        "only to those that were a device's here before. "
        "Whoever asks too often is answered 429 with Retry-After. The address is that of the connection, or what a trusted proxy "
        "(`--proxy`) says; of IPv6 a /64 is one.",
    )


def _row(sacrifice: Sacrifice) -> tuple[str, ...]:
    number = "" if sacrifice.rank == NEVER else str(sacrifice.rank + 1)
    routes = "<br>".join(f"`{line}`" for line in sacrifice.routes)
    what = f"**{sacrifice.words.zh} · {sacrifice.words.en}**<br>{routes}"
    return number, what, f"{sacrifice.why.zh} {sacrifice.why.en}"


def _rates() -> list[tuple[str, str]]:
    said = rates()
    rows = [(f"地址 address: `{name}`", each["limit"]) for name, each in said["per_address"].items()]
    return rows + [(f"会话 session: `{name}`", each["limit"]) for name, each in said["per_session"].items()]
