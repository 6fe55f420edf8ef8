"""Keys of interfaces: sent to the host that a declaration names, and seen nowhere else."""

from __future__ import annotations

import pytest

from ecograph.errors import FetchFailed
from ecograph.fetching import Client, Guard, Keys, Limits, named, published, shown
from tests.remote import Page, Remote, Request, serving

KEY = "s3cr3t/k+y&="
ESCAPED = "s3cr3t%2Fk%2By%26%3D"


@pytest.fixture
def client() -> Client:
    keys = Keys({"insee": KEY, "long": f"{KEY}-and-more"})
    return Client(Guard(["127.0.0.0/8"]), agent="EcoGraph", limits=Limits(pause=0), keys=keys)


@pytest.mark.parametrize("place", ["${insee}", "${INSEE}", "%24%7Binsee%7D", "$%7Binsee%7D"])
def test_a_key_takes_its_place_on_the_way_out_alone(remote: Remote, client: Client, place: str) -> None:
    remote.put("/a", "x", etag="1")
    response = client.get(f"{remote.url}/a?k={place}", headers={"X-Key": "Bearer ${long}"})
    [request] = remote.asked
    assert request.path == f"/a?k={ESCAPED}"
    assert request.headers["x-key"] == f"Bearer {KEY}-and-more"
    assert "s3cr3t" not in repr(response)
    assert published(response.url).lower() == f"{remote.url}/a?k=$%7binsee%7d"


def test_what_a_server_repeats_holds_no_key(remote: Remote, client: Client) -> None:
    def echo(request: Request) -> Page:
        if request.path.startswith("/old"):
            return Page(status=301, headers={"Location": request.path.replace("/old", "/new")})
        return Page(f"<a href='{request.path}'>{KEY} {KEY.replace('&', '&amp;')}</a>".encode())

    remote.pages |= {"/old": echo, "/new": echo}
    response = client.get(f"{remote.url}/old?k=${{insee}}")
    assert [request.path for request in remote.asked] == [f"/old?k={ESCAPED}", f"/new?k={ESCAPED}"]
    assert response.content == b"<a href='/new?k=${insee}'>${insee} ${insee}</a>"
    assert response.moved is not None
    assert "s3cr3t" not in repr(response)


def test_another_host_is_given_no_key(remote: Remote, client: Client) -> None:
    with serving() as other:
        other.put("/b", "x")
        remote.put("/a", status=302, location=f"{other.url}/b?k={ESCAPED}")
        client.get(f"{remote.url}/a?k=${{insee}}", headers={"X-Key": "${insee}", "Accept": "text/csv"})
        client.get(f"{other.url}/b?k=${{insee}}", headers={"X-Key": "${insee}"}, to=[f"{remote.url}/a"])
        assert "s3cr3t" not in repr(other.asked)
        assert other.asked[0].headers["accept"] == "text/csv"


def test_no_message_holds_a_key(remote: Remote, client: Client) -> None:
    failing = {
        f"{remote.url}/gone?k=${{insee}}": "answered 404",
        f"{remote.url}/moved?k=${{insee}}": "it is not a public address",
        "http://127.0.0.1:1024/?k=${insee}": "refused",
        f"{remote.url}/a/${{ign}}": r"no key \$\{ign\} is known: set ECOGRAPH_FETCH_KEYS__IGN",
    }
    remote.put("/moved", status=302, location=f"http://10.0.0.1/?k={ESCAPED}")
    for url, reason in failing.items():
        with pytest.raises(FetchFailed, match=reason) as caught:
            client.get(url)
        assert "s3cr3t" not in str(caught.value)
        assert "${i" in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["key", "apikey", "api_key", "Token", "access_token", "secret", "password", "sig", "X-Amz-Signature"],
)
def test_a_parameter_that_is_called_secret_is_told_without_its_value(name: str) -> None:
    url = f"https://u:p@h.example/a?page=2&{name}=ABC&q=x#y"
    told = f"https://h.example/a?page=2&{name}=***&q=x#y"
    assert (named(url), shown(url)) == (told, told)
    assert published(f"https://h.example/a?{name}=ABC") == f"https://h.example/a?{name}=***"
    assert named(f"https://h.example/a?{name}=${{insee}}") == f"https://h.example/a?{name}=${{insee}}"


def test_other_parameters_are_told() -> None:
    url = "https://h.example/secret=a?keyword=x&signed=1&$filter=y&page=${insee}"
    assert named(url) == url
