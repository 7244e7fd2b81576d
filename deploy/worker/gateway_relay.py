"""A Jupyter Server extension: a relay that keeps the messages of kernels until the gateway has them on disk.

GET    notebook-gateway/kernels/<id>        what the relay has of a kernel
DELETE notebook-gateway/kernels/<id>        forgets what it has of a kernel that has ended
       notebook-gateway/kernels/<id>/relay  a WebSocket; `after` is the position of the last message that the client has,
                                            `owner` the number of its ownership: a lower one than before is refused, and
                                            `run` the id of a request to run code that an earlier client may have sent

Every message of a kernel gets a position: the one before and 1. The first is higher than all of an earlier spool, so that a
client may compare those of the kernels that it had. The server sends text first: {"spool", "first", "next", "run",
"restarting"}. `run` is null when the request has not arrived, nor will; else what the process sends that got it has this
position or a higher one. `restarting` says whether the kernel has no process now that would take a request. Then the
server sends each message as binary: 8 bytes with its position (little endian), then the body of the protocol
v1.kernel.websocket.jupyter.org. Text in between says what was dropped: {"lost", "parent", "type", "position"}, with the id and
the type of the request that it belonged to. The client sends messages in the same protocol, and {"ack": position} as text.
"""

import asyncio
import collections
import hmac
import json
import os
import re
import secrets
import tempfile
import time
from array import array

import zmq
from jupyter_client.session import Session
from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.websocket import WebSocketClosedError
from traitlets import Int, Unicode

MIB = 1024 * 1024
PROTOCOL = "v1.kernel.websocket.jupyter.org"
REPLACED, REFUSED, REMOVED = 4001, 4002, 4003

MAX_MEMORY_BYTES = 16 * MIB
# For replies, statuses, errors and requests for input when all else is dropped.
RESERVED_BYTES = 16 * MIB
SEGMENT_BYTES = {False: MIB, True: 8 * MIB}
# What a message in memory costs beside its bytes.
OVERHEAD_BYTES = 100
# At most so much waits in a socket to the gateway, and one message.
MAX_UNSENT_BYTES = MIB
MAX_READ = 100
# No kernel sends so many messages in a second, over its life: so the positions of a later spool are higher.
POSITIONS_PER_SECOND = 100_000
MAX_REQUESTS = 10_000
MAX_CONTROL_BYTES = 1_000
MAX_ENDED = 100
NUDGE_SECONDS, MAX_NUDGE_SECONDS = 0.25, 30
# So long the first requests wait for the stdin channel, which some kernels do not open at all.
STDIN_CHECK_SECONDS, MAX_STDIN_SECONDS = 0.01, 5
# A kernel that has ended sends nothing more; this long without a message means that all has been read.
QUIET_SECONDS, MAX_DRAIN_SECONDS = 0.2, 10

DROPPABLE = {
    "stream",
    "display_data",
    "execute_result",
    "update_display_data",
    "comm_open",
    "comm_msg",
    "comm_close",
}


def header_of(part):
    """The header or parent header in a part of a message; empty for what is none."""
    try:
        header = json.loads(part)
    except ValueError:
        return {}
    return header if isinstance(header, dict) else {}


class Segment:
    """Records with consecutive positions, in memory or in a file that no folder shows."""

    def __init__(self, first, directory=None):
        self.first = self.next = first
        self.size = 0
        self.records = []
        self.file = None
        if directory is not None:
            self.file = tempfile.TemporaryFile(dir=directory, buffering=0)
            self.ends = array("Q", [0])

    def append(self, record):
        if self.file is None:
            self.records.append(record)
            self.size += len(record) + OVERHEAD_BYTES
        else:
            self.write(record)
            self.size += len(record)
            self.ends.append(self.size)
        self.next += 1

    def write(self, record):
        rest, offset = memoryview(record), self.size
        while rest:
            count = os.pwrite(self.file.fileno(), rest, offset)
            rest, offset = rest[count:], offset + count

    def read(self, position):
        index = position - self.first
        if self.file is None:
            return self.records[index]
        start, end = self.ends[index], self.ends[index + 1]
        return os.pread(self.file.fileno(), end - start, start)

    def close(self):
        if self.file is not None:
            self.file.close()


