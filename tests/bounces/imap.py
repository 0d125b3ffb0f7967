"""A mail server on loopback that speaks as much IMAP as a reader of one folder needs (RFC 3501)."""

import re
import socketserver
import threading
from contextlib import contextmanager


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, messages):
        super().__init__(("127.0.0.1", 0), Talk)
        self.messages, self.seen = dict(enumerate(messages, 1)), set()


class Talk(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("* OK ready")
        for raw in self.rfile:
            tag, words = raw.decode().strip().split(" ", 1)
            self.say(f"{tag} {self.answer(words)}")
            if words == "LOGOUT":
                return

    def answer(self, words):
        server = self.server
        if words.startswith("LOGIN"):
            return "OK done" if words == 'LOGIN retours "a b:c"' else "NO wrong password"
        if words.startswith("SELECT"):
            return "OK done" if words == 'SELECT "INBOX/Retours d\'ici"' else "NO no such folder"
        if words.startswith("UID SEARCH UNSEEN"):
            self.say("* SEARCH " + " ".join(str(uid) for uid in server.messages if uid not in server.seen))
        elif found := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]\)", words):
            content = server.messages[int(found[1])]
            self.say(f"* {found[1]} FETCH (UID {found[1]} BODY[] {{{len(content)}}}")
            self.wfile.write(content + b")\r\n")
        elif found := re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", words):
            server.seen.add(int(found[1]))
        elif words == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        return "OK done"


@contextmanager
def serving(*messages):
    server = Server(messages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
