"""Benchmarks: what a refresh costs, and what the house around the work costs."""
