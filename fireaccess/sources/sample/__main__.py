"""Write both samples into a folder: ``python -m fireaccess.sources.sample data``."""

import sys
from pathlib import Path

from fireaccess.sources.sample import write_samples

if __name__ == "__main__":
    write_samples(Path(sys.argv[1] if len(sys.argv) > 1 else "data"))
