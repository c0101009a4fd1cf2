"""Drives the YAML language server as an editor does: documents in; marks, completions and hover texts out."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.tools.program import MissingToolError, find

SERVER = Path(__file__).parent / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
SETTINGS = {"yaml": {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}, "schemas": {}}}


class Editor:
    """One session with the server; it reads its messages until the answer wanted is among them."""

    def __init__(self) -> None:
        if not SERVER.is_file():
            msg = f"{SERVER.name} is not installed; `make dev` sets up all that the tests need"
            raise MissingToolError(msg)
        self.process = subprocess.Popen(
            [find("node"), str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.sent = 0
        self.marks: dict[str, list[dict[str, Any]]] = {}
        capabilities = {"textDocument": {"hover": {"contentFormat": ["plaintext"]}}, "workspace": {"configuration": True}}
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": SETTINGS})

    def close(self) -> None:
        """Leave the server as the protocol says."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def open(self, uri: str, text: str) -> list[dict[str, Any]]:
        """Open a document that was not open yet; return its marks: line and column from 1, and what is said there."""
        self.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}})
        while uri not in self.marks:
            self._take(self._read())
        return [
            {"line": one["range"]["start"]["line"] + 1, "column": one["range"]["start"]["character"] + 1, "text": one["message"]}
            for one in self.marks[uri]
        ]

    def completions(self, uri: str, line: int, column: int) -> dict[str, str]:
        """Ask what may be written at a place: label to hover text."""
        found = self.ask("textDocument/completion", _at(uri, line, column))
        items = found["items"] if isinstance(found, dict) else found or []
        return {item["label"]: str(item.get("documentation", "")) for item in items}

    def hover(self, uri: str, line: int, column: int) -> str:
        """Ask for the text that an editor shows at a place."""
        found = self.ask("textDocument/hover", _at(uri, line, column))
        contents = found["contents"] if found else ""
        return str(contents["value"] if isinstance(contents, dict) else contents)

    def ask(self, method: str, params: Any) -> Any:
        """Send a request and wait for its answer."""
        self.sent += 1
        self._send({"id": self.sent, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self.sent and "method" not in message:
                return message.get("result")
            self._take(message)

    def tell(self, method: str, params: Any) -> None:
        """Send a notice."""
        self._send({"method": method, "params": params})

    def _take(self, message: dict[str, Any]) -> None:
        """Keep marks; answer what the server asks for."""
        if message.get("method") == "textDocument/publishDiagnostics":
            self.marks[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif message.get("method") == "workspace/configuration":
            wanted = message["params"]["items"]
            self._send({"id": message["id"], "result": [SETTINGS.get(one.get("section", ""), {}) for one in wanted]})
        elif "id" in message and "method" in message:
            self._send({"id": message["id"], "result": None})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self.process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        pipe = self.process.stdout
        assert pipe is not None
        length = 0
        while (line := pipe.readline()) not in {b"\r\n", b""}:
            name, _, value = line.decode().partition(":")
            length = int(value) if name.lower() == "content-length" else length
        if not length:
            msg = "the language server ended"
            raise MissingToolError(msg)
        message: dict[str, Any] = json.loads(pipe.read(length))
        return message


def _at(uri: str, line: int, column: int) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": {"line": line - 1, "character": column - 1}}
