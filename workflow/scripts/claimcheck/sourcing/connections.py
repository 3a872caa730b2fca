"""Connections that come to an end, and that lead no further than to the machines they were asked to."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from claimcheck.core.errors import StudyError

LONGEST_HEAD = 120.0
"""Seconds within which a connection stands, and after a request all headers are here, however steadily they drip."""
THIS_MACHINE, PRIVATE, LINK_LOCAL = "this machine", "a private network", "the link of this machine"


def kind_of_address(host: str) -> str:
    """Say what an address that is no public one belongs to; "" of public ones and of names, which only a connection resolves.

    Args:
        host: an IP address in any spelling that a system takes (`127.1`, `0x7f.1`, `2130706433`, `::ffff:127.0.0.1`), or a name.
    """
    name = host.strip("[]").rstrip(".").partition("%")[0].lower()
    if name == "localhost" or name.endswith(".localhost"):
        return THIS_MACHINE
    try:
        address = ip_address(name)
    except ValueError:
        try:
            address = ip_address(socket.inet_aton(name))
        except (OSError, ValueError, UnicodeError):
            return ""
    address = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    if address.is_loopback or address.is_unspecified:
        return THIS_MACHINE
    if address.is_link_local:
        return LINK_LOCAL
    return "" if address.is_global and not address.is_multicast else PRIVATE


class Reach:
    """Where a session may connect to: the hosts that it asks, and others only where these are of the same kind of network."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.kinds: set[str] = {""}

    def require(self, host: str, peer: str) -> None:
        """Judge a connection by the address that its name was resolved to.

        Raises:
            StudyError: a redirect leads from a public network into this machine, its link or a private network.
        """
        kind = kind_of_address(peer)
        if host.lower() in self.asked:
            self.kinds.add(kind)
        elif kind not in self.kinds or kind == LINK_LOCAL:
            raise led_astray(f"{host} ({peer})", kind, "a redirect")


def led_astray(target: str, kind: str, where: str) -> StudyError:
    """Say that a server leads into a network that is none of its business."""
    return StudyError(
        f"the server leads to {target}, which is {kind}",
        where=where,
        expected="the archive's own reply, or one of another public address",
        remedy="use another address for this source, or that address itself if it is a mirror of yours",
    )


class ReachingAdapter(HTTPAdapter):
    """An adapter of a session whose connections are watched.

    Args:
        reach: where they may lead.
    """

    def __init__(self, reach: Reach, **options: Any) -> None:
        self._pools = _pools(reach)
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools of watched connections."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        """Make the pools of watched connections through a proxy."""
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(reach: Reach) -> dict[str, Any]:
    """Make classes of pools whose connections know a reach."""

    class Watched:
        """What both kinds of connections do besides connecting."""

        def connect(self) -> None:
            with _limited(self):
                super().connect()  # type: ignore[misc]
            if not self.proxy:  # type: ignore[attr-defined]
                reach.require(self.host, str(self.sock.getpeername()[0]))  # type: ignore[attr-defined]

        def getresponse(self, *args: Any, **options: Any) -> urllib3.HTTPResponse:
            with _limited(self):
                reply: Any = super().getresponse(*args, **options)  # type: ignore[misc]
            # before another attempt the rest of a body would be read, which need not end
            reply.drain_conn = reply.close
            return reply

    class Plain(Watched, HTTPConnection):  # type: ignore[misc]
        """Without encryption."""

    class Encrypted(Watched, HTTPSConnection):  # type: ignore[misc]
        """With encryption."""

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}


@contextmanager
def _limited(connection: Any) -> Iterator[None]:
    """Close a connection that takes longer than LONGEST_HEAD: the timeout of a session is one of single bytes."""
    gone = threading.Event()

    def give_up() -> None:
        gone.set()
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError):
            return

    timer = threading.Timer(LONGEST_HEAD, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if gone.is_set():
            raise TimeoutError(f"no whole reply within {LONGEST_HEAD:.0f} s") from error
        raise
    finally:
        timer.cancel()
