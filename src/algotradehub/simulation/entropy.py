"""Everything random in the world, drawn from one seed."""

from random import Random

from algotradehub.connectivity.ids import InstallationIds


def stream(seed: int, name: str) -> Random:
    """Return the random numbers of one part of the world.

    Each part draws from its own stream, so that one part drawing once more leaves the fate of the
    others as it was: a shortened scenario keeps the failure it is shortened for.
    """
    return Random(f"{seed}/{name}")  # text is hashed with SHA-512, whatever PYTHONHASHSEED is


def seeded_ids(random: Random, *, tag: int) -> InstallationIds:
    """Production ids with seeded bits. A new process on one stream never repeats the old one's."""
    return InstallationIds(tag, random_bits=random.getrandbits)
