"""`python -m abasto`: the same command, for programs that start it with their own interpreter."""

from abasto.cli import main

main()
