"""Classifiers: from the waterline to a regime. Each is a function that `signals.regimes.registry` registers."""
