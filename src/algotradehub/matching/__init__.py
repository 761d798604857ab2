"""A venue in miniature, pure: paper trading, backtests and simulators match orders here."""
