"""Basalt on the host: build, flash, talk to the pump, keep its log and read it.

`basalt.Pump` and `basalt.AsyncPump` drive a pump from a program; see driver.py.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from basalt.aio import AsyncPump
    from basalt.driver import Delivery, Outcome, Pump, Record, Verdict
    from basalt.seals import CommandId

__all__ = ["AsyncPump", "CommandId", "Delivery", "Outcome", "Pump", "Record", "Verdict"]

_PLACES = {"AsyncPump": "aio", "CommandId": "seals"}

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Loaded when first used: most commands need none of it.
    if name not in __all__:
        raise AttributeError(f"module 'basalt' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"basalt.{_PLACES.get(name, 'driver')}"), name)
