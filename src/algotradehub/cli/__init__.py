"""The command line: thin, and light to import, so that ``--help`` answers at once."""
