"""A plain keep-alive HTTP client for looking around and for checking answers; never for measuring."""

import http.client
import json
import ssl


class Client:
    def __init__(self, port, tls=False):
        if tls:
            # A server of our own on the loopback address, with a certificate made a second ago.
            context = ssl._create_unverified_context()
            self.connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
        else:
            self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self, path, headers=None):
        """(status, headers, body)"""
        try:
            self.connection.request("GET", path, headers=headers or {})
            reply = self.connection.getresponse()
            return reply.status, reply.headers, reply.read()
        except http.client.HTTPException as e:
            self.connection.close()
            raise OSError(str(e)) from e

    def get_json(self, path):
        status, _, body = self.get(path)
        if status != 200:
            raise RuntimeError(f"GET {path} answered {status}: {body[:300].decode(errors='replace')}")
        return json.loads(body)

    def post(self, path, body):
        self.connection.request("POST", path, body, {"Content-Type": "application/fhir+json"})
        reply = self.connection.getresponse()
        return reply.status, reply.headers, reply.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
