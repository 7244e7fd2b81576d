# Runs in each Python kernel before its first cell: imports what the kernel profile names, so that cells need not wait for
# it. A module that cannot be imported must not end the kernel.


def _import_modules():
    import importlib
    import os
    import sys

    for module in filter(None, os.environ.get("WORKER_WARM_IMPORTS", "").split(",")):
        try:
            importlib.import_module(module)
        except BaseException as error:
            line = f"The module {module} was not imported: {type(error).__name__}"
            print(line, file=sys.__stderr__, flush=True)


_import_modules()
del _import_modules
