"""`python -m shiftscope`."""

from shiftscope.cli import main

if __name__ == "__main__":  # a process that it starts reads this file again
    main()
