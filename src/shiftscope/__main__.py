"""`python -m shiftscope`."""

from shiftscope.cli import main

main()
