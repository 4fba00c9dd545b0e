"""Ways to backtest the same target weights: ours, vectorbt's, other libraries', and a kernel written by hand.

A way is a function that takes a `Job`, makes ready what its users have ready, and returns a function without arguments
that does the work and gives daily values, shape (sessions, studies it was asked for), or final values alone.
"""
