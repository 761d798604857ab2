"""The desk: orders, risk, positions and what keeps them true."""
