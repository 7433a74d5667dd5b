"""A branca figure that needs nothing but itself.

folium fetches Leaflet from the web when the page is opened. `OfflineFigure` writes the text of
every asset into the page instead, from installed packages, and refuses an asset that it does not
know when the page is written, not when it is opened in a place without a network.

branca compiles text that was rendered already as a template once more. So the sections of this
figure take such text as it is, and nothing of the page's own frame goes through a template.
"""

from __future__ import annotations

import base64
import hashlib
import html
import importlib.resources
import mimetypes
import re
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Final

from branca.element import CssLink, Element, Figure, JavascriptLink
from jinja2 import Template

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import OutputError

# The address that an element asks for, and the package and path that have it.
ASSETS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "xstatic:leaflet/leaflet.js": ("xstatic.pkg.leaflet", "data/leaflet.js"),
        "xstatic:leaflet/leaflet.css": ("xstatic.pkg.leaflet", "data/leaflet.css"),
    }
)
#: The page's own script: these, one after another, each sees what those before it declare.
SCRIPTS: Final = (
    "payload",
    "words",
    "styles",
    "symbols",
    "grid",
    "labels",
    "ways",
    "dots",
    "drawing",
    "basemap",
    "routes",
    "figures",
    "state",
    "search",
    "card",
    "panel",
    "measure",
    "print",
    "app",
    "start",
    "compose",
)
#: And after them, on a page with a plan:
PLAN_SCRIPTS: Final = ("plan",)
STYLES: Final = ("page", "panel", "card", "print")
#: The addresses that stand for all of them.
OWN_SCRIPT: Final = "fireaccess:scripts"
PLANNED_SCRIPT: Final = "fireaccess:scripts with a plan"
OWN_STYLE: Final = "fireaccess:styles"

