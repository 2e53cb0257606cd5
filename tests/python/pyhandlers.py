# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of handlers share."""

import contextlib
import io
import time

from bluebroker import Bluetooth
from pyworld import WorldTest

PHONE = 'C0:00:00:00:00:77'
PHONE_PATH = '/org/bluez/hci0/dev_C0_00_00_00_00_77'
MEASUREMENT, CONTROL, LEVEL = 0x2a37, 0x2a39, 0x2a19
CONNECTED, LEFT = Bluetooth.CLIENT_CONNECTED, Bluetooth.CLIENT_DISCONNECTED
READ, WRITE, SUBSCRIBE = Bluetooth.CHAR_READ_EVENT, Bluetooth.CHAR_WRITE_EVENT, Bluetooth.CHAR_SUBSCRIBE_EVENT
NOTIFY = Bluetooth.CHAR_NOTIFY_EVENT


class HandlersTest(WorldTest):
    def setUp(self):
        super().setUp()
        self.bt = Bluetooth()
        self.addCleanup(self.bt.close)
        self.seen = []

    def saw(self, *wanted):
        """Exactly that, in this order."""
        self.until(lambda: len(self.seen) >= len(wanted), f'{wanted} (there is: {self.seen})')
        self.assertEqual(self.seen, list(wanted))

    @contextlib.contextmanager
    def printed(self, *texts):
        """What handlers print to stderr meanwhile has these, each on its own."""
        with contextlib.redirect_stderr(io.StringIO()) as stream:
            yield
            for text in texts:
                self.until(lambda text=text: text in stream.getvalue(), f'{text} (there is: {stream.getvalue()})')
        self.assertEqual(stream.getvalue().count('Traceback'), len(texts), stream.getvalue())

    def blocking(self, handler, began, may_end):
        """A handler that waits in its first call until it may end, but a second at least."""
        def blocks(*arguments):
            handler(*arguments)
            if not began.is_set():
                began.set()
                time.sleep(1)
                may_end.wait()
        return blocks
