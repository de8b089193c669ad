"""The state machine against a model of its own: what a shop would keep on a slip of paper."""

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.domain.erasures import DIGEST, make_erasure
from tests.domain.lives import (
    ANSWER,
    BETTER,
    CLERK,
    CUSTOMER,
    HAZARD,
    ISSUED,
    MANAGER,
    PHOTO,
    RECEIVE,
    TILL,
    VALID,
    WORSE,
    appraisal,
    make_opening,
    overridden,
)
from valuation.domain.disposition import Flag, Route
from valuation.domain.erasing import erase
from valuation.domain.happened import (
    Completion,
    ConditionMet,
    Detail,
    Erased,
    Happened,
    Kind,
    Settlement,
)
from valuation.domain.inspection import Confirmed, CounterOffer
from valuation.domain.life import Life
from valuation.domain.lifecycle import as_at, fold, take
from valuation.domain.moves import Stage, Step
from valuation.domain.overrides import Override
from valuation.domain.records import Actor, Evidence, Role
from valuation.domain.refusals import IllegalStep
from valuation.domain.reversals import Rerouting, Reversal, ReversalReason

FOR_CUSTOMERS = ("accept", "decline", "decline_return", "decline_recycling")
ON = (Step.APPRAISE, Step.ACCEPT, Step.RECEIVE, Step.INSPECT, Step.SETTLE, Step.RETURN,
      Step.RECYCLE, Step.COMPLETE, Step.REVERSE)  # fmt: skip
STAFF = (Role.CLERK, Role.MANAGER)


class Slip:
    """A sheet with a few ticks; ``over`` is the code that a finished matter answers with."""

    def __init__(self, kind: Kind, *, erase: bool, resold: bool) -> None:
        self.kind = kind
        self.accepted = self.here = self.looked = self.asking = False
        self.goes = ""
        self.over = {Kind.VALUED: "no_offer", Kind.REFERRED: "referred"}.get(kind, "")
        self.until: datetime | None = None if kind is Kind.VALUED else ISSUED + VALID
        self.amount = 120_000 if kind is Kind.OFFERED else None
        self.erase = erase
        self.resold, self.empty, self.gone = resold, False, False

    @property
    def priced(self) -> bool:
        """Whether there is an amount, the shop's or a person's."""
        return self.kind is not Kind.INDICATIVE

    def time(self, now: datetime) -> None:
        if self.until is not None and now > self.until:
            if self.asking:
                self.asking, self.goes = False, "return"
            else:
                self.over = "received_late" if self.accepted else "quote_expired"
            self.until = None

    def objection(self, step: str) -> str:
        """The code that refuses the step for where things stand; nothing where it may be taken."""
        if step == "appraise" and self.priced and not (self.over or self.goes):
            return "not_referred"
        if self.over == "referred" and step == "appraise":
            return ""
        if self.over:
            settled = self.over in ("already_settled", "already_reversed")
            goes = self.over == "already_settled" and step in ("deliver", "complete")
            return "" if goes or (settled and step == "reverse") else self.over
        if self.goes:
            going = "to_be_returned" if self.goes == "return" else "to_be_recycled"
            return "" if step == self.goes else going
        if self.kind is Kind.INDICATIVE:
            return "" if step in ("decline", "withdraw") else "indicative"
        if not self.accepted:
            early = step not in ("accept", "decline", "withdraw", "override")
            return "not_accepted" if early else ""
        if step == "withdraw" or (step == "accept" and not self.asking):
            return "already_accepted"
        if step in ("override", "reverse", "deliver", "complete"):
            return "" if step == "override" else "not_settled"
        return self._of_the_device(step)

    def _of_the_device(self, step: str) -> str:
        if not self.here:
            return "" if step in ("receive", "decline") else "not_received"
        never = {"decline": "device_here", "receive": "already_received"}
        never |= {"return": "not_declined", "recycle": "not_declined"}
        if step in never:
            return never[step]
        if step == "inspect":
            return "already_inspected" if self.looked else ""
        if step == "decline_recycling":
            return "" if self.asking else "not_counter_offered"
        if step in ("show", "settle") and not self.looked:
            return "not_inspected"
        return "counter_offer_open" if step in ("show", "settle") and self.asking else ""

    def forbidden(self, step: str, role: Role) -> bool:
        if role is Role.CUSTOMER:
            return step not in FOR_CUSTOMERS
        if step == "reverse":
            return role is Role.CLERK
        return step in ("override", "appraise") and role not in STAFF

    def tick(self, step: str, now: datetime, amount: int | None, *, elsewhere: bool) -> None:
        """Write down a step that was taken; ``amount`` is what it made of the offer."""
        asked = step == "accept" and self.asking
        match step:
            case "accept":
                self.until = None if asked else now + RECEIVE
                self.accepted, self.asking = True, False
            case "appraise":
                self.over, self.until = "", now + VALID
            case "receive":
                self.here, self.until = True, None
            case "inspect":
                self.looked = True
                self.asking = (
                    amount is not None and self.amount is not None and amount < self.amount
                )
                self.until = now + ANSWER if self.asking else None
            case "decline_return" | "decline_recycling":
                self.goes = "return" if step == "decline_return" else "recycle"
                self.until, self.asking = None, False
            case "show":
                self.erase = False
            case "complete":
                self.gone = True
            case "reverse":
                self.gone = False
                self.over = "already_settled" if elsewhere else "already_reversed"
            case "decline" | "withdraw" | "settle" | "return" | "recycle":
                self.until = None
                self.over = {
                    "decline": "already_declined", "withdraw": "withdrawn",
                    "settle": "already_settled", "return": "already_returned",
                    "recycle": "already_recycled",
                }[step]  # fmt: skip
        self.amount = self.amount if amount is None else amount