class Spool:
    """The messages of one kernel that the gateway has not acknowledged."""

    def __init__(self, directory, max_bytes, first=1):
        self.id = secrets.token_hex(16)
        self.first = self.next = first
        self.directory = directory or tempfile.gettempdir()
        self.max_bytes = MAX_MEMORY_BYTES + max_bytes
        self.segments = collections.deque()
        self.in_memory = self.size = 0
        # The positions of the records that are text.
        self.texts = set()
        # What was dropped since the last record: the request that it belongs to, and how many.
        self.lost = None

    def append(self, channel, parts):
        record_size = sum(map(len, parts)) + OVERHEAD_BYTES
        limit = self.max_bytes
        if self.size + record_size > limit:
            if header_of(parts[0]).get("msg_type") in DROPPABLE:
                return self.drop(parts)
            limit += RESERVED_BYTES
        if self.size + record_size > limit or not self.end_loss():
            return self.drop(parts)
        frame = serialize_msg_to_ws_v1(parts, channel)
        if not self.store(self.next.to_bytes(8, "little") + frame):
            self.drop(parts)

    def drop(self, parts):
        header = header_of(parts[1])
        parent, kind = (text if isinstance(text, str) else "" for text in (header.get("msg_id"), header.get("msg_type")))
        if self.lost and self.lost["parent"] != parent and self.size < self.max_bytes + RESERVED_BYTES:
            self.end_loss()
        if self.lost is None:
            self.lost = {"lost": 0, "parent": parent, "type": kind}
        self.lost["lost"] += 1

    def end_loss(self):
        """Makes a record of what was dropped; false when there is no space for it."""
        if self.lost is None:
            return True
        position = self.next
        if not self.store(json.dumps({**self.lost, "position": position}).encode()):
            return False
        self.texts.add(position)
        self.lost = None
        return True

    def store(self, record):
        segment = self.segments[-1] if self.segments else None
        in_file = self.in_memory + len(record) > MAX_MEMORY_BYTES
        is_full = segment is None or segment.size >= SEGMENT_BYTES[segment.file is not None]
        try:
            if is_full or (segment.file is None and in_file):
                segment = Segment(self.next, self.directory if in_file else None)
                self.segments.append(segment)
            before = segment.size
            segment.append(record)
        except OSError:
            # No space is left on the disk.
            return False
        self.account(segment, segment.size - before)
        self.next += 1
        return True

    def account(self, segment, size):
        self.size += size
        if segment.file is None:
            self.in_memory += size

    def read(self, position):
        """The record of a position, and whether it is text."""
        segment = next(one for one in self.segments if position < one.next)
        return segment.read(position), position in self.texts

    def acknowledge(self, position):
        self.first = max(self.first, position + 1)
        while self.segments and self.segments[0].next <= self.first:
            segment = self.segments.popleft()
            self.account(segment, -segment.size)
            segment.close()
        self.texts = {one for one in self.texts if one >= self.first} if self.texts else self.texts

    def close(self):
        self.acknowledge(self.next - 1)


