"""A certificate that nobody here knows is said with the way out; where its authority is named, it is trusted."""

import http.server
import shutil
import ssl
import subprocess
import threading

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.sourcing.addresses import Address
from claimcheck.sourcing.http import get_text, open_session


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"fetched")

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out own.pem -days 2 -subj /CN=localhost"
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=DNS:localhost"], cwd=folder, check=True, capture_output=True
    )
    return folder


@pytest.fixture(scope="module")
def address(authority):
    server = http.server.ThreadingHTTPServer(("localhost", 0), Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "own.pem", authority / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Address(f"https://localhost:{server.server_port}/x", None)
    server.shutdown()


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_an_unknown_authority_is_said_with_the_variables_to_set(address):
    with (
        open_session(pause=0) as session,
        pytest.raises(StudyError, match="certificate of localhost is not trusted") as caught,
    ):
        get_text(address, parameters={}, session=session)
    assert "REQUESTS_CA_BUNDLE" in caught.value.remedy
    assert "SSL_CERT_FILE" in caught.value.remedy


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_an_authority_that_is_named_is_trusted(address, authority, monkeypatch, variable):
    monkeypatch.setenv(variable, str(authority / "own.pem"))
    with open_session(pause=0) as session:
        assert get_text(address, parameters={}, session=session) == "fetched"
