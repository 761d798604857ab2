"""What a person can choose: a frozen tree, read by ``app`` only."""
