"""How the platform is doing, as a topic: accounts, venues, alerts."""

from collections.abc import Callable, Iterable
from typing import Final

from algotradehub.api.parts import ApiParts
from algotradehub.api.stream.changes import ChangeLog
from algotradehub.api.stream.protocol import TopicKey
from algotradehub.api.stream.topic import LogTopic
from algotradehub.api.views.accounts import environment
from algotradehub.api.views.stream import AccountState, StopProgress, VenueState, alert_view
from algotradehub.api.views.tickers import age_ms
from algotradehub.ports.bus import Alert
from algotradehub.trading.account_desk import AccountDesk

ALERTS_KEPT: Final = 100
DOWN_AFTER_MS: Final = 60_000
_EVERYTHING: Final = 1 << 20


class SystemStates:
    """Looks at accounts and venues when told to, and notes what differs; takes alerts.

    No fact tells of what an account accepts or of a silent venue, so they are looked at.
    """

    def __init__(self, parts: ApiParts, changed: Callable[[], None]) -> None:
        self._parts = parts
        self._changed = changed
        self._log = ChangeLog(kept=_EVERYTHING)  # bounded by the keys there are
        self._shown: dict[str, AccountState | VenueState] = {}
        self._alerts = 0
        key = TopicKey(topic="system")
        self.topic = LogTopic(key, self._log, ["accounts", "venues", "alerts"])

    def alert(self, alert: Alert) -> None:
        # The place of the oldest: of alerts a number is kept, of the rest each.
        self._alerts += 1
        self._log.put("alerts", self._alerts % ALERTS_KEPT, alert, alert_view)
        self._changed()

    def look(self) -> None:
        version = self._log.version
        for account in self._accounts():
            self._note("accounts", account.account, account)
        for venue in self._venues():
            self._note("venues", venue.venue, venue)
        if self._log.version != version:
            self._changed()

    def _note(self, group: str, name: str, state: AccountState | VenueState) -> None:
        key = f"{group} {name}"
        if self._shown.get(key) != state:
            self._shown[key] = state
            self._log.put(group, key, state)

    def _accounts(self) -> Iterable[AccountState]:
        state = self._parts.state
        for desk in self._parts.desks:
            account, venue = desk.account_id, desk.account.venue
            reason = desk.closed(state.standing)
            yield AccountState(
                account=account,
                venue=venue,
                environment=environment(venue),
                accepting=reason is None,
                reason=reason,
                halt=state.standing.halts.get(account),
                stop=self._stop(desk),
            )

    def _stop(self, desk: AccountDesk) -> StopProgress | None:
        stop = self._parts.kill_switch.of(desk)
        if stop is None:
            return None
        return StopProgress(
            proven=stop.is_proven,
            orders_left=len(stop.not_proven),
            reason=stop.reason,
            by=stop.by,
            asked_ns=stop.asked_ns,
            looked_ns=tuple(stop.looked_ns),
        )

    def _venues(self) -> Iterable[VenueState]:
        now_ns, market = self._parts.clock.now_ns(), self._parts.market
        for venue in market.venues:
            age = age_ms(market.heard_ns(venue), now_ns)
            state = "live"
            if age is None or age > DOWN_AFTER_MS:
                state = "down"
            elif market.is_stale(venue, now_ns):
                state = "stale"
            yield VenueState(venue=venue, state=state, last_message_ms=age)
