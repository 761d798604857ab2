"""What a record makes of an order: of one leg by ``order_rules``, of more by ``legs``."""

from decimal import Decimal

from algotradehub.domain import order_fold, order_rules
from algotradehub.domain.emulation import Emulated
from algotradehub.domain.guard_records import Guarded
from algotradehub.domain.ids import Symbol
from algotradehub.domain.order import Amendment, OrderStatus
from algotradehub.domain.records import AmendAsked, CancelAsked, Doubted, ProvenAbsent, Restarted
from tests.unit.domain.examples import ORDER_ID, acknowledged, lost, order, state
from tests.unit.domain.leg_words import leg_id

RESTS = order_rules.advance(order(), acknowledged(), 1).order
LOST = order_rules.advance(order(), lost(), 1).order
MORE = Amendment(quantity=Decimal(8))


def test_an_order_of_one_leg_follows_the_rules_alone() -> None:
    word = state(OrderStatus.CANCELLED, 1, filled=0)
    assert order_fold.advanced(RESTS, word, 2) == order_rules.advance(RESTS, word, 2)
    assert order_fold.one_of_many(LOST, Restarted(epoch=2), 2) == order_rules.restarted(LOST, 2)
    doubted = order_fold.recorded(RESTS, Doubted(order_id=ORDER_ID, what="?"), 2).order
    assert doubted == order_rules.doubted(RESTS, "?", 2)


def test_proven_absence_says_why() -> None:
    proof = ProvenAbsent(order_id=ORDER_ID, looked_ns=(1, 2), sources=())
    absent = order_fold.recorded(LOST, proof, 2).order
    assert absent.status is OrderStatus.REJECTED
    assert absent.reason == "never reached the venue: not seen there after it could still arrive"


def test_only_what_has_not_ended_is_wanted_cancelled() -> None:
    cancel = CancelAsked(order_id=ORDER_ID)
    wanted = order_fold.recorded(RESTS, cancel, 2).order
    assert (wanted.cancel_pending, wanted.updated_ns) == (True, 2)
    ended = order_rules.advance(RESTS, state(OrderStatus.CANCELLED, 1, filled=0), 2).order
    assert not order_fold.recorded(ended, cancel, 3).order.cancel_pending


def test_an_amendment_in_place_keeps_the_leg_and_another_is_announced_by_its_id() -> None:
    asked = AmendAsked(order_id=ORDER_ID, amendment=MORE, send_before_ns=9)
    in_place = order_fold.recorded(RESTS, asked, 2).order
    assert (in_place.amend_pending, in_place.amend_before_ns) == (MORE, 9)
    assert in_place.updated_ns == 2
    assert (in_place.replacing, in_place.parts) == (None, ())
    asked = AmendAsked(order_id=ORDER_ID, amendment=MORE, send_before_ns=9, leg=leg_id(2))
    replaced = order_fold.recorded(RESTS, asked, 2).order
    assert (replaced.amend_pending, replaced.amend_before_ns) == (MORE, 9)
    assert replaced.replacing == leg_id(2)
    assert replaced.legs == RESTS.legs
    (part,) = replaced.parts
    doubted = order_fold.recorded(replaced, Doubted(order_id=ORDER_ID, what="?"), 3).order
    assert doubted.doubt is not None
    assert doubted.parts[0].doubt == doubted.doubt, "the question is about its leg"
    assert part.amend_pending is None


def test_who_watches_other_prices_says_nothing_of_this_one() -> None:
    emulated = Emulated(trigger=True, expiry=False, waiting=True, unguarded_since_ns=1)
    alone = order(emulated=emulated)
    other = Guarded(symbols=(Symbol("ETH/USDT"),))
    assert order_fold.one_of_many(alone, other, 2) is alone
