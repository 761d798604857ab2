"""The HTTP gateway: requests in, one call to the desk, answers out."""
