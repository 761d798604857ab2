"""The stream: what changes, told to clients over one WebSocket each."""
