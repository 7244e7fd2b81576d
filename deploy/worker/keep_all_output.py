# Runs in each Python kernel before its first cell, so that a full queue makes the kernel wait instead of dropping output
# silently. A ZeroMQ socket may only be used on its own thread, so the option is set there.


def _keep_all_output():
    import zmq
    from IPython import get_ipython

    thread = get_ipython().kernel.iopub_thread
    thread.schedule(lambda: thread.socket.setsockopt(zmq.XPUB_NODROP, 1))


_keep_all_output()
del _keep_all_output
