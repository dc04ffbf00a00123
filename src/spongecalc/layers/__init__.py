"""The data contract's layers: their schema, reading them from files, checking them."""
