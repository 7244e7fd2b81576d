"""Sends uploads with one of the clients of Python, and prints what each of them got. It is an input of the tests."""
import http.client
import json
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

block = b" " * 65536


def blocks(length):
    for _ in range(length // len(block)):
        yield block


def with_http_client(upload, chunked):
    url = urlsplit(upload["url"])
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    try:
        if chunked:
            headers = {**upload["headers"], "Transfer-Encoding": "chunked"}
            body = blocks(upload["bytes"])
        else:
            headers, body = upload["headers"], b" " * upload["bytes"]
        target = f"{url.path}?{url.query}"
        connection.request(upload["method"], target, body, headers, encode_chunked=chunked)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def with_urllib(upload):
    request = urllib.request.Request(
        upload["url"], b" " * upload["bytes"], upload["headers"], method=upload["method"]
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def with_requests(upload):
    import requests

    answer = requests.request(
        upload["method"], upload["url"], data=b" " * upload["bytes"], headers=upload["headers"], timeout=60
    )
    return answer.status_code, answer.text


clients = {
    "http.client": lambda upload: with_http_client(upload, False),
    "http.client in chunks": lambda upload: with_http_client(upload, True),
    "urllib": with_urllib,
    "requests": with_requests,
}


def send(client, upload):
    try:
        status, body = clients[client](upload)
        return {"status": status, "body": body}
    except Exception as error:
        return {"status": 0, "body": f"{type(error).__name__}: {error}"}


given = json.load(sys.stdin)
print(json.dumps([send(given["client"], upload) for upload in given["uploads"]]))
