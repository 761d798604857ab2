"""Built-in strategies: pure, the same object in backtest, paper and live."""
