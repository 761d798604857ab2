"""How the scripted venue behaves, and how often it misbehaves: drawn from the seed."""

from random import Random

import msgspec

from algotradehub.domain.capabilities import (
    AbsenceProof,
    AbsenceRule,
    AmendStyle,
    Capabilities,
    DeadManRule,
)
from algotradehub.domain.order import OrderType, TimeInForce

_RATES = (0.0, 0.0, 0.05, 0.2)
_MOSTLY = 0.7  # on the bad days of what the rest of the venue does not depend on


class VenueRules(msgspec.Struct, frozen=True, kw_only=True):
    """Rates are probabilities per request or message; times are seconds."""

    cumulative_only: bool  # tells totals, never executions
    names_client_id: bool  # executions carry our id; otherwise only the venue's
    tells_totals: bool  # executions carry status and cumulative quantity
    tells_open: bool  # pushes a message when an order starts to rest
    late_fees: bool  # executions come without their fee, which is told afterwards
    ids_reusable: bool  # a client id may be used again once its order is closed
    person_decides: bool  # no empty look-up ever proves that an order is not there
    amends: AmendStyle
    states_tell_totals: bool  # pushed states of orders say how much has filled
    queues: float  # requests that wait in our own lane, up to their last instant
    backlog: float  # requests the venue executes only some time after they arrived
    lose_request: float
    lose_answer: float  # after the venue has executed the request
    malformed: float  # answers that cannot be read
    refuse: float
    throttle: float  # 429: certainly not executed
    server_error: float  # 5xx: executed or not, nobody can tell
    not_sent: float
    crosses: float  # cancels and amends that a fill forestalls by an instant
    duplicate: float
    reorder: float
    blind: float  # look-ups that fail
    partial: float  # look-ups that see open orders only
    unlisted: float  # lists that fail
    slow: float  # requests that take seconds
    cancel_all: bool = True  # it has one request that cancels every order
    expiry_s: float = 3.0
    settle_s: float = 2.0
    backend_timeout_s: float = 1.0
    request_timeout_s: float = 4.0  # so long we wait for an answer

    def capabilities(self) -> Capabilities:
        return Capabilities(
            order_types=frozenset({OrderType.LIMIT, OrderType.MARKET}),
            times_in_force=frozenset({TimeInForce.GTC, TimeInForce.IOC}),
            absence=AbsenceRule(
                proof=AbsenceProof.PERSON if self.person_decides else AbsenceProof.LOOKUPS,
                expiry_s=self.expiry_s,
                backend_timeout_s=self.backend_timeout_s,
                clock_error_s=1.0,
                settle_s=self.settle_s,
            ),
            post_only=False,
            reduce_only=False,
            amend=self.amends,
            cancel_all=self.cancel_all,
            cumulative_only=self.cumulative_only,
            dead_man=DeadManRule(shortest_s=1.0, longest_s=3_600.0),
            request_timeout_s=self.request_timeout_s,
        )

    def healed(self) -> "VenueRules":
        """The same venue on a good day."""
        return msgspec.structs.replace(
            self,
            lose_request=0.0,
            lose_answer=0.0,
            malformed=0.0,
            refuse=0.0,
            throttle=0.0,
            server_error=0.0,
            not_sent=0.0,
            crosses=0.0,
            blind=0.0,
            partial=0.0,
            unlisted=0.0,
            slow=0.0,
            queues=0.0,
            backlog=0.0,
        )


def draw_rules(random: Random) -> VenueRules:
    def rate() -> float:
        return random.choice(_RATES)

    def coin() -> bool:
        return random.choice((True, False))

    def often() -> float:
        return random.choice((*_RATES, _MOSTLY))

    late = often()
    return VenueRules(
        cumulative_only=random.choice((True, False, False, False)),
        names_client_id=coin(),
        tells_totals=coin(),
        tells_open=coin(),
        late_fees=coin(),
        ids_reusable=coin(),
        person_decides=random.choice((True, False, False)),
        states_tell_totals=coin(),
        queues=late,
        backlog=late,
        lose_request=rate(),
        lose_answer=often(),
        malformed=rate(),
        refuse=rate(),
        throttle=rate(),
        server_error=rate(),
        not_sent=rate(),
        duplicate=rate(),
        reorder=rate(),
        blind=often(),
        partial=rate(),
        unlisted=rate(),
        slow=late,
        expiry_s=random.choice((1.0, 3.0, 5.0)),
        settle_s=random.choice((1.0, 2.0, 5.0)),
        backend_timeout_s=random.choice((0.0, 1.0, 3.0)),
        request_timeout_s=random.choice((1.0, 4.0)),
        crosses=often(),
        amends=random.choice((AmendStyle.IN_PLACE, AmendStyle.CANCEL_REPLACE)),
        cancel_all=random.choice((True, True, False)),
    )