class Relay:
    """The sockets and the spool of one kernel, from its first attachment until it is removed."""

    def __init__(self, manager, kernel_id):
        self.manager = manager
        self.kernel_id = kernel_id
        self.kernel = manager.get_kernel(kernel_id)
        self.session = Session(config=manager.config, key=self.kernel.session.key)
        first = int(time.time() * POSITIONS_PER_SECOND)
        self.spool = Spool(manager.spool_directory, manager.spool_bytes, first)
        self.streams = {}
        # The requests that have arrived: a client may send one again without running it twice. Each with the position from which
        # on the messages are those of the process that got it.
        self.requests = collections.OrderedDict()
        self.newest_run = None
        self.nudges = collections.deque(maxlen=200)
        self.heard, self.ready, self.arrived = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.last_arrival = 0.0
        self.is_ended = False
        self.is_restarting = False
        self.client = None
        self.owner = 0
        self.task = None
        self.kernel.add_restart_callback(self.on_died, "dead")
        self.connect("iopub")
        self.connect_requests()

    @property
    def loop(self):
        return asyncio.get_running_loop()

    def connect(self, channel):
        stream = getattr(self.kernel, "connect_" + channel)(identity=self.session.bsession)
        self.streams[channel] = stream
        stream.on_recv(lambda parts: self.on_recv(channel, stream, parts))

    def connect_requests(self):
        for channel in ("shell", "control"):
            self.connect(channel)
        self.connect_stdin()
        self.ready.clear()
        self.task = asyncio.ensure_future(self.nudge())

    def connect_stdin(self):
        """Connects the channel so that its socket can be written to only while it is connected."""
        context = self.kernel.context
        context.setsockopt(zmq.IMMEDIATE, 1)
        try:
            self.connect("stdin")
        finally:
            del context.sockopts[zmq.IMMEDIATE]

    def disconnect(self, *channels):
        for channel in channels:
            stream = self.streams.pop(channel, None)
            if stream is not None and not stream.closed():
                # Without a linger: a request that this process of the kernel did not take must not reach the next one.
                stream.close(linger=0)

    async def nudge(self):
        """Asks the kernel until something arrives on iopub: before that, the output of a cell would not arrive either."""
        self.heard.clear()
        end = self.loop.time() + MAX_NUDGE_SECONDS
        while not self.heard.is_set() and self.loop.time() < end:
            if getattr(self.kernel, "execution_state", None) == "busy":
                break
            for channel in ("control", "shell"):
                message = self.session.send(self.streams[channel], "kernel_info_request")
                self.nudges.append(message["header"]["msg_id"])
            try:
                await asyncio.wait_for(self.heard.wait(), NUDGE_SECONDS)
            except asyncio.TimeoutError:
                pass
        await self.until_stdin()
        self.ready.set()

    async def until_stdin(self):
        """Waits for the stdin channel: a kernel that asks for input before that waits for ever, and nobody gets its request."""
        socket = self.streams["stdin"].socket
        end = self.loop.time() + MAX_STDIN_SECONDS
        while not socket.poll(0, zmq.POLLOUT) and self.loop.time() < end:
            await asyncio.sleep(STDIN_CHECK_SECONDS)

    def on_recv(self, channel, stream, parts):
        self.take(channel, parts)
        # What else has arrived, without a run of the event loop for each.
        for _ in range(MAX_READ):
            if stream.closed():
                break
            try:
                self.take(channel, stream.socket.recv_multipart(zmq.NOBLOCK))
            except zmq.ZMQError:
                break
        self.last_arrival = self.loop.time()
        self.arrived.set()

    def take(self, channel, parts):
        try:
            _, parts = self.session.feed_identities(parts)
        except ValueError:
            return
        if len(parts) < 5 or not hmac.compare_digest(self.session.sign(parts[1:5]), parts[0]):
            return
        if channel == "iopub":
            self.heard.set()
        elif self.nudges and header_of(parts[2]).get("msg_id") in self.nudges:
            return
        self.spool.append(channel, parts[1:])

    def append_status(self, state):
        message = self.session.msg("status", {"execution_state": state})
        parts = [self.session.pack(message[name]) for name in ("header", "parent_header", "metadata", "content")]
        self.spool.append("iopub", parts)
        self.arrived.set()

    def on_died(self):
        self.is_ended = True
        self.stop_nudge()
        asyncio.ensure_future(self.end())

    async def end(self):
        end = self.loop.time() + MAX_DRAIN_SECONDS
        self.last_arrival = self.loop.time()
        while self.loop.time() < min(end, self.last_arrival + QUIET_SECONDS):
            await asyncio.sleep(QUIET_SECONDS / 4)
        self.disconnect("iopub", "shell", "control", "stdin")
        self.append_status("dead")

    def stop_nudge(self):
        self.task.cancel()
        self.ready.set()

    def begin_restart(self):
        self.is_restarting = True
        self.stop_nudge()
        self.disconnect("shell", "control", "stdin")
        self.append_status("restarting")

    def end_restart(self):
        self.is_restarting = False
        if not self.is_ended:
            self.connect_requests()

    def remove(self):
        """Ends all, because the kernel was removed or what is left of it is not wanted."""
        self.is_ended = True
        self.stop_nudge()
        self.disconnect("iopub", "shell", "control", "stdin")
        if self.client is not None:
            self.client.close(REMOVED, "removed")
            self.client = None
        self.arrived.set()
        self.spool.close()

    def attach(self, client, after, owner, run):
        if owner < self.owner:
            # A gateway that does not know yet that another one has taken over.
            client.close(REPLACED, "replaced")
            return
        self.owner = owner
        former, self.client = self.client, client
        if former is not None:
            former.close(REPLACED, "replaced")
        self.arrived.set()
        spool = self.spool
        # Nothing that an earlier client of a lower ownership has sent is accepted any more.
        greeting = {"spool": spool.id, "first": spool.first, "next": spool.next, "run": self.requests.get(run)}
        client.write_message(json.dumps({**greeting, "restarting": self.is_restarting}))
        asyncio.ensure_future(self.send_all(client, max(after + 1, spool.first)))

    def detach(self, client):
        if self.client is client:
            self.client = None
        self.arrived.set()

    async def send_all(self, client, cursor):
        """Sends what was spooled and what comes, as fast as the client reads."""
        spool = self.spool
        try:
            while self.client is client:
                unsent, written = 0, None
                # What was acknowledged needs no sending.
                cursor = max(cursor, spool.first)
                while cursor < spool.next and unsent < MAX_UNSENT_BYTES:
                    record, is_text = spool.read(cursor)
                    written = client.write_message(record, binary=not is_text)
                    cursor += 1
                    unsent += len(record)
                if written is not None:
                    await written
                elif spool.lost is None or not spool.end_loss():
                    self.arrived.clear()
                    await self.arrived.wait()
        except WebSocketClosedError:
            self.detach(client)

    async def forward(self, message):
        """Passes a message of the client on to the kernel. Raises ValueError for what is none."""
        count = int.from_bytes(message[:8], "little")
        if not 6 <= count <= len(message) // 8:
            raise ValueError("It has no parts.")
        channel, parts = deserialize_msg_from_ws_v1(message)
        header = header_of(parts[0])
        kind, message_id = header.get("msg_type"), header.get("msg_id")
        if channel not in ("shell", "control", "stdin") or not isinstance(message_id, str):
            raise ValueError("It has no channel or no id.")
        if kind in ("execute_request", "input_reply"):
            if message_id in self.requests:
                return
            # Before the wait: the next client must know of it.
            self.requests[message_id] = self.spool.next
            if kind == "execute_request":
                self.newest_run = message_id
            if len(self.requests) > MAX_REQUESTS:
                # It may still go on after so many answers to its requests for input: forgotten, it would be run again.
                if next(iter(self.requests)) == self.newest_run:
                    self.requests.move_to_end(self.newest_run)
                self.requests.popitem(last=False)
        await self.ready.wait()
        stream = self.streams.get(channel)
        if message_id in self.requests:
            # No process gets it while the kernel restarts or has ended: each report of that is about it.
            self.requests[message_id] = self.spool.next if stream is not None else 0
        if stream is not None:
            self.session.send_raw(stream, parts)


