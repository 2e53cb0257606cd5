# SPDX-License-Identifier: GPL-2.0-or-later
"""The boards' module network: Bluetooth; what else it has there (WLAN, LoRa, LTE), a computer has
elsewhere."""

from typing import Any, Optional

import bluebroker

from .refusal import Refused

# The radio that the runner was told to use.
default_adapter: Optional[str] = None


class Bluetooth(bluebroker.Bluetooth):
    __doc__ = bluebroker.Bluetooth.__doc__

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        if keywords.get('adapter') is None:
            keywords['adapter'] = default_adapter
        super().__init__(*arguments, **keywords)


def __getattr__(name: str) -> Refused:
    if name.startswith('__'):
        raise AttributeError(name)
    return Refused(f'network.{name}')
