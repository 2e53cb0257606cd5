# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of bluebroker-mqtt share: an MQTT broker (Debian's mosquitto) on a port of its own, and a client of
another implementation (paho). The world of radio and daemon is pyworld's, so that the tests run in the guest, too."""

import os
import shlex
import signal
import socket
import subprocess
import tempfile
import threading
import time

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

# in the guest it is how the daemon gets its rights
WRAPPER = '' if os.environ.get('BLUEBROKER_WORLD') == 'vm' else os.environ.get('BLUEBROKERD_WRAPPER', '')
EMULATED = 'BLUEBROKERD_EMULATED' in os.environ
SLOW = 10 if WRAPPER or EMULATED else 1     # under valgrind and its like
# whether a program's memory is its own, and limited: ASan keeps what was freed, and qemu has some for itself
OWN_MEMORY = not EMULATED and not os.environ.get('BLUEBROKERD_SANITIZED')
SOON = 10 * SLOW
V5, V311 = paho.MQTTv5, paho.MQTTv311
USER, PASSWORD = 'gateway', 'correct horse'
PSK_IDENTITY, PSK = 'gateway-psk', '0123456789abcdef0123456789abcdef'


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def wait_for(condition, what, seconds=SOON):
    """Waits until condition() is true, and returns what it returned."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError(f'waited in vain for {what}')


def openssl(*words):
    subprocess.run(['openssl', *words], check=True, capture_output=True)


class Certificates:
    """A CA, and what it signed: NAME.crt, NAME.key in a directory; other.crt is a CA that nobody here knows."""

    def __init__(self, directory):
        self.directory = directory
        for name in 'ca', 'other':
            openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
                    '-subj', f'/CN=test {name}', '-keyout', self.key(name), '-out', self.path(name))
        self.sign('server', '/CN=localhost', 'subjectAltName=DNS:localhost,IP:127.0.0.1')
        self.sign('client', '/CN=client')

    def path(self, name):
        return f'{self.directory}/{name}.crt'

    def key(self, name):
        return f'{self.directory}/{name}.key'

    def sign(self, name, subject, extension='basicConstraints=CA:FALSE', days='2'):
        """A certificate and its key, signed by the CA. days: from now; less than 0: it has expired."""
        request, extensions = f'{self.directory}/{name}.csr', f'{self.directory}/{name}.ext'
        with open(extensions, 'w', encoding='utf-8') as file:
            file.write(f'{extension}\n')
        openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', subject,
                '-keyout', self.key(name), '-out', request)
        openssl('x509', '-req', '-in', request, '-CA', self.path('ca'), '-CAkey', self.key('ca'), '-CAcreateserial',
                '-days', days, '-extfile', extensions, '-out', self.path(name))
        os.chmod(self.key(name), 0o644)


class Broker:
    """A mosquitto. It can be ended, killed, paused, and started again, on the same port."""

    def __init__(self, password=True, tls='', settings=''):
        """tls: '' for none; 'server' (it has a certificate), 'client' (and asks for one), 'psk'. settings: more lines
        of mosquitto.conf, those of the listener first."""
        self.temporary = tempfile.TemporaryDirectory(prefix='mqtt-test-')
        self.directory = self.temporary.name
        os.chmod(self.directory, 0o755)
        self.port, self.tls, self.process = free_port(), tls, None
        self.user, self.password = (USER, PASSWORD) if password else (None, None)
        self.log = open(f'{self.directory}/log', 'w+', encoding='utf-8')
        self.certificates = Certificates(self.directory) if tls in ('server', 'client') else None
        self.config = f'{self.directory}/mosquitto.conf'
        self.write_config(settings)
        self.start()

    def write_config(self, settings=''):
        lines = [f'listener {self.port} 127.0.0.1', *self.tls_lines(), *settings.splitlines(), 'log_type all',
                 'user root' if os.getuid() == 0 else '']
        if self.user:
            passwords = self.file('passwords', '')
            subprocess.run(['mosquitto_passwd', '-b', passwords, USER, PASSWORD], check=True, capture_output=True)
            lines += ['allow_anonymous false', f'password_file {passwords}']
        else:
            lines += ['allow_anonymous true']
        self.file('mosquitto.conf', '\n'.join(lines) + '\n')

    def tls_lines(self):
        if self.tls == 'psk':
            return ['psk_hint test', f'psk_file {self.file("psk", f"{PSK_IDENTITY}:{PSK}")}']
        if not self.tls:
            return []
        lines = [f'cafile {self.certificates.path("ca")}', f'certfile {self.certificates.path("server")}',
                 f'keyfile {self.certificates.key("server")}']
        return lines + ['require_certificate true'] if self.tls == 'client' else lines

    def file(self, name, text, mode=0o600):
        """A file in the broker's directory; its path."""
        path = f'{self.directory}/{name}'
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def start(self):
        self.process = subprocess.Popen(['mosquitto', '-c', self.config], stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log)
        wait_for(self.listens, 'mosquitto')

    def listens(self):
        assert self.process.poll() is None, f'mosquitto ended with {self.process.returncode}: {self.text()}'
        with socket.socket() as probe:
            return probe.connect_ex(('127.0.0.1', self.port)) == 0

    def text(self):
        """What it has logged."""
        with open(f'{self.directory}/log', encoding='utf-8', errors='replace') as log:
            return log.read()

    def stop(self, number=signal.SIGTERM):
        if self.process:
            self.process.send_signal(number)
            self.process.wait(SOON)
            self.process = None

    def kill(self):
        self.stop(signal.SIGKILL)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def words(self):
        """Arguments of mosquitto_sub and the like that bring them here."""
        words = ['-h', 'localhost' if self.tls else '127.0.0.1', '-p', str(self.port)]
        if self.user:
            words += ['-u', self.user, '-P', self.password]
        if self.tls == 'psk':
            words += ['--psk', PSK, '--psk-identity', PSK_IDENTITY]
        if self.certificates:
            words += ['--cafile', self.certificates.path('ca')]
        if self.tls == 'client':
            words += ['--cert', self.certificates.path('client'), '--key', self.certificates.key('client')]
        return words

    def run(self, program, *words, timeout=60, code=0):
        """Runs mosquitto_pub, mosquitto_sub or mosquitto_rr to its end, and returns its output."""
        result = subprocess.run([program, *self.words(), *words], capture_output=True, text=True, check=False,
                                timeout=timeout * SLOW, stdin=subprocess.DEVNULL)
        assert result.returncode == code, (program, words, result.returncode, result.stdout, result.stderr)
        return result.stdout

    def close(self):
        if self.process and self.process.poll() is None:
            self.resume()
        self.stop()
        self.log.close()
        self.temporary.cleanup()


