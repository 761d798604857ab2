"""What the platform needs from outside: small Protocols, each named for a role."""
