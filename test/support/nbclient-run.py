"""Runs a notebook with nbclient. Usage: nbclient-run.py IN OUT"""
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

notebook = nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT)
client = NotebookClient(notebook, timeout=60, kernel_name='python3')
try:
    client.execute()
except CellExecutionError:
    pass
nbformat.write(notebook, sys.argv[2], version=nbformat.NO_CONVERT)
