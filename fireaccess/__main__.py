"""``python -m fireaccess``: the command line."""

from fireaccess.cli import main

if __name__ == "__main__":
    main()
