"""Mean responses to each category in many resamples, 64 units at a time.

A product of small matrices for each category: too small for a matrix library, whose packing takes longer than the
products.
"""

# mypy: disable-error-code="call-arg"
# numba gives `_add_four` its first argument.

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from shiftscope.jit import compiled

LANES = 64
TOGETHER = 4  # resamples, whose sums stay in registers


@intrinsic
def _add_four(
    context: Any, draws: Any, d: Any, samples: Any, responses: Any, r: Any, means: Any, m: Any, share: Any
) -> Any:
    """means[m + 64 i + lane] = share * sum over s of draws[d + i samples + s] * responses[r + 64 s + lane], i < 4."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        single, wide = ir.FloatType(), ir.IntType(64)
        floats = ir.VectorType(single, LANES)
        four = range(TOGETHER)

        def place(array: int, at: Any) -> Any:
            data = context.make_array(signature.args[array])(context, builder, arguments[array]).data
            return builder.gep(data, [at])

        def whole(number: int) -> Any:
            return ir.Constant(wide, number)

        def everywhere(number: Any) -> Any:
            undefined = ir.Constant(floats, ir.Undefined)
            first = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
            alone = builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
            return builder.shuffle_vector(alone, undefined, first)

        kind = ir.FunctionType(floats, [floats] * 3)
        fused = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fma.v{LANES}f32")  # type: ignore[no-untyped-call]
        samples, before = arguments[2], builder.block
        loop, after = builder.append_basic_block("samples"), builder.append_basic_block("summed")
        builder.branch(loop)  # no category is without samples

        builder.position_at_end(loop)
        sample, sums = builder.phi(wide), [builder.phi(floats) for _ in four]
        sample.add_incoming(whole(0), before)
        at = builder.add(arguments[4], builder.mul(sample, whole(LANES)))
        pointer = builder.bitcast(place(3, at), floats.as_pointer())
        response = builder.load(pointer)
        response.align = 4
        later = []
        for resample, total in zip(four, sums, strict=True):
            total.add_incoming(ir.Constant(floats, [0.0] * LANES), before)
            drawn = builder.add(arguments[1], builder.add(builder.mul(samples, whole(resample)), sample))
            times = everywhere(builder.load(place(0, drawn)))
            later.append(builder.call(fused, [times, response, total]))
        following = builder.add(sample, whole(1))
        sample.add_incoming(following, loop)
        for total, more in zip(sums, later, strict=True):
            total.add_incoming(more, loop)
        builder.cbranch(builder.icmp_signed("<", following, samples), loop, after)

        builder.position_at_end(after)
        for resample, total in zip(four, later, strict=True):
            into = place(5, builder.add(arguments[6], whole(resample * LANES)))
            mean = builder.fmul(total, everywhere(arguments[7]))
            builder.store(mean, builder.bitcast(into, floats.as_pointer())).align = 4
        return context.get_dummy_value()

    return types.void(draws, d, samples, responses, r, means, m, share), build


@compiled
def resampled_means(
    draws: npt.NDArray[np.uint8],
    ends: npt.NDArray[np.int64],
    categories: npt.NDArray[np.int64],
    responses: npt.NDArray[np.float32],
    means: npt.NDArray[np.float32],
) -> None:
    """Fill the rows of `means` that have samples.

    Parameters
    ----------
    draws : (resample, sample)
        How often each resample holds each sample; samples stand in the order of their category, and the number of
        resamples is a multiple of TOGETHER.
    ends : (2, category)
        Samples of categories[i] are those from ends[0, i] to before ends[1, i].
    responses : (sample, LANES)
    means : (category, resample, LANES)
    """
    resamples = draws.shape[0]
    times = np.empty(resamples * (ends[1] - ends[0]).max(), np.float32)
    for i in range(categories.size):
        first, samples = ends[0, i], ends[1, i] - ends[0, i]
        for resample in range(resamples):
            row = draws[resample][first : first + samples]
            into = times[resample * samples : (resample + 1) * samples]
            for sample in range(samples):
                into[sample] = row[sample]
        for resample in range(0, resamples, TOGETHER):
            _add_four(
                times,
                resample * samples,
                samples,
                responses.ravel(),
                first * LANES,
                means.ravel(),
                (categories[i] * resamples + resample) * LANES,
                np.float32(1.0 / samples),
            )
