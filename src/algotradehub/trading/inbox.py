"""The sink of one account: where the desk hears what a venue says."""

from algotradehub.ports.venue import Word
from algotradehub.trading.account_desk import AccountDesk
from algotradehub.trading.intake import Intake


class Inbox:
    """Hands evidence to the intake; keeps what comes before ``open``.

    An account may speak while it is being opened, when nobody could ask it anything yet.
    """

    def __init__(self, intake: Intake, desk: AccountDesk) -> None:
        self._intake = intake
        self._desk = desk
        self._is_open = False
        self._early: list[Word] = []

    def receive(self, evidence: Word) -> None:
        if self._is_open:
            self._intake.receive(self._desk, evidence)
        else:
            self._early.append(evidence)

    def open(self) -> None:
        """Hand over what came so far, and from now on whatever comes."""
        self._is_open = True
        early, self._early = self._early, []
        for evidence in early:
            self._intake.receive(self._desk, evidence)
