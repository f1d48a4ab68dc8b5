"""The orchestration shell: reads and writes tables, decides nothing."""
