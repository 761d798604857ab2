"""Taking the API's address: what is refused, and how it is said."""

import errno
import socket
from contextlib import closing

import pytest

from algotradehub.app.listening import UNREAD_MS, listen, url_of
from algotradehub.domain.errors import InvalidRequest, NotReady
from algotradehub.settings.api import ApiSettings


def test_any_free_port_and_its_url() -> None:
    with closing(listen(ApiSettings(port=0))) as listening:
        port = listening.getsockname()[1]
        assert url_of(listening) == f"http://127.0.0.1:{port}"
        with closing(socket.create_connection(("127.0.0.1", port))):
            pass  # a client that comes early waits, it is not refused


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="an option of Linux")
def test_who_takes_nothing_does_not_hold_its_connection_for_ever() -> None:
    with closing(listen(ApiSettings(port=0))) as listening:
        listening.setblocking(True)  # noqa: FBT003 - its only argument
        with closing(socket.create_connection(listening.getsockname())):
            accepted, _ = listening.accept()
            with closing(accepted):
                option = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
                assert option == UNREAD_MS


def test_an_ipv6_url_has_brackets() -> None:
    try:
        listening = listen(ApiSettings(host="::1", port=0))
    except NotReady:
        pytest.skip("this machine has no IPv6")
    with closing(listening):
        assert url_of(listening) == f"http://[::1]:{listening.getsockname()[1]}"


def test_a_taken_port_is_one_sentence() -> None:
    with closing(listen(ApiSettings(port=0))) as first:
        port = first.getsockname()[1]
        with pytest.raises(NotReady, match=f"port {port} of 127.0.0.1 is taken by another"):
            listen(ApiSettings(port=port))
    with closing(listen(ApiSettings(port=port))):
        pass


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.EACCES, "may not be used by this user; use --port"),
        (errno.EADDRNOTAVAIL, r"cannot be used \(said so\); set api.host to one of this machine"),
    ],
)
def test_what_the_system_says_becomes_advice(
    monkeypatch: pytest.MonkeyPatch, number: int, message: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, "said so")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(NotReady, match=message):
        listen(ApiSettings(port=0))


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - that it is refused
def test_others_are_never_served_without_a_token(host: str) -> None:
    with pytest.raises(InvalidRequest, match=r"a loopback address such as 127\.0\.0\.1, because"):
        listen(ApiSettings(host=host, port=0, authentication=False))


def test_loopback_may_do_without_one() -> None:
    with closing(listen(ApiSettings(port=0, authentication=False))):
        pass


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(InvalidRequest, match=r"api\.host: an address or name of this machine"):
        listen(ApiSettings(host="256.256.256.256", port=0))
