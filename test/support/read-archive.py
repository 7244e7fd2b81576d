"""Prints what the archive on the standard input has: the sha256 and the mode of each file, by its name."""

import hashlib
import io
import json
import sys
import tarfile
import zipfile

data = io.BytesIO(sys.stdin.buffer.read())
found = {}
if sys.argv[1] == "zip":
    with zipfile.ZipFile(data) as archive:
        assert archive.testzip() is None
        for entry in archive.infolist():
            digest = hashlib.sha256(archive.read(entry)).hexdigest()
            found[entry.filename] = [digest, entry.external_attr >> 16 & 0o7777]
else:
    with tarfile.open(fileobj=data, mode="r:gz") as archive:
        for entry in archive:
            assert entry.isreg(), entry.name
            digest = hashlib.sha256(archive.extractfile(entry).read()).hexdigest()
            found[entry.name] = [digest, entry.mode]
print(json.dumps(found))
