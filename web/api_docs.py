"""`/docs`: the API described, by a swagger-ui of our own, without inline scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response
from starlette.responses import FileResponse, HTMLResponse

from web.json_response import problem

FOLDER: Final = Path(__file__).parent / "swagger"
FILES: Final = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "start.js": "text/javascript",
}

PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Deskwatch: the API</title>
  <link rel="icon" href="_favicon.ico">
  <link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="docs/swagger-ui-bundle.js"></script>
  <script src="docs/start.js"></script>
</body>
</html>
"""


def docs_routes() -> APIRouter:
    """The page and its three files."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def docs() -> Response:
        return HTMLResponse(PAGE)

    @router.get("/docs/{name}")
    async def file(name: str) -> Response:
        if name not in FILES:
            return problem(404, "there is nothing here")
        return FileResponse(FOLDER / name, media_type=FILES[name])

    return router
