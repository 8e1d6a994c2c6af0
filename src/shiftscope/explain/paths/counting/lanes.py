"""The inner loop of counting, 64 paths at a time in the processor's registers.

A path is above its threshold where threshold minus response times weight is negative. Fused, with one rounding at the
end, that number has the sign of the exact one, and the sign is added as it stands: one fused product, one shift and one
addition a path and sample, and the only load is the response. LLVM makes the vectors fit whatever the processor has.
numba does not vectorise over the outer of two loops, so the loop is written in LLVM's own words.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from shiftscope.explain.paths.counting.lane_count import LANES
from shiftscope.jit import compiled


@intrinsic
def _count_lanes(
    context: Any,
    responses: Any,
    r: Any,
    weights: Any,
    w: Any,
    thresholds: Any,
    t: Any,
    run: Any,
    counts: Any,
    c: Any,
    ahead: Any,
) -> Any:
    """counts[c + lane] += how many x of `run` have -responses[r + 64 x + lane] weights[w + lane] > thresholds[t + x].

    All arrays are flat; r, w, t and c say where the lanes begin, and how far `ahead` counts are fetched.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        single, whole, wide = ir.FloatType(), ir.IntType(32), ir.IntType(64)
        floats, wholes = ir.VectorType(single, LANES), ir.VectorType(whole, LANES)

        def place(array: int, at: Any) -> Any:
            data = context.make_array(signature.args[array])(context, builder, arguments[array]).data
            return builder.gep(data, [at])

        def load(pointer: Any, kind: Any) -> Any:
            loaded = builder.load(builder.bitcast(pointer, kind.as_pointer()))
            loaded.align = 4
            return loaded

        # Counts of a later output are on their way while these are computed.
        bytes_ = ir.IntType(8).as_pointer()
        fetch = builder.module.declare_intrinsic(
            "llvm.prefetch", [bytes_], ir.FunctionType(ir.VoidType(), [bytes_, whole, whole, whole])
        )
        soon = builder.bitcast(place(7, builder.add(arguments[8], arguments[9])), bytes_)
        builder.call(fetch, [soon, *(ir.Constant(whole, number) for number in (1, 3, 1))])
        fused = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
            builder.module, ir.FunctionType(floats, [floats] * 3), f"llvm.fma.v{LANES}f32"
        )
        samples, none = arguments[6], ir.Constant(wholes, [0] * LANES)
        weight = load(place(2, arguments[3]), floats)
        before = builder.block
        loop, after = builder.append_basic_block("samples"), builder.append_basic_block("counted")
        builder.cbranch(builder.icmp_signed(">", samples, ir.Constant(wide, 0)), loop, after)

        builder.position_at_end(loop)
        sample, counted = builder.phi(wide), builder.phi(wholes)
        sample.add_incoming(ir.Constant(wide, 0), before)
        counted.add_incoming(none, before)
        at = builder.add(arguments[1], builder.mul(sample, ir.Constant(wide, LANES)))
        response = load(place(0, at), floats)
        threshold = builder.load(place(4, builder.add(arguments[5], sample)))
        undefined, first = ir.Constant(floats, ir.Undefined), ir.Constant(whole, 0)
        alone = builder.insert_element(undefined, threshold, first)
        everywhere = builder.shuffle_vector(alone, undefined, none)
        left = builder.bitcast(builder.call(fused, [response, weight, everywhere]), wholes)
        more = builder.add(counted, builder.lshr(left, ir.Constant(wholes, [31] * LANES)))
        next_sample = builder.add(sample, ir.Constant(wide, 1))
        sample.add_incoming(next_sample, loop)
        counted.add_incoming(more, loop)
        builder.cbranch(builder.icmp_signed("<", next_sample, samples), loop, after)

        builder.position_at_end(after)
        result = builder.phi(wholes)
        result.add_incoming(none, before)
        result.add_incoming(more, loop)
        kept = signature.args[7].dtype
        narrow = ir.VectorType(ir.IntType(kept.bitwidth), LANES)
        into = builder.bitcast(place(7, arguments[8]), narrow.as_pointer())
        earlier = builder.load(into)
        earlier.align = kept.bitwidth // 8
        added = result if kept.bitwidth == 32 else builder.trunc(result, narrow)
        stored = builder.store(builder.add(earlier, added), into)
        stored.align = kept.bitwidth // 8
        return context.get_dummy_value()

    return types.void(responses, r, weights, w, thresholds, t, run, counts, c, ahead), build


@compiled
def count_tiles(
    responses: npt.NDArray[np.float32],
    weights: npt.NDArray[np.float32],
    thresholds: npt.NDArray[np.float32],
    counts: npt.NDArray[np.unsignedinteger[Any]],
    ends: npt.NDArray[np.int64],
    outputs: int,
    samples: int,
    first: int,
    last: int,
) -> None:
    """Add to counts (run, output, tile, lane) for the tiles from `first` to before `last`; all arrays flat.

    Parameters
    ----------
    responses : (tile, sample, lane)
    weights : (tile, output, lane)
        Times -1; NaN in lanes that are not to be counted.
    thresholds : (output, sample)
        None of them -0.
    counts
        Of 8, 16 or 32 bits.
    ends : (run + 1,)
        Samples of run r are those from ends[r] to before ends[r + 1].
    """
    tiles = weights.size // (outputs * LANES)
    for run in range(ends.size - 1):
        begin = ends[run]
        # Two tiles at a time: both fit the first cache, and the counts of an output are written 128 bytes together.
        for pair in range(first, last, 2):
            for output in range(outputs):
                for tile in range(pair, min(pair + 2, last)):
                    _count_lanes(  # type: ignore[call-arg]  # numba gives the context
                        responses,
                        (tile * samples + begin) * LANES,
                        weights,
                        (tile * outputs + output) * LANES,
                        thresholds,
                        output * samples + begin,
                        ends[run + 1] - begin,
                        counts,
                        ((run * outputs + output) * tiles + tile) * LANES,
                        12 * tiles * LANES,
                    )
