"""Runs cells on a kernel through ZeroMQ, without a server: a line of JSON with `code` in, a line with the times out.

What a cell printed is not in the answer, only its length and its checksum: so nothing is measured but the kernel.
"""

import hashlib
import json
import sys
import time

from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="python3")
print("ready", flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    sent = client.execute(json.loads(line)["code"])
    first = 0
    texts = []
    while True:
        message = client.get_iopub_msg(timeout=120)
        if message["parent_header"].get("msg_id") != sent:
            continue
        if message["msg_type"] == "stream":
            first = first or time.perf_counter() - start
            texts.append(message["content"]["text"])
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            break
    total = time.perf_counter() - start
    client.get_shell_msg(timeout=30)
    text = "".join(texts).encode()
    digest = hashlib.sha256(text).hexdigest()
    print(json.dumps({"firstMs": first * 1000, "totalMs": total * 1000, "digest": digest}), flush=True)
client.stop_channels()
manager.shutdown_kernel(now=True)
