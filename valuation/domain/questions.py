"""The question registry: what is asked about a device, in one place.

The API's schema, the terminal, the training columns, the gates and the tests all derive from
``QUESTIONS``. A level is the position of an answer, 0 the worst; for battery health the level is
the percentage itself.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from valuation.domain.device import Category, CosmeticGrade

ALL = frozenset(Category)
# They have a display, a battery, an account and somebody's data; a large appliance has none.
PERSONAL = ALL - {Category.APPLIANCE}
WITH_CAMERA = PERSONAL - {Category.WATCH}
WITH_BACK = PERSONAL - {Category.LAPTOP}
PHONES = frozenset({Category.PHONE})


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; ``grade_cap`` is the best cosmetic grade that it leaves possible."""

    id: str
    en: str
    zh: str
    grade_cap: CosmeticGrade | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A question is asked only while ``parent`` has the answer ``answer``.

    Where the parent's answer is worse, this question counts as its worst answer; where it is
    better, as its best: that keeps money monotone.
    """

    parent: str
    answer: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answers from worst to best.

    ``priced``: the answer changes the value, so sales or a table must say by how much; the others
    act through the gate table alone. ``repairable``: a refurbisher can restore the best answer.
    """

    id: str
    en: str
    zh: str
    reason_code: str
    answers: tuple[Answer, ...] = ()
    percent: bool = False
    required: bool = False
    priced: bool = True
    repairable: bool = False
    categories: frozenset[Category] = PERSONAL
    asked_when: tuple[Condition, ...] = field(default=())

    @property
    def best(self) -> int:
        """The level of the best answer."""
        return 100 if self.percent else len(self.answers) - 1

    @property
    def accepted(self) -> str:
        """What may be answered, in words for an error message."""
        if self.percent:
            return "a whole number from 0 to 100"
        return ", ".join(answer.id for answer in self.answers)

    def level(self, value: object) -> int:
        """The level of an answer as given; UnknownAnswer where it is none of the accepted."""
        if self.percent:
            if type(value) is int and 0 <= value <= 100:
                return value
        else:
            for level, answer in enumerate(self.answers):
                if value == answer.id:
                    return level
        raise UnknownAnswer(self, value)

    def value(self, level: int) -> str | int:
        """The answer at a level, as it is given and shown."""
        return level if self.percent else self.answers[level].id


class Known(NamedTuple):
    """The lowest and the highest level of a question that enough sales had."""

    lowest: int
    highest: int

    def holds(self, level: int) -> bool:
        """Whether sales knew this level."""
        return self.lowest <= level <= self.highest


class UnknownQuestion(ValueError):
    """No question of the registry has this id, or it is not asked of this category."""

    def __init__(self, question: str, known: str) -> None:
        super().__init__(f"unknown question {question[:40]!r}; known: {known}")
        self.question = question


class UnknownAnswer(ValueError):
    """The value is none of the question's answers."""

    def __init__(self, question: Question, value: object) -> None:
        super().__init__(f"{question.id}: {str(value)[:40]!r} is not one of {question.accepted}")
        self.question = question.id


NO_YES = (Answer("no", "no", "否"), Answer("yes", "yes", "是"))
POWERED = (Condition("powers_on", "yes"),)
FAULTY = (*POWERED, Condition("functions_work", "no"))


def _fault(
    question: str, en: str, zh: str, *, cap: CosmeticGrade | None = None,
    categories: frozenset[Category] = PERSONAL,
) -> Question:  # fmt: skip
    """A named fault, asked only when something besides the display does not work."""
    return Question(
        id=question,
        en=en,
        zh=zh,
        reason_code=f"{question}_differs",
        answers=(Answer("no", "no", "否", cap), Answer("yes", "yes", "是")),
        repairable=True,
        categories=categories,
        asked_when=FAULTY,
    )


