# SPDX-License-Identifier: GPL-2.0-or-later
"""The boards' module pycom: what has no effect on a computer is taken, the rest is refused."""

from typing import Callable, Dict, Optional

from .refusal import Refused

_said: Dict[str, bool] = {}


def _switch(name: str) -> Callable[[Optional[bool]], Optional[bool]]:
    def switch(enable: Optional[bool] = None) -> Optional[bool]:
        if enable is None:
            return _said.get(name, False)
        _said[name] = bool(enable)
        return None
    switch.__name__ = name
    switch.__doc__ = 'Of no effect here. Without an argument: what was said last.'
    return switch


heartbeat = _switch('heartbeat')
heartbeat_on_boot = _switch('heartbeat_on_boot')
lte_modem_en_on_boot = _switch('lte_modem_en_on_boot')
pybytes_on_boot = _switch('pybytes_on_boot')
smart_config_on_boot = _switch('smart_config_on_boot')
wifi_on_boot = _switch('wifi_on_boot')


def __getattr__(name: str) -> Refused:
    if name.startswith('__'):
        raise AttributeError(name)
    return Refused(f'pycom.{name}')
