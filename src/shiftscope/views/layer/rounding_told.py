"""What half precision took from a layer's responses, as a sentence."""

from __future__ import annotations

from shiftscope.store.stored_recording import Recording
from shiftscope.views.parts.number_text import count


def rounding_told(recording: Recording, layer: str) -> str:
    """Empty where no response is known to be lost."""
    samples, to_zero, subnormal = recording.rounded(layer)
    if not to_zero:
        return ""
    responses = samples * recording.layer(layer).units
    return (
        f"Of {recording.name}'s first {count(responses)} responses float16 made {count(to_zero)} zero that are not, "
        f"and {count(subnormal)} have fewer digits."
    )
