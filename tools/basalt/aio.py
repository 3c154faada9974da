"""`basalt.AsyncPump`: the same pump for programs that run on asyncio."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from basalt.client import Identity, PumpTime, SettingValue, Status
from basalt.deliveries import Delivery, Record
from basalt.driver import Outcome, Pump, running
from basalt.seals import CommandId

Given = ParamSpec("Given")
Result = TypeVar("Result")


class AsyncPump:
    """Every method is that of `basalt.Pump`, awaited. One conversation: calls wait for each other.

    The serial port is served by a thread of its own, so the loop never waits. A call that is
    cancelled goes on to its end in that thread: a command that was sent cannot be called back.
    """

    def __init__(self, pump: Pump, thread: ThreadPoolExecutor | None = None) -> None:
        self._pump = pump
        self._thread = thread or ThreadPoolExecutor(1, "basalt-pump")

    @classmethod
    async def connect(cls, port: str | None = None, key: bytes | None = None) -> Self:
        """As `Pump.connect`."""
        thread = ThreadPoolExecutor(1, "basalt-pump")
        loop = asyncio.get_running_loop()
        try:
            pump = await loop.run_in_executor(thread, Pump.connect, port, key)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(pump, thread)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the port, after the call that is under way."""
        await self._run(self._pump.close)
        self._thread.shutdown(wait=False)

    @property
    def identity(self) -> Identity:
        """Who answered when the port was opened."""
        return self._pump.identity

    async def status(self) -> Status:
        """As `Pump.status`."""
        return await self._run(self._pump.status)

    async def time(self) -> PumpTime:
        """As `Pump.time`."""
        return await self._run(self._pump.time)

    async def settings(self) -> list[SettingValue]:
        """As `Pump.settings`."""
        return await self._run(self._pump.settings)

    async def basal(self) -> list[tuple[int, int]]:
        """As `Pump.basal`."""
        return await self._run(self._pump.basal)

    async def screen(self) -> bytes:
        """As `Pump.screen`."""
        return await self._run(self._pump.screen)

    async def history(self, since_seq: int = 0) -> AsyncIterator[Record]:
        """As `Pump.history`; other calls wait until all of it was read."""
        for record in await self._run(lambda: list(self._pump.history(since_seq))):
            yield record

    async def pair(self, code: str) -> bytes:
        """As `Pump.pair`."""
        return await self._run(self._pump.pair, code)

    async def bolus(self, dose_mu: int) -> Outcome:
        """As `Pump.bolus`."""
        return await self._run(self._pump.bolus, dose_mu)

    async def extended_bolus(self, now_mu: int, later_mu: int, duration_min: int) -> Outcome:
        """As `Pump.extended_bolus`."""
        return await self._run(self._pump.extended_bolus, now_mu, later_mu, duration_min)

    async def stop(self) -> Outcome:
        """As `Pump.stop`."""
        return await self._run(self._pump.stop)

    async def suspend(self) -> Outcome:
        """As `Pump.suspend`."""
        return await self._run(self._pump.suspend)

    async def resume(self) -> Outcome:
        """As `Pump.resume`."""
        return await self._run(self._pump.resume)

    async def set_temporary_basal(self, rate_mu_h: int, duration_min: int) -> Outcome:
        """As `Pump.set_temporary_basal`."""
        return await self._run(self._pump.set_temporary_basal, rate_mu_h, duration_min)

    async def set_temporary_percent(self, percent: int, duration_min: int) -> Outcome:
        """As `Pump.set_temporary_percent`."""
        return await self._run(self._pump.set_temporary_percent, percent, duration_min)

    async def end_temporary_basal(self) -> Outcome:
        """As `Pump.end_temporary_basal`."""
        return await self._run(self._pump.end_temporary_basal)

    async def set_setting(self, number: int, value: int) -> Outcome:
        """As `Pump.set_setting`."""
        return await self._run(self._pump.set_setting, number, value)

    async def set_basal(self, segments: list[tuple[int, int]]) -> Outcome:
        """As `Pump.set_basal`."""
        return await self._run(self._pump.set_basal, segments)

    async def set_program(self, number: int, segments: list[tuple[int, int]]) -> Outcome:
        """As `Pump.set_program`."""
        return await self._run(self._pump.set_program, number, segments)

    async def activate_program(self, number: int) -> Outcome:
        """As `Pump.activate_program`."""
        return await self._run(self._pump.activate_program, number)

    async def name_program(self, number: int, name: int) -> Outcome:
        """As `Pump.name_program`."""
        return await self._run(self._pump.name_program, number, name)

    async def set_time(self, local_s: int, utc_offset_min: int) -> Outcome:
        """As `Pump.set_time`."""
        return await self._run(self._pump.set_time, local_s, utc_offset_min)

    async def acknowledge(self) -> Outcome:
        """As `Pump.acknowledge`."""
        return await self._run(self._pump.acknowledge)

    async def check(self) -> Outcome:
        """As `Pump.check`."""
        return await self._run(self._pump.check)

    async def resolve(self, command_id: CommandId) -> Outcome:
        """As `Pump.resolve`."""
        return await self._run(self._pump.resolve, command_id)

    async def delivery(self, outcome: Outcome) -> Delivery:
        """As `Pump.delivery`."""
        return await self._run(self._pump.delivery, outcome)

    async def ended(self, before: Status) -> list[Delivery]:
        """As `Pump.ended`."""
        return await self._run(self._pump.ended, before)

    async def wait_for_bolus(self, outcome: Outcome, poll_s: float = 1.0) -> Delivery:
        """As `Pump.wait_for_bolus`; other calls go on between two looks."""
        while True:
            if running(await self.status(), outcome) is None:
                given = await self.delivery(outcome)
                if given.finished:
                    return given
            await asyncio.sleep(poll_s)

    async def _run(
        self, call: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: call(*args, **kwargs))
