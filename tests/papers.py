"""Results with parts changed, and what LibreOffice makes of the papers written of them."""

import copy
import dataclasses
import subprocess

LAYERS = ("houses", "alleys", "barriers", "water", "fire_points")


def changed(result, *, project=None, **parts):
    """Return a result with some of its parts changed, and options of its project."""
    if project is not None:
        other = copy.copy(result.project)
        other.options = result.project.options.model_copy(update=project)
        parts["project"] = other
    return dataclasses.replace(result, **parts)


def few(result, count=3):
    """Return a result with a few rows of each layer."""
    return changed(result, **{name: getattr(result, name).iloc[:count] for name in LAYERS})


def converted(soffice, path, kind, folder):
    """Let LibreOffice convert a file into a folder, and return the new one."""
    subprocess.run(
        [
            *(soffice, f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless"),
            *("--convert-to", kind, "--outdir", str(folder), str(path)),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder / f"{path.stem}.{kind}"
