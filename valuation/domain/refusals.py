"""Why a step in a quote's life is refused: a closed list of codes, each with its sentence."""

from collections.abc import Mapping
from enum import StrEnum


class Refusal(StrEnum):
    """Stable codes; a code is never given another meaning."""

    CLOCK_BEHIND = "clock_behind"
    NOT_THIS_ROLE = "not_this_role"
    INDICATIVE = "indicative"
    NO_OFFER = "no_offer"
    NOTHING_TO_RAISE = "nothing_to_raise"
    REFERRED = "referred"
    NOT_REFERRED = "not_referred"
    NOT_ACCEPTED = "not_accepted"
    ALREADY_ACCEPTED = "already_accepted"
    OTHER_AMOUNT = "other_amount"
    CODE_HELD = "code_held"
    UNIT_HELD = "unit_held"
    UNIT_QUOTED = "unit_quoted"
    UNIT_SETTLED = "unit_settled"
    UNIT_GONE = "unit_gone"
    LISTED_SINCE = "listed_since"
    DEVICE_REFUSED = "device_refused"
    GOES_BACK = "goes_back"
    QUOTE_EXPIRED = "quote_expired"
    WITHDRAWN = "withdrawn"
    ALREADY_DECLINED = "already_declined"
    NOT_RECEIVED = "not_received"
    RECEIVED_LATE = "received_late"
    ALREADY_RECEIVED = "already_received"
    DEVICE_HERE = "device_here"
    NOT_INSPECTED = "not_inspected"
    ALREADY_INSPECTED = "already_inspected"
    OTHER_QUESTIONS = "other_questions"
    DROP_WITHOUT_CHANGE = "drop_without_change"
    DROP_WITHOUT_CAUSE = "drop_without_cause"
    RAISE_WITHOUT_CAUSE = "raise_without_cause"
    COUNTER_OFFER_OPEN = "counter_offer_open"
    NOT_COUNTER_OFFERED = "not_counter_offered"
    NO_SUCH_CONDITION = "no_such_condition"
    CONDITION_ALREADY_MET = "condition_already_met"
    EVIDENCE_MISSING = "evidence_missing"
    SETTLEMENT_BEFORE_CONDITIONS = "settlement_before_conditions"
    SHOWN_BY_A_RECORD = "shown_by_a_record"
    NOT_ERASED = "not_erased"
    RECYCLED_UNERASED = "recycled_unerased"
    NOT_DESTROYED = "not_destroyed"
    USED_NO_MORE = "used_no_more"
    ERASED_TOO_EARLY = "erased_too_early"
    ERASED_LATER = "erased_later"
    ERASED_OTHER_UNIT = "erased_other_unit"
    ALREADY_SETTLED = "already_settled"
    NO_LICENSED_PLACE = "no_licensed_place"
    NOT_SETTLED = "not_settled"
    GIFT_BESIDE_EXTRAS = "gift_beside_extras"
    CANNOT_BE_GIVEN = "cannot_be_given"
    NOTHING_TO_GIVE = "nothing_to_give"
    GIVEN_FOR_NOTHING = "given_for_nothing"
    NOTHING_GIVEN = "nothing_given"
    ALREADY_DELIVERED = "already_delivered"
    GOES_ELSEWHERE = "goes_elsewhere"
    TO_BE_DELIVERED = "to_be_delivered"
    GIVEN_NOT_SOLD = "given_not_sold"
    NO_CAUSE = "no_cause"
    NOT_RESOLD = "not_resold"
    ALREADY_COMPLETED = "already_completed"
    WAY_CLOSED = "way_closed"
    ALREADY_REVERSED = "already_reversed"
    SAME_ROUTE = "same_route"
    ROUTE_CLOSED = "route_closed"
    NOT_DECLINED = "not_declined"
    TO_BE_RETURNED = "to_be_returned"
    TO_BE_RECYCLED = "to_be_recycled"
    ALREADY_RETURNED = "already_returned"
    ALREADY_RECYCLED = "already_recycled"
    OVERRIDE_CHANGES_NOTHING = "override_changes_nothing"
    OVERRIDE_UP_BEFORE_ACCEPTANCE = "override_up_before_acceptance"
    OVERRIDE_DOWN_AFTER_ACCEPTANCE = "override_down_after_acceptance"
    OVERRIDE_ABOVE_CEILING = "override_above_ceiling"
    SECOND_PERSON_NEEDED = "second_person_needed"
    SECOND_PERSON_IS_THE_FIRST = "second_person_is_the_first"
    SECOND_PERSON_MAY_NOT = "second_person_may_not"


