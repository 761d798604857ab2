"""Lets ``python -m algotradehub`` be the command line."""

from algotradehub.cli.main import main

if __name__ == "__main__":
    main()
