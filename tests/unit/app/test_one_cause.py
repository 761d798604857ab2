"""One failure in a group of tasks is raised as itself; several stay together."""

import asyncio
from collections.abc import Sequence

import pytest

from algotradehub.app.one_cause import one_cause


async def failing(*errors: Exception) -> None:
    async def fail(error: Exception) -> None:
        raise error

    with one_cause():
        async with asyncio.TaskGroup() as tasks:
            for error in errors:
                tasks.create_task(fail(error))


async def test_one_failure_is_raised_as_itself_with_its_cause() -> None:
    error = ValueError("broken")
    error.__cause__ = OSError("the disk")
    with pytest.raises(ValueError, match="broken") as raised:
        await failing(error)
    assert raised.value is error
    assert isinstance(error.__cause__, OSError)


@pytest.mark.parametrize("errors", [(ValueError("a"), KeyError("b")), (OSError(), OSError())])
async def test_several_failures_stay_together(errors: Sequence[Exception]) -> None:
    with pytest.raises(BaseExceptionGroup) as raised:
        await failing(*errors)
    assert set(raised.value.exceptions) == set(errors)


async def test_a_group_of_the_callers_own_stays() -> None:
    own = ExceptionGroup("mine", [ValueError("broken")])
    with pytest.raises(ExceptionGroup) as raised:
        await failing(own)
    assert raised.value is own
