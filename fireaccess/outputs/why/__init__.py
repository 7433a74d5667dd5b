"""Why an answer is what it is: the whole chain behind it, back to file, row and clause."""

from __future__ import annotations

from fireaccess.outputs.why.chain import Chain, Clause, Link, as_dict, lines
from fireaccess.outputs.why.explain import explain
from fireaccess.outputs.why.houses import house_rows

__all__ = ["Chain", "Clause", "Link", "as_dict", "explain", "house_rows", "lines"]