class RelayedKernelManager(AsyncMappingKernelManager):
    """Jupyter Server's kernels, and the relays of those that were attached to."""

    spool_bytes = Int(256 * MIB, config=True, help="The maximum size of the files of one kernel's spool.")
    spool_directory = Unicode("", config=True, help="Where those files are; default the folder for temporary files.")

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.relays = {}

    def open_relay(self, kernel_id):
        relay = self.relays.get(kernel_id)
        if relay is None and kernel_id in self:
            relay = self.relays[kernel_id] = Relay(self, kernel_id)
            ended = [one for one in self.relays.values() if one.is_ended]
            for one in ended[:-MAX_ENDED]:
                self.forget_relay(one.kernel_id)
        return relay

    def forget_relay(self, kernel_id):
        relay = self.relays.pop(kernel_id, None)
        if relay is not None:
            relay.remove()

    async def restart_kernel(self, kernel_id, *args, **kwargs):
        relay = self.relays.get(kernel_id)
        if relay is not None:
            relay.begin_restart()
        try:
            await ensure_async(super().restart_kernel(kernel_id, *args, **kwargs))
        finally:
            if relay is not None:
                relay.end_restart()

    async def shutdown_kernel(self, kernel_id, *args, **kwargs):
        await ensure_async(super().shutdown_kernel(kernel_id, *args, **kwargs))
        self.forget_relay(kernel_id)


