"""Skikt: the demo company and its deliveries (see ``demo.company``).

One call makes everything: ``demo.deliveries.write_deliveries``. The rooms of the pipeline never
read this package; it only fills a landing folder, and a truth folder that is kept apart from it.
"""
