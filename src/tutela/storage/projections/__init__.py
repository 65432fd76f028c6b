"""Tables that follow from the events, updated in the transaction that records them."""
