"""Segmentation: who belongs together, why, since when, and what to do about it.

Read in this order: ``features`` (what is known of a customer), ``rfm`` and ``lifecycle`` (fixed
schemes), ``behaviour_space`` -> ``clustering`` -> ``stable_labels`` -> ``scoring`` (clusters),
``rule_files`` -> ``predicates`` (audiences that people write), ``history`` (membership over time),
``profiles`` and ``evaluation`` (what a segment looks like, and whether it is one).

The features themselves are computed in SQL (``dbt/models/customers``); files are read, and tables
written, by the shell (``dagster_project/defs/segments``).
"""
