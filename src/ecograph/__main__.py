"""`python -m ecograph`: the same commands as the `ecograph` script."""

from ecograph.cli import main

if __name__ == "__main__":
    main()
