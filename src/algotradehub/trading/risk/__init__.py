"""Limits: what an order may add is known from running sums, without looking at other orders."""
