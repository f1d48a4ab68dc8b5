"""Promises: Great Expectations suites, one per table."""
