"""How a judge says that an invariant does not hold."""

from algotradehub.simulation.timeline import SimulationFailed


class Broken(SimulationFailed):
    """An invariant does not hold; ``name`` says which."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name}: {detail}")
        self.name = name


def require(condition: object, name: str, detail: str) -> None:
    """Raise ``Broken`` unless ``condition`` holds.

    A judge who is asked often raises it itself: ``detail`` costs more than most conditions.
    """
    if not condition:
        raise Broken(name, detail)
