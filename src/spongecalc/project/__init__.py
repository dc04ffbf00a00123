"""A project: its file spongecalc.toml, validated."""
