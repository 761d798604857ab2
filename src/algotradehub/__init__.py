"""Self-hosted trading across exchanges, on-chain venues and brokers from one place."""

__version__ = "0.1.0"
