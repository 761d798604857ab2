"""The language of the platform: exact, immutable values and the pure rules that move them."""
