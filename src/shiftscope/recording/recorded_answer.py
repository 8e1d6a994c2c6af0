"""What a recording takes for the model's answer."""

from __future__ import annotations

from shiftscope.model.answer import Answer
from shiftscope.store.plan import Plan


def recorded_answer(plan: Plan) -> Answer:
    return Answer(plan.output, plan.probabilities, plan.autocast)
