"""The web console at `/`: its page is always asked for anew, its hashed assets are kept for good."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Tianyuan</title>
<p>The console is not built. The API is described at <a href="/docs">/docs</a>.</p></html>"""


class HashedFiles(StaticFiles):
    """Files whose names change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept by the browser for good."""
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def mount_console(app: FastAPI, folder: Path) -> None:
    """Serve the built console. Only `/` gives the page: an unknown address is a 404, not a page that hides it."""
    page = folder / "index.html"

    @app.get("/", include_in_schema=False)
    async def console() -> Response:
        """The console's page."""
        if not page.is_file():
            return HTMLResponse(_NOT_BUILT)
        return FileResponse(page, headers={"cache-control": "no-cache"})

    if (folder / "assets").is_dir():
        app.mount("/assets", HashedFiles(directory=folder / "assets"), name="assets")
    for file in sorted(folder.glob("*")):
        if file.is_file() and file.name != "index.html":
            _serve_file(app, file)


def _serve_file(app: FastAPI, file: Path) -> None:
    async def serve(_: Request) -> Response:
        return FileResponse(file, headers={"cache-control": "public, max-age=3600"})

    app.add_route(f"/{file.name}", serve, methods=["GET"])
