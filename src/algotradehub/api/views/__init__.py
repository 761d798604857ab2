"""What callers see where it differs from the domain value; the rest goes through the bridge."""