class RelayHandler(KernelWebsocketHandler):
    """The WebSocket of the gateway. Who may open it is decided as for Jupyter's own."""

    relay = None
    after = owner = 0
    run = ""

    def number(self, name):
        text = self.get_argument(name, "0")
        if not re.fullmatch(r"[0-9]{1,15}", text):
            raise web.HTTPError(400)
        return int(text)

    async def pre_get(self):
        user = self.current_user
        if not await ensure_async(self.authorizer.is_authorized(self, user, "execute", "kernels")):
            raise web.HTTPError(403)
        self.after, self.owner = self.number("after"), self.number("owner")
        self.run = self.get_argument("run", "")
        self.relay = self.kernel_manager.open_relay(self.kernel_id)
        if self.relay is None:
            raise web.HTTPError(404)

    async def open(self, kernel_id):
        super(KernelWebsocketHandler, self).open()
        self.set_nodelay(True)
        self.kernel_manager.notify_connect(kernel_id)
        self.relay.attach(self, self.after, self.owner, self.run)

    async def on_message(self, message):
        if self.owner < self.relay.owner:
            return
        try:
            if isinstance(message, bytes):
                await self.relay.forward(message)
            else:
                self.acknowledge(message)
        except (ValueError, IndexError, OverflowError):
            self.close(REFUSED, "refused")

    def acknowledge(self, text):
        if len(text) > MAX_CONTROL_BYTES:
            raise ValueError("It is too long.")
        position = header_of(text).get("ack")
        if type(position) is not int or not 0 <= position < self.relay.spool.next:
            raise ValueError("It acknowledges what was not sent.")
        self.relay.spool.acknowledge(position)

    def on_close(self):
        self.kernel_manager.notify_disconnect(self.kernel_id)
        self.relay.detach(self)

    def select_subprotocol(self, subprotocols):
        return PROTOCOL if PROTOCOL in subprotocols else None


class KernelHandler(APIHandler):
    """What the relay has of a kernel."""

    auth_resource = "kernels"

    @web.authenticated
    @authorized
    async def get(self, kernel_id):
        manager = self.kernel_manager
        relay = manager.relays.get(kernel_id)
        if relay is None and kernel_id not in manager:
            raise web.HTTPError(404)
        is_ended = relay is not None and relay.is_ended
        state = "dead" if is_ended else manager.get_kernel(kernel_id).execution_state
        name = (relay.kernel if is_ended else manager.get_kernel(kernel_id)).kernel_name
        spool = relay.spool.id if relay else None
        self.finish(json.dumps({"id": kernel_id, "name": name, "execution_state": state, "spool": spool}))

    @web.authenticated
    @authorized
    async def delete(self, kernel_id):
        manager = self.kernel_manager
        if kernel_id in manager:
            raise web.HTTPError(409)
        manager.forget_relay(kernel_id)
        self.set_status(204)
        self.finish()


def _jupyter_server_extension_points():
    return [{"module": "gateway_relay"}]


def _load_jupyter_server_extension(app):
    path = url_path_join(app.web_app.settings["base_url"], "notebook-gateway/kernels", r"(?P<kernel_id>[\w-]+)")
    app.web_app.add_handlers(".*$", [(path, KernelHandler), (path + "/relay", RelayHandler)])
