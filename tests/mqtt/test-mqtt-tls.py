#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who the broker is, and who we are: certificates and keys, good, wrong and expired."""

import json
import socket
import ssl
import time
import unittest

from fault_world import FaultTest
from mqtt_world import SOON, Gateway


class Certificate(FaultTest):
    BROKER = {'tls': 'server'}

    @property
    def SETTINGS(self):     # pylint: disable=invalid-name
        return f'[TLS]\nEnable=1\nCaFile={self.broker.certificates.path("ca")}\n[Commands]\nAllow=connect\n'

    def replace(self, name, *words, **more):
        """Another certificate of the broker's: it needs a restart for that."""
        self.broker.kill()
        self.broker.certificates.sign('server', *words, **more)
        self.broker.start()

    def test_good(self):
        client = self.subscribe('bluebroker/#')
        self.wait_scan()
        client.wait('bluebroker/gw1/status')

    def test_tools(self):
        """What everybody has: mosquitto_sub hears, and mosquitto_rr commands."""
        self.wait_scan()
        self.assertEqual(self.broker.run('mosquitto_sub', '-t', 'bluebroker/gw1/status', '-C', '1'), 'online\n')
        answer = self.broker.run('mosquitto_rr', '-V', '5', '-t', 'bluebroker/gw1/command', '-e', 'answer', '-m',
                                 '{"command":"connect","address":"nowhere"}')
        self.assertEqual(json.loads(answer)['error'], 'InvalidArguments')

    def test_expired(self):
        names = 'subjectAltName=DNS:localhost'
        self.wait_up()
        self.replace('server', '/CN=localhost', names, days='-1')
        self.says('certificate verify failed')
        self.replace('server', '/CN=localhost', names)
        self.wait_up(2)

    def test_other_host(self):
        self.wait_up()
        self.replace('server', '/CN=elsewhere', 'subjectAltName=DNS:elsewhere')
        self.says('certificate verify failed')
        self.assertEqual(self.gateway.text().count('connected to broker'), 1)


class Impostor(Certificate):
    """A broker whose certificate somebody else has signed."""
    test_good = test_tools = test_expired = test_other_host = None

    @property
    def SETTINGS(self):     # pylint: disable=invalid-name
        return f'[TLS]\nEnable=1\nCaFile={self.broker.certificates.path("other")}\n'

    def test_impostor(self):
        self.says('certificate verify failed')
        self.assertNotIn('connected to broker', self.gateway.text())


class ClientCertificate(FaultTest):
    BROKER = {'tls': 'client'}

    @property
    def SETTINGS(self):     # pylint: disable=invalid-name
        certificates = self.broker.certificates
        return (f'[TLS]\nEnable=1\nCaFile={certificates.path("ca")}\nCertificateFile={certificates.path("client")}\n'
                f'KeyFile={certificates.key("client")}\n')

    def test_client(self):
        self.subscribe('bluebroker/#').wait('bluebroker/gw1/status')

    def test_expired(self):
        """Our own expires, and is renewed while we run."""
        self.wait_up()
        self.broker.kill()
        self.broker.certificates.sign('client', '/CN=client', days='-1')
        self.broker.start()
        self.says('trying again')
        time.sleep(1)
        self.assertEqual(self.gateway.text().count('connected to broker'), 1)
        self.broker.certificates.sign('client', '/CN=client')
        self.wait_up(2)


class Alpn(Certificate):
    """What a broker sees that shares its port with others."""
    test_good = test_tools = test_expired = test_other_host = None

    def test_alpn(self):
        certificates = self.broker.certificates
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.path('server'), certificates.key('server'))
        context.set_alpn_protocols(['http/1.1', 'mqtt'])
        with socket.create_server(('127.0.0.1', 0)) as server:
            settings = f'Port={server.getsockname()[1]}\n{self.SETTINGS}[TLS]\nAlpn=mqtt\n'
            gateway = Gateway(self.broker, self.world.address, settings, name='gw2')
            self.addCleanup(gateway.close)
            server.settimeout(SOON)
            connection, _ = server.accept()
            with context.wrap_socket(connection, server_side=True) as broker:
                self.assertEqual(broker.selected_alpn_protocol(), 'mqtt')
                self.assertEqual(broker.recv(1), b'\x10')     # CONNECT


class Psk(FaultTest):
    BROKER = {'tls': 'psk'}

    @property
    def SETTINGS(self):     # pylint: disable=invalid-name
        return f'[TLS]\nEnable=1\nPskIdentity=gateway-psk\nPskFile={self.broker.file("key", "0123456789abcdef" * 2)}\n'

    def test_psk(self):
        self.wait_up()

    def test_wrong(self):
        self.wait_up()
        self.broker.kill()
        self.broker.file('key', 'fedcba9876543210' * 2)
        self.broker.start()
        self.says('trying again')
        time.sleep(1)
        self.assertEqual(self.gateway.text().count('connected to broker'), 1)
        self.broker.file('key', '0123456789abcdef' * 2)
        self.wait_up(2)


if __name__ == '__main__':
    unittest.main()