_CSS_URL = re.compile(r"""url\(\s*(["']?)(?P<address>[^)"']*)\1\s*\)""")
# Comments that stand on lines of their own: a third of the scripts.
_COMMENT = re.compile(r"^[ ]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


class RawText(Element):
    """Text that goes into the page as it is."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "RawText"
        self.text = text


class _Section(Element):
    """The header, the body or the script of the page: rendered text is not rendered again."""

    def add_child(
        self, child: Element, name: str | None = None, index: int | None = None
    ) -> Element:
        if type(child) is Element and child._template_str is not None:
            name = name or child.get_name()
            child = RawText(child._template_str)
        return super().add_child(child, name=name, index=index)


class OfflineFigure(Figure):
    """A page that makes no request but for itself.

    Scripts run only if their SHA-256 stands in the page's content security policy: the assets and
    the one script of the page.

    Parameters
    ----------
    title
        The page's title, any text.
    language
        Language tag of the page, as in ``vi``.
    tiles
        Address of an online base map, the only thing that the page may ask a server for; None
        for none.
    """

    def __init__(self, *, title: str, language: str, tiles: str | None = None) -> None:
        super().__init__(title=title)
        self._id = "page"
        self.language = language
        self.tiles = tiles
        self.header, self.html, self.script = _Section(), _Section(), _Section()
        #: What the script doesn't wait for.
        self.last = _Section()
        for section in (self.header, self.html, self.script, self.last):
            section._parent = self

    def render(self, **kwargs: Any) -> str:
        """Return the whole page.

        Raises
        ------
        OutputError
            If an element asks for an asset that is not known or not installed.
        """
        for child in list(self._children.values()):
            child.render(**kwargs)
        styles: list[str] = []
        scripts: list[str] = []
        for section in (self.header, self.html, self.script):
            for name, child in list(section._children.items()):
                if isinstance(child, JavascriptLink):
                    scripts.append(_script(asset(child.url)))
                elif isinstance(child, CssLink):
                    styles.append(_style(asset(child.url)))
                else:
                    continue
                del section._children[name]
        last = _script(self.script.render(**kwargs))
        policy = "; ".join(
            [
                "default-src 'none'",
                "script-src " + " ".join(_hash(text) for text in [*scripts, last]),
                "style-src " + (" ".join(_hash(text) for text in styles) or "'none'"),
                "img-src data:" + ("" if self.tiles is None else f" {_server(self.tiles)}"),
                "connect-src 'none'",
                "base-uri 'none'",
                "form-action 'none'",
            ]
        )
        lines = [
            "<!DOCTYPE html>",
            f'<html lang="{html.escape(self.language)}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(self.title or '')}</title>",
            # Without an icon of its own, a page that is served asks for /favicon.ico.
            '<link rel="icon" href="data:,">',
            *(f"<style>{text}</style>" for text in styles),
            self.header.render(**kwargs),
            *(f"<script>{text}</script>" for text in scripts),
            "</head>",
            "<body>",
            self.html.render(**kwargs),
            f"<script>{last}</script>",
            self.last.render(**kwargs),
            "</body>",
            "</html>",
        ]
        return "\n".join(lines) + "\n"


def asset(address: str) -> str:
    """Return the text of an asset, with all that it refers to written into it.

    Raises
    ------
    OutputError
        If the asset, or one that it refers to, is not known or not installed.
    """
    if address in (OWN_SCRIPT, PLANNED_SCRIPT):
        names = SCRIPTS if address == OWN_SCRIPT else (*SCRIPTS, *PLAN_SCRIPTS)
        own = (_COMMENT.sub("", _own_file(f"scripts/{name}.js")) for name in names)
        begin, end = "const fireaccess = (() => {", "return { showLayers, showWard };\n})();"
        return "\n".join([begin, '"use strict";', *own, end])
    if address == OWN_STYLE:
        return "\n".join(_own_file(f"styles/{name}.css") for name in STYLES)
    if address not in ASSETS:
        raise OutputError(
            Message("the map asks for {address}, which can't be put into one offline file"),
            remedy=Message(
                "leave out the element that needs it, or add it to "
                "fireaccess.outputs.map.figure.ASSETS"
            ),
            address=address,
        )
    package, path = ASSETS[address]
    file = _installed(package, path)
    # A page has LF alone, and a script's hash is that of its text in the page.
    text = file.read_text(encoding="utf-8").replace("\r\n", "\n")
    if path.endswith(".css"):
        folder = path.rpartition("/")[0]
        return _CSS_URL.sub(lambda match: _data_url(match, package, folder), text)
    return _licence(address) + _SOURCE_MAP.sub("", text)


def _own_file(path: str) -> str:
    """Return one of the page's own files. A page has LF alone, as a script's hash does."""
    file = _installed("fireaccess.outputs.map", path)
    return file.read_text(encoding="utf-8").replace("\r\n", "\n")


def _licence(address: str) -> str:
    """Return the licence of a library as a comment: the page passes the library on."""
    if address != "xstatic:leaflet/leaflet.js":
        return ""
    return f"/*! Leaflet\n\n{_own_file('licences/leaflet.txt')}*/\n"


def _installed(package: str, path: str) -> Traversable:
    try:
        file = importlib.resources.files(package).joinpath(*path.split("/"))
    except ModuleNotFoundError:
        file = None
    if file is None or not file.is_file():
        raise OutputError(
            Message("{path} of the package {package} is not installed"),
            remedy=Message(
                "install fireaccess with all its requirements: pip install XStatic-Leaflet"
            ),
            path=path,
            package=package,
        )
    return file


def _data_url(match: re.Match[str], package: str, folder: str) -> str:
    address = match["address"]
    if address.startswith(("data:", "#")):
        return match[0]
    if "://" in address or address.startswith(("/", ".")):
        raise OutputError(
            Message("a style sheet of {package} refers to {address}, which is not in the package"),
            remedy=Message("leave out the element that needs it"),
            package=package,
            address=address,
        )
    file = _installed(package, f"{folder}/{address}" if folder else address)
    kind = mimetypes.types_map.get("." + address.rpartition(".")[2], "application/octet-stream")
    return f"url(data:{kind};base64,{base64.b64encode(file.read_bytes()).decode('ascii')})"


def _server(address: str) -> str:
    """Return the server of an address, as a content security policy names it.

    >>> _server("https://{s}.example.org/{z}/{x}/{y}.png")
    'https://*.example.org'
    """
    host = address.removeprefix("https://").partition("/")[0]
    return "https://" + re.sub(r"^\{s\}", "*", host)


def _script(text: str) -> str:
    return re.sub(r"</(?=script)", r"<\\/", text, flags=re.IGNORECASE).replace("<!--", "<\\!--")


def _style(text: str) -> str:
    return re.sub(r"</(?=style)", r"<\\/", text, flags=re.IGNORECASE)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
