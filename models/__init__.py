"""Statistical models: pure Python. SQL models live in ``dbt/models``."""