# Words in braces are facts of the refusal.
SENTENCES: Mapping[Refusal, str] = {
    Refusal.CLOCK_BEHIND: "The last step was recorded at {last}, after the time that is given "
    "now: set the clock right and try again.",
    Refusal.NOT_THIS_ROLE: "A {role} cannot take the step {step}: ask {may}.",
    Refusal.INDICATIVE: "The quote is indicative and cannot go further: answer the missing "
    "questions for an offer.",
    Refusal.NOTHING_TO_RAISE: (
        "Nothing is paid for this device, and no person's word changes that: return it."
    ),
    Refusal.NO_OFFER: "The quote states a value and offers nothing: there is nothing to accept.",
    Refusal.REFERRED: "The quote was referred to a person and is no offer: appraise it, with an "
    "amount and a route.",
    Refusal.NOT_REFERRED: "The quote has an amount: appraised is what was referred to a person. To "
    "name another, override it.",
    Refusal.NOT_ACCEPTED: "The offer has not been accepted: accept it first.",
    Refusal.ALREADY_ACCEPTED: "The offer has been accepted and stands.",
    Refusal.OTHER_AMOUNT: "The amount is now {amount}, and the step names {named}: read the "
    "quote again.",
    Refusal.CODE_HELD: "A single-use code of this quote was used or is held by another accepted "
    "quote: ask for a new quote without it.",
    Refusal.UNIT_HELD: "This IMEI or serial number is under {quote}, which was accepted, and one "
    "device is sold once: end that sale first, or compare the number.",
    Refusal.UNIT_QUOTED: "The same device has another quote, {quote}, which counts: nobody "
    "appraises it beside that.",
    Refusal.NOT_RESOLD: "This IMEI or serial number was settled under {quote} and has not left "
    "the shop since: once it was resold, complete that quote, and try again on a later day.",
    Refusal.UNIT_SETTLED: "This IMEI or serial number was resold under {quote}: it may be traded "
    "in again under a quote that is accepted on a later day.",
    Refusal.UNIT_GONE: "This IMEI or serial number was dismantled, refused or left for recycling "
    "under {quote} and cannot be here again: compare the number.",
    Refusal.LISTED_SINCE: "{source} now says of this device: {questions}. As it was inspected "
    "it goes no further. Before it is settled decline with return, and ask for a new quote once "
    "that is put right; afterwards keep it until it is.",
    Refusal.DEVICE_REFUSED: "Every route is closed to this device, so it is neither accepted nor "
    "settled: decline; if it is here, decline with return.",
    Refusal.GOES_BACK: "Every route is closed to this device, recycling too: it goes back to who "
    "brought it, or to the police. Decline with return.",
    Refusal.QUOTE_EXPIRED: "The quote was valid until {valid_until}: ask for a new quote.",
    Refusal.WITHDRAWN: "The shop withdrew the quote: ask for a new quote.",
    Refusal.ALREADY_DECLINED: "The customer declined: ask for a new quote.",
    Refusal.NOT_RECEIVED: "The device has not been received: receive it first.",
    Refusal.RECEIVED_LATE: "The device had to be received by {receive_by}, so the quote no longer "
    "holds: ask for a new quote.",
    Refusal.ALREADY_RECEIVED: "The device has already been received.",
    Refusal.DEVICE_HERE: "The device is in the shop: decline with return, or after a "
    "counter-offer with recycling.",
    Refusal.NOT_INSPECTED: "The device has not been inspected: inspect it first.",
    Refusal.ALREADY_INSPECTED: "The device has been inspected, and that is done once; a person "
    "may still raise the amount.",
    Refusal.OTHER_QUESTIONS: "Declared and inspected answers are to different questions "
    "({questions}): answer all of them, or return the device and quote the other one.",
    Refusal.DROP_WITHOUT_CHANGE: "The amount cannot fall from {agreed} to {amount}: no answer "
    "changed.",
    Refusal.DROP_WITHOUT_CAUSE: "The amount cannot fall from {agreed} to {amount}: no answer is "
    "worse and the variant is the same.",
    Refusal.RAISE_WITHOUT_CAUSE: "The amount cannot rise from {agreed} to {amount}: no answer is "
    "better and the variant is the same; to pay more nonetheless, override it.",
    Refusal.COUNTER_OFFER_OPEN: "The counter-offer awaits the customer's answer until {answer_by}.",
    Refusal.NOT_COUNTER_OFFERED: "There is no open counter-offer: recycling is one of its "
    "answers; decline with return instead.",
    Refusal.NO_SUCH_CONDITION: "Settlement does not depend on {condition}; it depends on: "
    "{conditions}.",
    Refusal.CONDITION_ALREADY_MET: "{condition} has already been shown.",
    Refusal.EVIDENCE_MISSING: "{condition} is shown by evidence, and there is none: give a "
    "photo's or a report's digest and place.",
    Refusal.SETTLEMENT_BEFORE_CONDITIONS: "Settlement depends on what has not been shown: "
    "{conditions}. Show it with evidence first.",
    Refusal.SHOWN_BY_A_RECORD: "{condition} is not shown by a photo: record the erasure (POST "
    "/v1/quotes/…/erasure, or `tradein erasure record`).",
    Refusal.NOT_ERASED: "Nothing is resold before a record says that its data were erased and "
    "verified, and there is none that counts: record it first (POST /v1/quotes/…/erasure, or "
    "`tradein erasure record`); a factory reset alone does not count.",
    Refusal.RECYCLED_UNERASED: "Nothing is recycled or taken apart with somebody's data on it: "
    "record that they were erased, or the storage destroyed, first (POST /v1/quotes/…/erasure, or "
    "`tradein erasure record`).",
    Refusal.NOT_DESTROYED: "It depends on a record that the storage was destroyed: record "
    "it first with the method destroy (POST /v1/quotes/…/erasure, or `tradein erasure record`).",
    Refusal.USED_NO_MORE: "A record says that it was destroyed, and what was destroyed is not used "
    "again: before it is settled decline with return and quote it as it is now; afterwards reverse "
    "to parts or dismantle.",
    Refusal.ERASED_TOO_EARLY: "The record says that the erasure began at {started}, before the "
    "device was received at {received}, and what the customer still has is not erased: erase it "
    "here, have a second person verify, and record that.",
    Refusal.ERASED_LATER: "The record says that the erasure was verified at {verified}, which is "
    "yet to come: set the clocks right and record it again.",
    Refusal.ERASED_OTHER_UNIT: "The record names another IMEI or serial number than the quote: "
    "record it with the quote of its own device.",
    Refusal.ALREADY_SETTLED: "The quote has been settled.",
    Refusal.NO_LICENSED_PLACE: "A damaged battery goes only to a facility with the licence for it, "
    "and no place at one can be reserved in the week {week} ({reason}): say where the store lies "
    "(`tradein merchants place`, or TRADEIN_REGION) if that is not known, else try again when "
    "there is room, see `tradein facilities`.",
    Refusal.GIFT_BESIDE_EXTRAS: "A bonus, a subsidy or a purchase stands beside this offer, and a "
    "donation goes without: ask for a new quote with neither codes nor purchase.",
    Refusal.CANNOT_BE_GIVEN: "Nobody could use this device on ({gates}): give the amount instead.",
    Refusal.NOTHING_TO_GIVE: "Nothing is paid for this device: give the device, or nothing.",
    Refusal.GIVEN_FOR_NOTHING: "A device that is given away is paid nothing, not {amount}: name 0, "
    "or another route.",
    Refusal.NOTHING_GIVEN: "Nothing was given with this quote, so there is nothing to deliver.",
    Refusal.ALREADY_DELIVERED: "It has been delivered, and goes no other way.",
    Refusal.GOES_ELSEWHERE: "Its settlement was taken back, and the device went the way {route}: "
    "it is not delivered.",
    Refusal.TO_BE_DELIVERED: "The device was given away: deliver it, with evidence.",
    Refusal.GIVEN_NOT_SOLD: "The device was given away, and the shop does not sell it ({route}): "
    "deliver it, or take it apart.",
    Refusal.NO_CAUSE: "A device that is given away goes to a cause, named when it is accepted "
    "(donate): see `tradein causes`.",
    Refusal.ALREADY_COMPLETED: "The device went its way already ({route}); if that did not last, "
    "reverse it.",
    Refusal.WAY_CLOSED: "The device cannot be handed over by {way}; what is open: {ways}.",
    Refusal.NOT_SETTLED: "The quote has not been settled: settle it first.",
    Refusal.ALREADY_REVERSED: "The settlement has been taken back. Once it is known where the "
    "device goes instead, reverse with that route.",
    Refusal.SAME_ROUTE: "The device is on the route {route} already.",
    Refusal.ROUTE_CLOSED: "The route {route} is closed to this device ({gates}), whatever becomes "
    "of it: name another.",
    Refusal.NOT_DECLINED: "The customer has not declined: the device is neither returned nor "
    "recycled.",
    Refusal.TO_BE_RETURNED: "The sale is off, and the device goes back to the customer: return it.",
    Refusal.TO_BE_RECYCLED: "The sale is off, and the customer left the device for recycling: "
    "recycle it.",
    Refusal.ALREADY_RETURNED: "The device went back to the customer: ask for a new quote.",
    Refusal.ALREADY_RECYCLED: "The device has been recycled.",
    Refusal.OVERRIDE_CHANGES_NOTHING: "The amount is {amount} already.",
    Refusal.OVERRIDE_UP_BEFORE_ACCEPTANCE: "Before it is accepted an offer is only overridden "
    "downwards: name less than {amount}.",
    Refusal.OVERRIDE_DOWN_AFTER_ACCEPTANCE: "Once it is accepted an offer is only overridden "
    "upwards: name more than {amount}.",
    Refusal.OVERRIDE_ABOVE_CEILING: "People would have moved this quote by {moved}, and the policy "
    "lets nobody move one by more than {ceiling}: ask whoever sets the policy.",
    Refusal.SECOND_PERSON_NEEDED: "People would have moved this quote by {moved}, and a {role} "
    "may move it by {limit}: a second person must confirm.",
    Refusal.SECOND_PERSON_IS_THE_FIRST: "Nobody confirms their own override: ask someone else.",
    Refusal.SECOND_PERSON_MAY_NOT: "A {role} cannot confirm a move of {moved}: ask {may}.",
}


class IllegalStep(ValueError):
    """A step that is not allowed now: its code, and in words why and what can be done."""

    def __init__(self, code: Refusal, **facts: object) -> None:
        super().__init__(SENTENCES[code].format_map(facts))
        self.code = code
