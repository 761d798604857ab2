"""What a venue's errors ask of people: alerts, and a halt where it refuses the credential.

Property 38: an error that the venue should not make is told with code, message and context. One
that means "this key is no good" is told too, and the second in a row halts the account: whoever
goes on asking with a refused key is banned in the end (architecture 8).
"""

from typing import Final

from algotradehub.domain.errors import ErrorCategory, VenueError
from algotradehub.domain.evidence import Refused
from algotradehub.domain.order import Order
from algotradehub.domain.records import HaltSet
from algotradehub.ports.clock import Clock
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.state import DeskState

TELL_AGAIN_S: Final = 60.0
FATAL_IN_A_ROW: Final = 2
CODES_REMEMBERED: Final = 1_000
BY: Final = "platform"
_TELL_AGAIN_NS: Final = int(TELL_AGAIN_S * 1_000_000_000)
_TOLD: Final = frozenset({ErrorCategory.EXCHANGE_ERROR, ErrorCategory.FATAL})


class _Telling:
    """One kind of error of one account: when people were told, and how often it came since."""

    __slots__ = ("more", "told_ns")

    def __init__(self, told_ns: int) -> None:
        self.told_ns = told_ns
        self.more = 0


class VenueErrors:
    """Tells people of errors, each kind once a minute at most."""

    def __init__(self, *, state: DeskState, recorder: Recorder, clock: Clock) -> None:
        self._state = state
        self._recorder = recorder
        self._clock = clock
        self._told: dict[tuple[str, str], _Telling] = {}

    def refused(self, desk: AccountDesk, order: Order, refused: Refused) -> None:
        """Take an answer that says no."""
        asked = f"{refused.command} of {order.request.symbol} order {refused.client_order_id}"
        detail = f"{asked}: {refused.reason}"
        self._take(desk, refused.category, refused.code, detail)

    def failed(self, desk: AccountDesk, error: VenueError) -> None:
        """Take a question that the venue did not answer."""
        self._take(desk, error.category, type(error).__name__, str(error))

    def _take(self, desk: AccountDesk, category: ErrorCategory, code: str, detail: str) -> None:
        if category not in _TOLD:
            return
        self._tell(desk, category, code, detail)
        if category is not ErrorCategory.FATAL:
            return
        desk.fatal_answers += 1
        account = desk.account_id
        if (
            desk.fatal_answers >= FATAL_IN_A_ROW
            and self._state.standing.halt_in_force(account) is None
        ):
            reason = (
                f"{desk.account.venue} refused its credential {desk.fatal_answers} times in a row, "
                f"the last time with {code}: renew the key, then resume the account"
            )
            halt = HaltSet(halted=True, reason=reason, by=BY)
            self._recorder.keep(account, halt)
            self._recorder.alert("credential_refused", f"{account} is halted: {reason}", account)

    def _tell(self, desk: AccountDesk, category: ErrorCategory, code: str, detail: str) -> None:
        now_ns = self._clock.now_ns()
        kind = (desk.account_id, code)
        telling = self._told.get(kind)
        if telling is not None and now_ns < telling.told_ns + _TELL_AGAIN_NS:
            telling.more += 1
            return
        if len(self._told) >= CODES_REMEMBERED:
            self._told.clear()  # then some are told once too often
        self._told[kind] = _Telling(now_ns)
        more = f" (and {telling.more} more like it)" if telling and telling.more else ""
        text = f"{desk.account.venue} answered {code} ({category}) to {detail}{more}"
        self._recorder.alert("exchange_error", text, desk.account_id)
