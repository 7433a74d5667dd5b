"""Gathers the messages of the code into the catalogues of `fireaccess.model.catalogue`.

    python tests/catalogues.py

writes what is new with an empty translation, and drops what the code says no more.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parents[1] / "fireaccess"
#: The languages that the code, which is in English, is translated into.
TRANSLATED = ("vi",)
#: The arguments that hold the text, and a context where there is one.
KEYWORDS = {"Message": {1: (1,), 2: (1, (2, "c"))}, "Plural": (1, 2)}
_HEAD = """# What fireaccess says, in another language. English stands in the code.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def catalogue_file(language: str) -> Path:
    """Return where the catalogue of a language is."""
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "fireaccess.po"


def gathered() -> Catalog:
    """Return every message of the code, without a translation."""
    catalogue = Catalog()
    found = extract_from_dir(PACKAGE, method_map=[("**.py", "python")], keywords=KEYWORDS)
    for file, _, message, _, context in sorted(found, key=lambda of: (of[0], of[1])):
        catalogue.add(message, locations=[(file, 0)], context=context)
    return catalogue


def translated(language: str) -> Catalog:
    """Return the catalogue of a language as it is."""
    with catalogue_file(language).open("rb") as stream:
        return read_po(stream, locale=language)


def write(catalogue: Catalog, language: str) -> None:
    """Write the catalogue of a language; same messages, same bytes."""
    new = Catalog(locale=language)
    for message in gathered():
        if message.id:
            known = catalogue.get(message.id, message.context)
            text = "" if known is None else known.string
            files = dict.fromkeys(file for file, _ in message.locations)
            places = [(file, None) for file in files]
            # Which texts hold braces is told by newer releases of Babel only.
            new.add(message.id, text, places, context=message.context).flags.clear()
    with catalogue_file(language).open("wb") as stream:
        stream.write(_HEAD.format(language=language, plurals=new.plural_forms).encode())
        write_po(stream, new, width=100, include_lineno=False, omit_header=True)


if __name__ == "__main__":
    for name in TRANSLATED:
        write(translated(name), name)
