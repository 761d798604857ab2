"""How bytes travel and how time and names reach the platform, knowing no venue."""