QUESTIONS: tuple[Question, ...] = (
    Question(
        id="powers_on", en="Does it power on?", zh="能否正常开机？",
        reason_code="powers_on_differs", answers=NO_YES, required=True, categories=ALL,
    ),
    Question(
        id="display_works", en="Do picture and touch work?", zh="屏幕显示和触控是否正常？",
        reason_code="display_works_differs", required=True, repairable=True, asked_when=POWERED,
        answers=(
            Answer("no", "no picture or no touch", "无显示或触控失灵", CosmeticGrade.D),
            Answer("cracked", "works, but the glass is cracked", "可用但玻璃碎裂", CosmeticGrade.D),
            Answer("yes", "yes", "正常"),
        ),
    ),
    Question(
        id="functions_work", en="Does everything else work (camera, sound, buttons, radio, "
        "fingerprint or face, charging, back)?", zh="其余功能（相机、声音、按键、信号、指纹/面容、"
        "充电、后盖）是否全部正常？", reason_code="functions_work_differs", answers=NO_YES,
        required=True, repairable=True, categories=ALL, asked_when=POWERED,
    ),
    _fault("cameras_work", "Do the cameras work?", "相机是否正常？", categories=WITH_CAMERA),
    _fault(
        "biometrics_work", "Does the fingerprint or face sensor work?", "指纹或面容是否正常？",
        categories=WITH_CAMERA,
    ),
    _fault("audio_works", "Do speakers and microphone work?", "扬声器和麦克风是否正常？"),
    _fault("buttons_work", "Do all buttons work?", "按键是否正常？"),
    _fault("charging_works", "Does it charge?", "充电是否正常？"),
    _fault("radio_works", "Do signal, Wi-Fi and Bluetooth work?", "信号、Wi-Fi、蓝牙是否正常？"),
    _fault(
        "back_intact", "Is the back unbroken?", "后盖是否完好？", cap=CosmeticGrade.D,
        categories=WITH_BACK,
    ),
    Question(
        id="cosmetic_grade", en="Cosmetic grade", zh="外观成色",
        reason_code="cosmetic_grade_differs", categories=ALL,
        answers=(
            Answer("E", "E: broken or bent housing", "E：外壳破损或弯曲"),
            Answer("D", "D: deep scratches or dents", "D：明显划痕或磕碰（8成新及以下）"),
            Answer("C", "C: visible wear", "C：可见使用痕迹（9成新）"),
            Answer("B", "B: light wear", "B：轻微使用痕迹（95新）"),
            Answer("A", "A: like new", "A：近乎全新（99新）"),
        ),
    ),
    Question(
        id="battery_health", en="Battery health in percent", zh="电池健康度（%）",
        reason_code="battery_health_differs", percent=True, repairable=True, asked_when=POWERED,
    ),
    Question(
        id="sim_lock", en="Is it locked to one operator?", zh="是否有运营商锁？",
        reason_code="sim_lock_differs", categories=PHONES,
        answers=(Answer("locked", "locked", "有锁"), Answer("unlocked", "unlocked", "无锁")),
    ),
    Question(
        id="activation_lock", en="Is the activation lock (account) off?",
        zh="账号激活锁是否已退出？",
        reason_code="activation_lock_found", required=True, priced=False,
        answers=(Answer("on", "still on", "未退出"), Answer("off", "off", "已退出")),
    ),
    Question(
        id="mdm", en="Is it managed by a company or school?", zh="是否有企业/学校监管（MDM）？",
        reason_code="mdm_found", required=True, priced=False,
        answers=(Answer("enrolled", "managed", "有监管"), Answer("none", "no", "无")),
    ),
    Question(
        id="block_list", en="Is it reported stolen or on a block list?",
        zh="是否被报失或列入黑名单？",
        reason_code="block_list_found", required=True, priced=False, categories=ALL,
        answers=(Answer("listed", "listed", "已列入"), Answer("clear", "clear", "未列入")),
    ),
    Question(
        id="battery_safety", en="Is it dry, and its battery flat, whole and cool?",
        zh="设备是否干燥，电池是否无鼓包、无破损、无发热？",
        reason_code="battery_hazard_found", required=True, priced=False,
        answers=(
            Answer("swollen", "swollen, punctured or hot", "鼓包、破损或发热"),
            Answer("wet", "wet, or has been in water", "受潮或进水"),
            Answer("normal", "normal", "正常"),
        ),
    ),
    Question(
        id="erasure", en="Can its data be erased?", zh="数据能否清除？",
        reason_code="erasure_impossible", required=True, priced=False,
        answers=(
            Answer("impossible", "storage cannot be erased", "无法清除"),
            Answer("pending", "yes, not done yet", "可清除，尚未清除"),
            Answer("done", "erased", "已清除"),
        ),
    ),
)  # fmt: skip

ERASURE = "erasure"
BY_ID = {question.id: question for question in QUESTIONS}
GRADE = BY_ID["cosmetic_grade"]
BEST = {question.id: question.best for question in QUESTIONS}
POSITION = {question.id: position for position, question in enumerate(QUESTIONS)}
# Best grade, as a level, that each answer with a cap leaves possible.
GRADE_CAPS = {
    (question.id, level): GRADE.level(answer.grade_cap.value)
    for question in QUESTIONS
    for level, answer in enumerate(question.answers)
    if answer.grade_cap is not None
}
_BY_CATEGORY = {
    category: tuple(question for question in QUESTIONS if category in question.categories)
    for category in Category
}


def questions_for(category: Category) -> tuple[Question, ...]:
    """The questions that apply to a category, in the registry's order."""
    return _BY_CATEGORY[category]


def holds_data(category: Category) -> bool:
    """Whether a device of the category keeps somebody's data, which are to be erased."""
    return BY_ID[ERASURE] in questions_for(category)


def question_for(*, question_id: str, category: Category) -> Question:
    """One question of a category; UnknownQuestion names those that there are."""
    question = BY_ID.get(question_id)
    if question is None or category not in question.categories:
        raise UnknownQuestion(question_id, ", ".join(q.id for q in questions_for(category)))
    return question
