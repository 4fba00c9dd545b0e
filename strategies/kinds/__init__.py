"""Strategies that a study can name: each sets the sleeves' exposures at every decision."""
