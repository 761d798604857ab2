"""What an account holds by its venue and not by our books, until it is certain who is wrong."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

import msgspec

from algotradehub.domain.difference import Difference, Subject
from algotradehub.domain.evidence import PositionReport
from algotradehub.domain.ids import Asset, Symbol
from algotradehub.domain.money import ZERO
from algotradehub.domain.order import PositionSide
from algotradehub.domain.position import Position
from algotradehub.domain.records import BalanceCorrected, PositionCorrected
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.intake import Intake
from algotradehub.trading.recorder import Recorder
from algotradehub.trading.state import DeskState

_NS: Final = 1_000_000_000
_CORRECTED: Final = "no order or fill explains it; corrected, and kept apart as unexplained"

Place: TypeAlias = tuple[Symbol, PositionSide]
Held: TypeAlias = Asset | Place
Told: TypeAlias = Mapping[Place, PositionReport]


class _Suspect(msgspec.Struct, frozen=True, gc=False):
    amount: Decimal  # the venue's word less ours
    since_ns: int


class Suspects:
    """Believes the venue when it says the same twice, ``settle_s`` apart (order-path 9)."""

    def __init__(
        self, *, desk: AccountDesk, intake: Intake, recorder: Recorder, state: DeskState
    ) -> None:
        self._desk = desk
        self._intake = intake
        self._recorder = recorder
        self._state = state
        self._suspects: dict[Held, _Suspect] = {}

    def forget(self) -> None:
        """Something is under way, which may explain all of it."""
        self._suspects.clear()

    def compare(self, told: Told, asked_ns: int, answered_ns: int) -> list[Difference]:
        """Compare while nothing is under way, and return what was corrected."""
        settle_ns = int(self._desk.account.capabilities.absence.settle_s * _NS)
        suspects: dict[Held, _Suspect] = {}
        found = []
        for held, amount in self._differing(told):
            before = self._suspects.get(held)
            if before is None or before.amount != amount:
                suspects[held] = _Suspect(amount, answered_ns)
            elif asked_ns - before.since_ns < settle_ns:
                suspects[held] = before
            elif not isinstance(held, tuple):
                found.append(self._correct_balance(held, amount))
            elif (price := self._price(held, told.get(held))) is not None:
                found.append(self._correct_position(held, amount, price))
            else:
                suspects[held] = before  # until the venue tells what it was opened at
        self._suspects = suspects
        return found

    def _differing(self, told: Told) -> Iterator[tuple[Held, Decimal]]:
        state, account = self._state, self._desk.account_id
        for balance in state.balances.all(frozenset({account})):
            if balance.difference:
                yield balance.asset, balance.difference
        ours = {(own.symbol, own.side): own for own in state.positions.all(frozenset({account}))}
        for place in {**told, **ours}:
            instrument = state.positions.instrument(account, place[0])
            if instrument is None or instrument.is_spot:
                continue  # what is held of an asset is its balance
            word, own = told.get(place), ours.get(place)
            more = (ZERO if word is None else word.quantity) - (
                ZERO if own is None else own.quantity
            )
            if more:
                yield place, more

    def _correct_balance(self, asset: Asset, amount: Decimal) -> Difference:
        balance = self._state.balances.get(self._desk.account_id, asset)
        assert balance is not None  # noqa: S101 - it differed
        difference = Difference(
            subject=Subject.BALANCE,
            name=asset,
            ours=f"{balance.expected:f}",
            theirs=f"{balance.total:f}",
            meaning=f"{_CORRECTED}: a deposit, a withdrawal, a fee or interest",
        )
        self._intake.keep(self._desk, BalanceCorrected(asset=asset, amount=amount))
        return self._alerted(difference)

    def _price(self, place: Place, word: PositionReport | None) -> Decimal | None:
        """What a position is booked at: the venue's entry price, else ours."""
        if word is not None and word.entry_price:
            return word.entry_price
        account, (symbol, side) = self._desk.account_id, place
        instrument = self._state.positions.instrument(account, symbol)
        assert instrument is not None  # noqa: S101 - only listed ones are compared
        own = self._state.positions.get(account, symbol, side)
        return None if own is None else own.entry_price(instrument)

    def _correct_position(self, place: Place, amount: Decimal, price: Decimal) -> Difference:
        account, (symbol, side) = self._desk.account_id, place
        own = self._state.positions.get(account, symbol, side)
        held = own or Position(account=account, symbol=symbol, side=side)
        difference = Difference(
            subject=Subject.POSITION,
            name=f"{symbol} {side}",
            ours=f"{held.quantity:f}",
            theirs=f"{held.quantity + amount:f}",
            meaning=f"{_CORRECTED}: a liquidation, or trades older than the venue lists",
        )
        corrected = PositionCorrected(
            symbol=symbol,
            side=side,
            quantity=amount,
            price=price,
        )
        self._intake.keep(self._desk, corrected)
        return self._alerted(difference)

    def _alerted(self, difference: Difference) -> Difference:
        self._recorder.alert(
            f"{difference.subject.lower()}_corrected",
            f"{difference.name}: {difference.ours} by our books, {difference.theirs} at the venue; "
            + difference.meaning,
            self._desk.account_id,
        )
        return difference