class Client:
    """A client at the broker, by paho: it keeps all messages of what it subscribed to."""

    def __init__(self, broker, *filters, protocol=V5, name='', will=None):
        """will: (topic, payload)."""
        self.messages, self.lock = [], threading.Lock()
        self.protocol, self.subscribed, self.ended = protocol, threading.Event(), False
        self.filters = filters
        self.paho = paho.Client(name, protocol=protocol)
        self.paho.on_connect, self.paho.on_subscribe, self.paho.on_message = self.connected, self.granted, self.came
        if broker.user:
            self.paho.username_pw_set(broker.user, broker.password)
        if will:
            self.paho.will_set(*will, qos=1)
        if broker.certificates:
            certificates = broker.certificates
            mine = (certificates.path('client'), certificates.key('client')) if broker.tls == 'client' else (None, None)
            self.paho.tls_set(certificates.path('ca'), *mine)
        self.paho.reconnect_delay_set(1, 1)
        self.paho.connect('localhost' if broker.tls else '127.0.0.1', broker.port)
        self.paho.loop_start()
        assert self.subscribed.wait(SOON), 'the client could not subscribe'

    def connected(self, *_):
        if not self.filters:
            self.subscribed.set()
        elif not self.ended:
            self.paho.subscribe([(each, 1) for each in self.filters] if self.protocol == V311 else
                                [(each, paho.SubscribeOptions(qos=1)) for each in self.filters])

    def granted(self, *_):
        self.subscribed.set()

    def came(self, _client, _userdata, message):
        with self.lock:
            self.messages.append(message)

    def publish(self, topic, payload, response=None, correlation=None, retain=False, qos=1):
        """Publishes, and returns when the broker has it."""
        properties = None
        if response is not None or correlation is not None:
            properties = Properties(PacketTypes.PUBLISH)
            if response is not None:
                properties.ResponseTopic = response
            if correlation is not None:
                properties.CorrelationData = correlation
        told = self.paho.publish(topic, payload, qos=qos, retain=retain, properties=properties)
        told.wait_for_publish(SOON)
        assert told.is_published(), f'{topic} was not taken'

    def at(self, topic):
        """The messages that came at topics that match, oldest first."""
        with self.lock:
            return [message for message in self.messages if paho.topic_matches_sub(topic, message.topic)]

    def wait(self, topic, count=1, seconds=SOON):
        """Waits for that many messages at topics that match; all that came there."""
        try:
            wait_for(lambda: len(self.at(topic)) >= count, topic, seconds)
        except AssertionError:
            with self.lock:
                came = [(message.topic, message.payload[:200]) for message in self.messages[-20:]]
            raise AssertionError(f'waited in vain for {count} at {topic}; what came last: {came}') from None
        return self.at(topic)

    def forget(self):
        with self.lock:
            self.messages.clear()

    def vanish(self):
        """Goes without a farewell: the broker publishes the will."""
        self.ended = True
        self.paho.loop_stop()
        self.paho.socket().close()

    def close(self):
        if not self.ended:
            self.ended = True
            self.paho.disconnect()
            self.paho.loop_stop()


