"""HTTP requests to anything that is not AWS.

The host must stand in the rule or in the stage's parameters: the compiler checks `own`. The
tools check the address that is connected to.
"""

from __future__ import annotations

from typing import Any, Literal

from chalicelib.actions.base import Own, Tools, action
from chalicelib.errors import StepError

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_OWN: dict[str, Own] = {"url": "origin", "networks": "value"}


@action("http.get", effect="read", own=_OWN, touches=())
def get(
    tools: Tools,
    *,
    url: str,
    headers: dict[str, str] | None = None,
    timeout: float = 10.0,
    networks: list[str] | None = None,
) -> dict[str, Any]:
    """Get a URL.

    Only public addresses are reached, and over https only, but for the `networks` that the
    rule names. Redirects are not followed. A status of 300 and above fails the step, with the
    code `HTTP404` and so on; a fact's `or:` takes a 404 for not found.

    With:
        url: The URL. An event's value may stand in its path and query, as
            `${urlencode(value)}`, but not before.
        headers: The request's headers, as one for authorization: `Bearer ${secret('sm:…')}`.
        timeout: Seconds to wait for the answer.
        networks: CIDR blocks beside the public Internet, for what is in your VPC.

    Returns:
        `status`; `headers`, with names in lower case, but no cookies; `body`, parsed where it
        is JSON, else text, of at most 1 MiB.

    Example:
        facts:
          firing:
            do: http.get
            with:
              url: https://alerts.internal.example/api/v2/alerts?filter=host%3D${urlencode(host)}
              networks: [10.0.0.0/8]
            pick: body[].labels.alertname
    """
    return _ask(tools, "GET", url, headers=headers, timeout=timeout, networks=networks)


@action("http.post", effect="once", own=_OWN, touches=())
def post(
    tools: Tools,
    *,
    url: str,
    json: Any = None,
    body: str | None = None,
    headers: dict[str, str] | None = None,
    timeout: float = 10.0,
    networks: list[str] | None = None,
) -> dict[str, Any]:
    """Post JSON, or a text, to a URL.

    As `http.get` in all else. After a crash it is not repeated, as nobody knows whether the
    other side would take it twice.

    With:
        url: The URL.
        json: What to send as JSON.
        body: What to send as it is, in place of `json`; say what it is in `headers`.
        headers: The request's headers.
        timeout: Seconds to wait for the answer.
        networks: CIDR blocks beside the public Internet, for what is in your VPC.

    Returns:
        As `http.get`.

    Example:
        then:
          - do: http.post
            with:
              url: https://status.example.com/api/incidents
              headers: {authorization: "Bearer ${secret('sm:status-page')}"}
              json: {name: "${alarm.name}", status: investigating}
    """
    return _ask(
        tools,
        "POST",
        url,
        json=json,
        body=body,
        headers=headers,
        timeout=timeout,
        networks=networks,
    )


@action("http.request", effect="once", own=_OWN | {"method": "value"}, touches=())
def request(
    tools: Tools,
    *,
    method: Method,
    url: str,
    json: Any = None,
    body: str | None = None,
    headers: dict[str, str] | None = None,
    timeout: float = 10.0,
    networks: list[str] | None = None,
) -> dict[str, Any]:
    """Make a request of any method.

    As `http.post` in all else.

    With:
        method: The method.
        url: The URL.
        json: What to send as JSON.
        body: What to send as it is, in place of `json`; say what it is in `headers`.
        headers: The request's headers.
        timeout: Seconds to wait for the answer.
        networks: CIDR blocks beside the public Internet, for what is in your VPC.

    Returns:
        As `http.get`.

    Example:
        then:
          - do: http.request
            with:
              method: DELETE
              url: https://dns.example.com/records/${urlencode(resource.id)}
    """
    return _ask(
        tools,
        method,
        url,
        json=json,
        body=body,
        headers=headers,
        timeout=timeout,
        networks=networks,
    )


def _ask(
    tools: Tools,
    method: str,
    url: str,
    *,
    json: Any = None,
    body: str | None = None,
    headers: dict[str, str] | None,
    timeout: float,
    networks: list[str] | None,
) -> dict[str, Any]:
    if json is not None and body is not None:
        raise StepError("InvalidParameters", "found both `json` and `body`; expected one of them")
    answer = tools.request(
        method,
        url,
        headers=headers,
        json=json,
        body=None if body is None else body.encode(errors="replace"),
        timeout=timeout,
        networks=networks or (),
    )
    names = {name.lower(): value for name, value in answer.headers.items()}
    # a cookie is a credential, and a result is written down
    names.pop("set-cookie", None)
    return {"status": answer.status, "headers": names, "body": answer.body}
