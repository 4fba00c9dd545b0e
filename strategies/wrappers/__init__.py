"""Wrappers: what scales a strategy's exposures, in the order in which the study names them."""
