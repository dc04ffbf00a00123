"""Mistakes on the command line, in words of the user's language instead of typer's."""

from __future__ import annotations

from typing import Any

import typer

from spongecalc.language import text

# typer gives BadParameter to its users but not the class of all such errors, which is what that one is made of.
USAGE_ERROR: Any = typer.BadParameter.__bases__[0]


def usage_sentence(error: Any, language: str) -> str:
    """Return what is wrong with a line.

    An error is known by its kind, not by its message, which is English and changes between versions of typer.
    """

    def say(key: str, **params: object) -> str:
        return text(f"cli.usage.{key}", language, **params)

    match type(error).__name__:
        case "NoSuchOption":
            possible = ", ".join(sorted(error.possibilities or ()))
            return say(
                "no_option_possibly" if possible else "no_option", name=error.option_name, possible=possible
            )
        case "MissingParameter":
            is_argument = error.param.param_type_name == "argument"
            name = shown_name(error.param)
            return say("missing_argument" if is_argument else "missing_option", name=name)
        case "BadOptionUsage":
            flags = {flag for p in error.ctx.command.params if getattr(p, "is_flag", False) for flag in p.opts}
            return say("takes_no_value" if error.option_name in flags else "needs_value", name=error.option_name)
        case _:
            return str(error.message)


def shown_name(param: Any) -> str:
    """Return how a person knows an option or argument: --lang, FOLDER."""
    return str(param.metavar or param.name).upper() if param.param_type_name == "argument" else param.opts[0]
