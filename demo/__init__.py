"""Skikt: the demo company and its deliveries (see ``demo.company``)."""
