"""The notebooks run from top to bottom, and stand in the repository without outputs."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    """Give each notebook in turn."""
    return nbformat.read(request.param, as_version=4)


@pytest.fixture(scope="module")
def matplotlib_folder(tmp_path_factory):
    """Give a folder that holds matplotlib's list of fonts: making it may take long, and says so."""
    folder = tmp_path_factory.mktemp("matplotlib")
    environment = {**os.environ, "MPLCONFIGDIR": str(folder)}
    list_fonts = [sys.executable, "-c", "import matplotlib.font_manager"]
    subprocess.run(list_fonts, env=environment, check=True)
    return folder


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    assert [path.stem for path in NOTEBOOKS] == [
        "01_a_ward_in_ten_lines",
        "02_coverage_by_group",
        "03_before_and_after",
        "04_bring_your_own_data",
        "05_what_to_do_first",
    ]


def test_notebook_is_valid_and_without_outputs(notebook):
    nbformat.validate(notebook)
    kept = [cell.id for cell in code_cells(notebook) if cell.outputs or cell.execution_count]
    assert kept == []


@pytest.mark.slow  # its kernel shows what the oldest dependencies warn of
def test_notebook_runs(notebook, matplotlib_folder, tmp_path, monkeypatch):
    # Nothing of the reader's own settings and history is read, and nothing of ours is left there.
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("MPLCONFIGDIR", str(matplotlib_folder))
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    work = tmp_path / "work"
    work.mkdir()
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(work)}},
    )
    client.execute()

    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    # What goes to stderr is a warning that a reader would wonder about.
    assert [o.text for o in outputs if o.get("name") == "stderr"] == []
    assert [o.name for o in outputs if o.output_type == "stream"] != []
    for cell in code_cells(notebook):
        shown = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        assert len(shown) == cell.source.count("plt.show()"), cell.id
    assert len(list(work.glob("*/maps/map.html"))) == 1
