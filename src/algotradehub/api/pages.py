"""The built web pages: files that anybody may read, served from memory under strict rules."""

import gzip
import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

import algotradehub

INDEX = "index.html"
_PACKAGE = Path(algotradehub.__file__).parent
# In a wheel the pages lie in the package; in a clone where they were built.
FOLDERS = (_PACKAGE / "_web", _PACKAGE.parents[1] / "web" / "dist")
# Paths of the terminal's own router: they all begin with the same page.
_ROUTED = ("/", "/trade")
_FOLDERS_OPEN = ("/trade/", "/assets/")
_SINGLE = "/icon.svg"

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_PACKED = frozenset({".css", ".html", ".js", ".svg"})
# The page talks to its own server only, and nobody may frame it around a button that sends.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_FOREVER = "public, max-age=31536000, immutable"  # a changed file has another name
_ASK_AGAIN = "no-cache"
_NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>AlgoTradeHub</title>
<h1>The pages of the terminal were not built</h1>
<p>The API works without them: its description is at /api/v1/openapi.json, and the command line
does all that it does: algotradehub --help.</p>
<p>To have the pages, install Node 20 or newer with npm, call ./run, and start the server again.</p>
</html>
"""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it is sent."""

    body: bytes
    packed: bytes | None  # with gzip, where that is worth it
    media_type: str
    tag: str
    caching: str


def is_page(path: str) -> bool:
    """Whether anybody may read what is at ``path``, with or without a token."""
    return path in _ROUTED or path == _SINGLE or path.startswith(_FOLDERS_OPEN)


def load(folders: tuple[Path, ...] = FOLDERS) -> Mapping[str, Page]:
    """Read every page of the first folder that has them; nothing where none has."""
    for folder in folders:
        if (folder / INDEX).is_file():
            files = (path for path in sorted(folder.rglob("*")) if path.suffix in _MEDIA_TYPES)
            return {path.relative_to(folder).as_posix(): _page(path) for path in files}
    return {}


def are_built(folders: tuple[Path, ...] = FOLDERS) -> bool:
    """Whether there are pages to load."""
    return any((folder / INDEX).is_file() for folder in folders)


def install(app: FastAPI, pages: Mapping[str, Page]) -> None:
    """Serve ``pages``. Only names that were read at the start exist, so no path leads elsewhere."""
    index = pages.get(INDEX)

    async def routed(request: Request) -> Response:
        if index is None:
            headers = {**_HEADERS, "Cache-Control": _ASK_AGAIN}
            return Response(_NOT_BUILT, 404, headers, _MEDIA_TYPES[".html"])
        return _sent(index, request)

    async def file(request: Request) -> Response:
        page = pages.get(request.url.path.removeprefix("/"))
        if page is None:
            raise HTTPException(404)
        return _sent(page, request)

    for path in (*_ROUTED, "/trade/{rest:path}"):
        app.add_api_route(path, routed, methods=["GET", "HEAD"], include_in_schema=False)
    for path in ("/assets/{name:path}", _SINGLE):
        app.add_api_route(path, file, methods=["GET", "HEAD"], include_in_schema=False)


def _page(path: Path) -> Page:
    body = path.read_bytes()
    return Page(
        body=body,
        packed=gzip.compress(body, mtime=0) if path.suffix in _PACKED else None,
        media_type=_MEDIA_TYPES[path.suffix],
        tag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        caching=_FOREVER if path.parent.name == "assets" else _ASK_AGAIN,
    )


def _sent(page: Page, request: Request) -> Response:
    headers = {**_HEADERS, "Cache-Control": page.caching, "ETag": page.tag}
    if page.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = page.body
    if page.packed is not None:
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = page.packed
            headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=page.media_type)
