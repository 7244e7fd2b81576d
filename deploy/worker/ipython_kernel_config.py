# Read by every kernel that is built on ipykernel, whatever its language. In the image it is outside of the home folder, which is
# empty at start and belongs to the user; local workers have a copy in their IPYTHONDIR.
import json
import os

import zmq
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.jsonutil import json_clean, json_default

c = get_config()  # noqa: F821
c.InteractiveShellApp.exec_files = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "import_modules.py")]


def _escape_surrogates(pack):
    """UTF-8 cannot encode a lone surrogate; without this, a message with one is lost."""

    def pack_all(message):
        try:
            return pack(message)
        except UnicodeEncodeError:
            return json.dumps(json_clean(message), default=json_default, allow_nan=False).encode("ascii")

    return pack_all


def _init_iopub(app, context, init=IPKernelApp.init_iopub):
    # A full queue makes the kernel wait instead of dropping output silently.
    context.setsockopt(zmq.XPUB_NODROP, 1)
    app.session.pack = _escape_surrogates(app.session.pack)
    init(app, context)


IPKernelApp.init_iopub = _init_iopub
