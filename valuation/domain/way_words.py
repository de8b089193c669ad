"""Words for where a device goes, in English and Chinese: of what, if, and instead of which."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from valuation.domain.disposition import Route


class Words(NamedTuple):
    """The same in both languages."""

    en: str
    zh: str


# By required question: what its best answer says, to stand behind an "if".
IF_GOOD: Mapping[str, Words] = {
    "powers_on": Words("it powers on", "能正常开机"),
    "display_works": Words("its picture and touch work", "屏幕显示和触控正常"),
    "functions_work": Words("its other functions work", "其余功能正常"),
    "activation_lock": Words("its activation lock is off", "激活锁已退出"),
    "mdm": Words("no company or school manages it", "无企业或学校监管"),
    "block_list": Words("it is not reported stolen", "未被报失或列入黑名单"),
    "battery_safety": Words("its battery is safe", "电池无隐患"),
    "erasure": Words("its data can be erased", "数据可以清除"),
}
INSTEAD: Mapping[Route, Words] = {
    Route.AS_IS: Words("reselling it as it is", "直接转售"),
    Route.REFURBISH: Words("refurbishing it", "翻新后转售"),
    Route.DONATE: Words("giving it away", "捐赠再用"),
    Route.PARTS: Words("using it for parts", "拆取零件"),
    Route.DISMANTLE: Words("dismantling it", "拆解回收材料"),
}
# Why a device is taken apart that no gate keeps from being used again.
WORTH_MORE: Mapping[Route, Words] = {
    Route.PARTS: Words(
        "It is worth more in parts than whole, even if it were repaired.",
        "其零件价值高于整机或维修后的价值。",
    ),
    Route.DISMANTLE: Words(
        "It is worth more as materials than whole, even if it were repaired.",
        "其材料价值高于整机或维修后的价值。",
    ),
}
METALS_ZH: Mapping[str, str] = {
    "gold": "金", "silver": "银", "copper": "铜", "palladium": "钯", "cobalt": "钴",
    "aluminium": "铝", "steel": "钢",
}  # fmt: skip
MOST = 3  # that a sentence names


def if_good(missing: Sequence[str]) -> Words | None:
    """The beginning of a sentence that holds if these questions are answered well; None for none.

    >>> if_good(["block_list", "battery_safety"]).en
    'If it is not reported stolen and its battery is safe: '
    """
    if not missing:
        return None
    if len(missing) > MOST or not IF_GOOD.keys() >= {*missing}:
        return Words("If all that is not answered yet is good: ", "若其余未回答的情况均良好：")
    said = [IF_GOOD[question] for question in missing]
    en = _listed([each.en for each in said])
    zh = _listed([each.zh for each in said], comma="、", last_by="且")
    return Words(f"If {en}: ", f"若{zh}：")


def waste_avoided(kept_g: float, metals_g: Mapping[str, float]) -> Words:
    """A sentence about what a device that is not thrown away saves, the most metal first."""
    en, zh = f"That keeps about {_mass(kept_g)} out of waste", f"可减少约 {_mass(kept_g)} 废弃物"
    if not metals_g:
        return Words(f"{en}.", f"{zh}。")
    names, total = sorted(metals_g, key=lambda each: -metals_g[each]), _mass(sum(metals_g.values()))
    names_zh = "、".join(METALS_ZH.get(name, name) for name in names)
    return Words(
        f"{en} and recovers about {total} of {_listed(names)}.",
        f"{zh}，并回收{names_zh}共约 {total}。",
    )


def _listed(words: Sequence[str], *, comma: str = ", ", last_by: str = " and ") -> str:
    *first, last = words
    return f"{comma.join(first)}{last_by}{last}" if first else last


def _mass(grams: float) -> str:
    """Two figures at most: in grams below 100 g, in kilograms above."""
    amount, unit = (grams, "g") if grams < 100 else (grams / 1000, "kg")
    return f"{amount:.0f} {unit}" if amount >= 10 else f"{amount:.2g} {unit}"
