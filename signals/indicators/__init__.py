"""Indicators: one mechanism of the thesis a module. Each is a function that `signals.registry.indicator` registers."""
