"""Ends the TCP connections of a process, but for those from or to the given ports: cut_connections.py PID PORT..."""

import ctypes
import os
import socket
import sys

PIDFD_GETFD = 438

pid, kept = int(sys.argv[1]), {int(port) for port in sys.argv[2:]}
libc = ctypes.CDLL(None, use_errno=True)
process = os.pidfd_open(pid)
count = 0
for name in os.listdir(f"/proc/{pid}/fd"):
    try:
        if not os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:"):
            continue
    except FileNotFoundError:
        continue
    copy = libc.syscall(PIDFD_GETFD, process, int(name), 0)
    if copy < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    with socket.socket(fileno=copy) as connection:
        try:
            if connection.family not in (socket.AF_INET, socket.AF_INET6):
                continue
            if {connection.getpeername()[1], connection.getsockname()[1]} & kept:
                continue
            connection.shutdown(socket.SHUT_RDWR)
            count += 1
        except OSError:
            # It listens, or it has ended.
            continue
print(count)