class Gateway:
    """bluebroker-mqtt at that broker, on the bus at that address."""

    def __init__(self, broker, bus, settings='', name='gw1', protocol='auto'):
        """settings: more of the configuration; lines before the first group are [Broker]'s."""
        self.broker, self.bus, self.name, self.process = broker, bus, name, None
        self.temporary = tempfile.TemporaryDirectory(prefix='mqtt-gateway-')
        self.config = f'{self.temporary.name}/conf'
        self.log_path = f'{self.temporary.name}/log'
        self.settings, self.protocol = settings, protocol
        self.start()

    def broker_lines(self):
        lines = ['[Broker]', f'Host={"localhost" if self.broker.tls else "127.0.0.1"}', f'Port={self.broker.port}',
                 f'Protocol={self.protocol}']
        if self.broker.user:
            password = f'{self.temporary.name}/password'
            with open(password, 'w', encoding='utf-8') as file:
                file.write(self.broker.password)
            lines += [f'User={self.broker.user}', f'PasswordFile={password}']
        return lines

    def start(self):
        with open(self.config, 'w', encoding='utf-8') as file:
            file.write('\n'.join([*self.broker_lines(), self.settings, '[Gateway]', f'Id={self.name}']) + '\n')
        with open(self.log_path, 'a', encoding='utf-8') as log:
            self.process = subprocess.Popen(
                [*shlex.split(WRAPPER), os.environ['BLUEBROKER_MQTT'], '--bus', self.bus, '--config', self.config,
                 '--debug'],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def text(self):
        """What it has logged."""
        with open(self.log_path, encoding='utf-8', errors='replace') as log:
            return log.read()

    def wait_subscribed(self, times=1):
        """It says that it is connected before it asks for commands. It may have to wait before it tries again."""
        wait_for(lambda: self.broker.text().count(f'\tbluebroker/{self.name}/gone/+') >= times,
                 'the gateway to subscribe', 3 * SOON)

    def come_back_after(self, client):
        """The broker is started again, and the client is there first: or it would miss what we publish then."""
        self.process.send_signal(signal.SIGSTOP)
        client.subscribed.clear()
        self.broker.start()
        subscribed = client.subscribed.wait(3 * SOON)
        self.process.send_signal(signal.SIGCONT)
        assert subscribed, 'the client did not come back'

    def stop(self, number=signal.SIGTERM):
        """Its exit status."""
        self.process.send_signal(number)
        status = self.process.wait(SOON)
        self.process = None
        return status

    def close(self):
        """What ended by itself, or does not end well, fails the test."""
        status = self.stop() if self.process else 0
        text = self.text()
        self.temporary.cleanup()
        assert status == 0, f'bluebroker-mqtt ended with {status}: {text}'
