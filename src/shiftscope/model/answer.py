"""What a study takes for the model's answer, decided once and then the same for every dataset."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shiftscope.errors import StudyMismatch
from shiftscope.shard import Outputs
from shiftscope.typed import check_types


@dataclass(frozen=True)
class Answer:
    """Which part of the output it is, what its numbers are, and the type that the model computes in."""

    output: str | int | None  # None where the model gives one tensor
    probabilities: bool
    autocast: str = ""  # as "bfloat16"; empty where the model runs without torch.autocast

    def as_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Answer:
        """Raises TypeError or ValueError for what is none."""
        answer = cls(**entry)
        check_types(answer)
        return answer

    def refuse_unlike(self, now: Answer) -> None:
        """Raise `StudyMismatch` where a later dataset would be read in another way."""
        for was, asked in zip(self._in_words(), now._in_words(), strict=True):
            if was != asked:
                raise StudyMismatch(
                    f"this study reads its model {was}, and asked was {asked}: what is recorded of both cannot be "
                    "compared. Record as before, or create a new study."
                )

    def _in_words(self) -> tuple[str, ...]:
        under = f"under torch.autocast in {self.autocast}" if self.autocast else "without torch.autocast"
        return f"with output={self.output!r}", f"with outputs={self.outputs!r}", under

    @property
    def outputs(self) -> Outputs:
        return "probabilities" if self.probabilities else "logits"