def taken_back(number: int) -> Reversal | Rerouting:
    """For nothing else, for dismantling or for another resale, by turns."""
    if number % 3 == 0:
        return Reversal(reason=ReversalReason.RESALE_FAILED)
    route = Route.DISMANTLE if number % 3 == 1 else Route.AS_IS
    return Rerouting(reason=ReversalReason.RESALE_FAILED, route=route)


class Quotes(RuleBasedStateMachine):
    """Any steps by anybody at any time: the slip and the log agree."""

    @initialize(
        kind=st.sampled_from([Kind.OFFERED] * 12 + [Kind.INDICATIVE, Kind.VALUED, Kind.REFERRED]),
        erase=st.booleans(),
        resold=st.booleans(),
    )
    def issue(self, kind: Kind, erase: bool, resold: bool) -> None:
        conditions = (HAZARD,) if erase else ()
        self.log: list[Happened] = [make_opening(kind, conditions=conditions)]
        self.life: Life = fold(events=self.log)
        self.slip = Slip(kind, erase=erase, resold=resold)
        self.now = ISSUED

    @rule(wait=st.sampled_from([timedelta(0), timedelta(hours=1), timedelta(days=2), None]))
    def wait(self, wait: timedelta | None) -> None:
        """For so long, or until the deadline has just passed."""
        passed = (self.life.deadline or self.now) + timedelta(microseconds=1)
        self.now = max(self.now, passed) if wait is None else self.now + wait

    @rule()
    def wait_for_the_deadline(self) -> None:
        self.now = max(self.now, self.life.deadline or self.now)

    @rule(
        step=st.sampled_from(Step),
        actor=st.sampled_from([CUSTOMER, CLERK, MANAGER, TILL]),
        difference=st.integers(-5_000, 5_000),
    )
    def try_anything(self, step: Step, actor: Actor, difference: int) -> None:
        self.attempt(step, actor, difference=difference)

    @rule(difference=st.sampled_from([-900, 0, 901]), no=st.sampled_from([False] * 5 + [True]))
    def go_on(self, difference: int, no: bool) -> None:
        """The next step of the way, or a no to the counter-offer, so that lives get long."""
        self.slip.time(self.now)
        on = (s for s in ON if not self.slip.objection(s.value))
        step = next((s for s in on if not (s is Step.COMPLETE and self.slip.gone)), None)
        if step is not None:
            no = no and self.slip.asking
            self.attempt(Step.DECLINE_RECYCLING if no else step, MANAGER, difference=difference)

    @precondition(lambda self: self.slip.over in ("already_settled", "already_reversed"))
    @rule(actor=st.sampled_from([CUSTOMER, CLERK, MANAGER, TILL]), number=st.integers(0, 2))
    def take_back(self, actor: Actor, number: int) -> None:
        """Whatever was settled, again and again."""
        self.attempt(Step.REVERSE, actor, difference=number)

    @rule()
    def record_an_erasure(self) -> None:
        """It leaves everything as it stands but for what may be settled."""
        self.slip.time(self.now)
        sold = self.slip.over in ("already_settled", "already_reversed", "already_recycled")
        left = self.slip.goes == "recycle" and not self.slip.over
        ours = self.slip.looked and not (self.slip.over or self.slip.goes or self.slip.asking)
        may = sold or left or ours
        made, detail = make_erasure(at=self.now), Erased(record=DIGEST)
        try:
            event = erase(life=self.life, record=made, detail=detail, actor=CLERK, now=self.now)
        except IllegalStep:
            assert not may
            return
        assert may
        self.slip.empty = True
        self.log.append(event)
        self.life = fold(events=[event], life=self.life)

    def attempt(self, step: Step, actor: Actor, *, difference: int) -> None:
        self.slip.time(self.now)
        detail, amount, evidence = self.prepared(step, actor, difference)
        expected = self.expected(step, actor, detail)
        events, code = self.taken(step, actor, detail, evidence)
        assert code == expected
        if code:
            return
        self.slip.tick(step.value, self.now, amount, elsewhere=isinstance(detail, Rerouting))
        self.log += events
        self.life = fold(events=events, life=self.life)

    def taken(
        self, step: Step, actor: Actor, detail: Detail, evidence: tuple[Evidence, ...]
    ) -> tuple[tuple[Happened, ...], str]:
        """The events of a step, or the code that refused it."""
        try:
            events = take(
                life=self.life, step=step, actor=actor, now=self.now,
                detail=detail, evidence=evidence,
            )  # fmt: skip
        except IllegalStep as refused:
            return (), refused.code.value
        return events, ""

    def prepared(
        self, step: Step, actor: Actor, difference: int
    ) -> tuple[Detail, int | None, tuple[Evidence, ...]]:
        """What belongs to a step, what it would make of the offer, and its evidence."""
        agreed, conditions = self.life.amount or 0, self.life.conditions
        amount = max(0, agreed + difference)
        if step is Step.REVERSE:
            return taken_back(difference), None, ()
        if step is Step.APPRAISE:
            by = actor if actor.role in STAFF else MANAGER
            return appraisal(by, conditions=conditions), 120_000, ()
        if step is Step.COMPLETE:
            bought = Route.AS_IS if self.slip.resold else Route.DISMANTLE
            return Completion(route=self.life.rerouted or bought), None, ()
        if step is Step.SHOW:
            return ConditionMet(condition=HAZARD), None, (PHOTO,)
        if step is Step.OVERRIDE:
            by = actor if actor.role in STAFF else MANAGER
            own = overridden(self.life, (amount - agreed) or 7, by=by)
            return own, own.amount, ()
        if step is Step.SETTLE:
            flag = Flag.RESALE if self.slip.resold else Flag.DISMANTLE
            return Settlement(flag=flag), None, ()
        if step is not Step.INSPECT:
            return None, None, ()
        if amount < agreed:
            changes = (WORSE, BETTER)
            made = CounterOffer(
                agreed=agreed, amount=amount, changes=changes, conditions=conditions
            )
            return made, amount, ()
        better = (BETTER,) if amount > agreed else ()
        same = Confirmed(agreed=agreed, amount=amount, changes=better, conditions=conditions)
        return same, amount, ()

    def expected(self, step: Step, actor: Actor, detail: Detail) -> str:
        """The slip's own answer: a code, or nothing where the step may be taken."""
        objection = self.slip.objection(step.value)
        if objection:
            return objection
        if self.slip.forbidden(step.value, actor.role):
            return "not_this_role"
        if (
            isinstance(detail, Override)
            and (detail.amount > detail.before) is not self.slip.accepted
        ):
            down = detail.amount < detail.before
            return f"override_{'down_after' if down else 'up_before'}_acceptance"
        if step is Step.SHOW and not self.slip.erase:
            return "condition_already_met" if self.life.conditions else "no_such_condition"
        if isinstance(detail, Reversal) and self.slip.over == "already_reversed":
            return "already_reversed"
        resold = self.slip.resold if step is Step.SETTLE else detail == taken_back(2)
        if resold and step in (Step.SETTLE, Step.REVERSE) and not self.slip.empty:
            return "not_erased"
        if step is Step.DELIVER:
            return "nothing_given"
        if step is Step.COMPLETE and self.slip.gone:
            return "already_completed"
        if step in (Step.RECYCLE, Step.COMPLETE) and not self.slip.empty:
            return "recycled_unerased"
        if step is Step.SETTLE and self.slip.erase:
            return "settlement_before_conditions"
        return ""

    def teardown(self) -> None:
        """From any prefix on the same life comes of the log, and time does what it does once."""
        for cut in range(1, len(self.log) + 1):
            prefix = fold(events=self.log[:cut])
            assert fold(events=self.log[cut:], life=prefix) == self.life
        once = as_at(life=self.life, now=self.now)
        assert as_at(life=once, now=self.now) == once

    @invariant()
    def log_and_slip_agree(self) -> None:
        assert self.life.events == tuple(self.log)
        assert self.life.amount == self.slip.amount
        assert self.life.amount is None or type(self.life.amount) is int
        assert [e.at for e in self.log] == sorted(e.at for e in self.log)

    @invariant()
    def nothing_is_sold_without_the_customers_word(self) -> None:
        kinds = [event.kind for event in self.log]
        if self.life.stage is Stage.SETTLED:
            assert Kind.ACCEPTED in kinds
            assert Kind.UNANSWERED not in kinds
            assert (Kind.COUNTER_OFFERED in kinds) is (Kind.COUNTER_ACCEPTED in kinds)
            assert self.life.unmet == ()
            sold = kinds.index(Kind.SETTLED)
            assert not self.slip.resold or Kind.ERASED in kinds[:sold]
        assert all(
            event.kind in (Kind.EXPIRED, Kind.LAPSED, Kind.UNANSWERED)
            for event in self.log
            if event.actor.role is Role.CLOCK
        )


Quotes.TestCase.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
TestQuotes = Quotes.TestCase
