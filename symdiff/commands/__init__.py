"""Commands with options of their own, `symdiff simplify …`: their words are in `cli.MODULES`.

Each is a module with `run(argv)`, which is given the word and what stands behind it, writes results to stdout and notes
to stderr, and gives the exit code. Errors it raises are told by `cli.main`.
"""
