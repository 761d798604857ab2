"""What the platform tells of itself: it listens on the bus and is asked; nothing waits for it."""
