"""Keeps other web sites out: a page elsewhere may neither ask this server anything nor show it in a frame.

A browser names the page behind a request in `Origin` and `Sec-Fetch-Site`; what comes from elsewhere is refused.
Which names this server answers to (DNS rebinding) is Starlette's TrustedHostMiddleware's part.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost", "[::1]", "::1")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
REFUSAL = "This request came from another web site, so Etude did not answer it."
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio compiles its components' templates
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",  # no other page can embed /audio
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def foreign(scope: Scope) -> bool:
    """Whether the page behind a request or a WebSocket is not ours.

    Programs other than browsers send neither header and are let through: they are the person's own.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is not None:
        return origin.lower() not in {f"{scheme}://{headers.get('host', '')}".lower() for scheme in ("http", "https")}
    unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
    return unsafe and headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


class Guard:
    """ASGI middleware: refuses what is foreign, adds the security headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if scope["type"] == "lifespan" or not foreign(scope):
            await self.app(scope, receive, send_with_headers)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": REFUSAL})
        else:
            await PlainTextResponse(REFUSAL, status_code=403)(scope, receive, send_with_headers)
