# SPDX-License-Identifier: GPL-2.0-or-later
"""What a board has and a computer has not."""

import errno
from typing import Any


class Refused:
    """Stands for something of the board: it can be imported and passed on, and refuses to be used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f'<{self._name}, which only a board has>'

    def __getattr__(self, name: str) -> 'Refused':
        if name.startswith('__'):
            raise AttributeError(name)
        return Refused(f'{self._name}.{name}')

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise OSError(errno.EOPNOTSUPP, f'{self._name}: that is hardware of the board; this computer has none of it')
