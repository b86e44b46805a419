"""How limits on models are said in Chinese: patterns and what each of them means. Finds nothing by itself."""

from __future__ import annotations

from ...limits import Limits, parse_count, parse_days, parse_seconds
from .meanings import (
    COMMERCIAL,
    DEVICE,
    LANGUAGE_NAMES,
    LICENSE,
    OWNERS_IN_CHINESE,
    WHO,
    Phrase,
    amount,
    bytes_of,
    either,
    hardware_of,
    languages_of,
    licenses_of,
    owners,
    phrases,
    tokens_of,
)

_N = r"(?P<n>\d[\d,]*(?:\.\d+)?|[一二两三四五六七八九十半])"
_MOST = r"(?:不要?超过|不能超过|不得超过|不大于|不高于|不多于|小于|低于|少于|最多|至多|≤|<=?)\s*"
_BYTES = r"(?P<unit>[KMGT]i?B|[MG]|兆)"
_COUNT = r"(?P<unit>[MB]|十亿|亿|百万|万)"
_TIME = r"(?P<unit>毫秒|ms|秒|s)"
_ONE = rf"(?:{either(OWNERS_IN_CHINESE)}|{WHO})"
_WHO = rf"(?P<who>{_ONE}(?:(?:、|和|或|以及){_ONE})*)(?:公司)?"
_LANGUAGE = rf"(?:{either(w for w in LANGUAGE_NAMES if not w.isascii())})"
_LANGUAGES = rf"(?P<language>{_LANGUAGE}(?:(?:、|和|及){_LANGUAGE})*)"
_LICENSE = rf"(?P<license>{LICENSE}|宽松|开源)"
_PAPER = r"(?:许可证书?|许可协议|许可|协议|授权)"

BESIDE: tuple[Phrase, ...] = phrases(
    (
        (
            rf"(?:能|可以|可)?(?:占用|占)?(?:内存|显存)(?:占用)?{_MOST}{_N}\s*{_BYTES}",
            lambda m: Limits(max_memory=bytes_of(m)),
        ),
        (rf"参数(?:量|数)?{_MOST}{_N}\s*{_COUNT}(?:个)?", lambda m: Limits(max_parameters=parse_count(amount(m)))),
        (rf"{_MOST}{_N}\s*{_COUNT}(?:个)?参数", lambda m: Limits(max_parameters=parse_count(amount(m)))),
        (rf"{_N}\s*{_COUNT}(?:个)?参数(?:以内|以下)", lambda m: Limits(max_parameters=parse_count(amount(m)))),
        (
            rf"每(?:一)?(?:行|条)(?:耗时)?{_MOST}{_N}\s*{_TIME}",
            lambda m: Limits(max_latency=parse_seconds(amount(m))),
        ),
        (rf"(?:大小|体积)?{_MOST}{_N}\s*{_BYTES}(?:的)?(?:内存|显存)", lambda m: Limits(max_memory=bytes_of(m))),
        (rf"(?:大小|体积)?{_MOST}{_N}\s*{_BYTES}", lambda m: Limits(max_size=bytes_of(m))),
        (rf"(?:大小|体积)?(?:在)?{_N}\s*{_BYTES}(?:以内|以下|之内)", lambda m: Limits(max_size=bytes_of(m))),
        (rf"{_PAPER}(?:要|必须|应|应该|需要?)?(?:是|为)?\s*{_LICENSE}(?:的)?", licenses_of),
        (rf"{_LICENSE}(?:的)?\s*{_PAPER}", licenses_of),
        (
            rf"(?:{_PAPER})?(?:要|必须)?(?:可以|允许|可用于|能|可)(?:商用|商业使用|商业用途)",
            lambda _: Limits(license=COMMERCIAL),
        ),
        (
            rf"(?:不要用?|不能是|不能用|不用|不是|不来自|别用|非|除了?)(?:来自)?\s*{_WHO}(?:的|以外|之外|家|出品|发布|公司)*",
            lambda m: Limits(not_owner=owners(m["who"])),
        ),
        (
            r"(?:由|来自)?(?:经过|已经?|官方)*(?:认证|验证)(?:过)?(?:的)?(?:机构|组织|公司|发布者|作者|账号)(?:发布|出品)?",
            lambda _: Limits(verified=True),
        ),
        (rf"(?:只用|来自|出自|由)?{_WHO}(?:发布|出品|开发|推出|家)?(?:的)", lambda m: Limits(owner=owners(m["who"]))),
        (rf"(?:来自|出自|由){_WHO}(?:发布|出品|开发|推出)?", lambda m: Limits(owner=owners(m["who"]))),
        (
            rf"(?:支持|能读懂?|能看懂|看得懂|读得懂|能理解|能处理|懂|会说?|面向){_LANGUAGES}(?:文本)?",
            languages_of,
        ),
        (
            rf"(?:能|可以|可)?在?(?:一(?:块|张))?\s*{DEVICE}\s*(?:上|里)?(?:能|可以)?(?:跑|运行|装|放)(?:得)?(?:得?下|起来|进去)?",
            hardware_of,
        ),
        (rf"(?:能|可以)?(?:放|装|跑)(?:得)?(?:进|在|下)(?:一(?:块|张))?\s*{DEVICE}(?:里|上)?", hardware_of),
        (
            r"(?:最近|近|过去)?(?P<n>\d+|[一二两三四五六七八九十半])(?P<unit>年|个月|周|天|个星期)(?:以?内|之内|来)?(?:更新|发布|维护)(?:过)?",
            lambda m: Limits(max_age=parse_days(amount(m)) if m["n"] != "半" or m["unit"] != "年" else 182),
        ),
        (
            rf"(?:能读|能处理|支持|上下文(?:长度)?)?(?:至少|不少于|不低于|大于|超过)\s*{_N}(?P<k>k)?\s*(?:个)?(?:tokens?|词元|令牌)",
            tokens_of,
        ),
    )
)
"""What may stand on either side of 模型."""

COUNTS: tuple[Phrase, ...] = phrases(
    (
        (
            rf"[，,、]?参数(?:量|数)?{_MOST}{_N}\s*{_COUNT}(?:个)?",
            lambda m: Limits(max_parameters=parse_count(amount(m))),
        ),
    )
)
"""Numbers of parameters, wherever they stand: they name their noun."""

CLAUSES: tuple[Phrase, ...] = phrases(
    (
        (rf"{_PAPER}(?:要|必须|应|应该|需要?)(?:是|为)?\s*{_LICENSE}(?=\s*(?:[。；，,;)）!！\n]|$))", licenses_of),
        (rf"(?:只要|只用|要求|必须用?){_LICENSE}(?:的)?\s*{_PAPER}(?=\s*(?:[。；，,;)）!！\n]|$))", licenses_of),
    )
)
"""What is said of a license as a clause of its own."""
