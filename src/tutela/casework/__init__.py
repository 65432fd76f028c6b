"""Cases: their opening, review, decisions, actions and complaints, and the evidence behind them."""
