"""Segmentation: who belongs together, why, since when, and what to do about it.

Read in this order: ``features`` and ``company_features`` (what is known of a customer), ``schemes`` (all
exclusive schemes in one place), ``rfm``, ``lifecycle`` and ``firmographic`` (fixed), ``behaviour_space`` ->
``clustering`` -> ``stable_labels`` -> ``scoring`` (clusters), ``value_fitting`` -> ``value_bands`` -> ``value``
(what they will spend), ``needs`` (what they say), ``rule_files`` -> ``predicates`` (audiences that people
write), ``history`` and ``replay`` (membership over time), ``profiles``, ``evaluation``, ``quality`` and
``priority`` (what a segment looks like, whether it is one, and what to do about it).

The features themselves are computed in SQL (``dbt/models/customers``); files are read, and tables
written, by the shell (``dagster_project/defs/segments``).
"""
