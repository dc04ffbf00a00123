"""The rules that layers are checked by: each with its id, severity, meaning for the model, and repair."""
