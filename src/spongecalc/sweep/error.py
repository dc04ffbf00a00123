"""The error that keeps a sweep from being made, in words."""

from __future__ import annotations

from spongecalc.gate.cause import Cause
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.language import text


class SweepError(InputRefusedError):
    """A sweep that cannot be made; ``rule`` is the key of its sentence in the catalogue ``sweep``."""

    def __init__(self, rule: str, **params: object) -> None:
        self.rule, self.params = rule, params
        super().__init__(text(f"sweep.{rule}", "en", **params))

    def sentence(self, language: str) -> str:
        """The reason in words."""
        told = {k: v.sentence(language) if isinstance(v, Cause) else v for k, v in self.params.items()}
        return text(f"sweep.{self.rule}", language, **told)


class ValuesError(SweepError):
    """Values that the settings refuse; carries a sentence for each."""

    def __init__(self, sentences: dict[str, list[str]], **params: object) -> None:
        self._sentences = sentences
        super().__init__("values", **params, reason=" ".join(sentences["en"]))

    def sentence(self, language: str) -> str:
        """The reason in words."""
        return text("sweep.values", language, **{**self.params, "reason": " ".join(self._sentences[language])})
