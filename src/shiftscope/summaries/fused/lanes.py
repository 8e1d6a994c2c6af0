"""Steps of the pass on 32 units at a time, as vectors whatever the processor's width.

Arrays are flat, and each is followed by the place where its lanes begin. Responses come as the bits of float16 or
float32. Written in LLVM's own words: numba widens small integers to 64 bits and then fails to vectorise.

What numba keeps on the disk is compiled anew when `kernels.py` changes, not when this file does: remove
`__pycache__/*.nbi` then.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 32
ROWS = 8  # of one scan; more would fall out of the first cache, where rows a power of two apart share eight places

HALF, WORD, WIDE = ir.IntType(16), ir.IntType(32), ir.IntType(64)
SINGLE, DOUBLE = ir.FloatType(), ir.DoubleType()
KINDS = {16: HALF, 32: WORD}


class Lanes:
    """The arguments of one step as vectors: `load(3)` is what stands in argument 3 at the place in argument 4."""

    def __init__(self, context: Any, builder: Any, signature: Any, arguments: Any) -> None:
        self._context, self._signature = context, signature
        self.builder, self.arguments = builder, arguments

    def place(self, array: int, more: Any = None) -> Any:
        made = self._context.make_array(self._signature.args[array])
        at = self.arguments[array + 1]
        data = made(self._context, self.builder, self.arguments[array]).data
        return self.builder.gep(data, [at if more is None else self.builder.add(at, more)])

    def load(self, array: int, more: Any = None) -> Any:
        pointer = self.builder.bitcast(self.place(array, more), vector(self._kind(array)).as_pointer())
        loaded = self.builder.load(pointer)
        loaded.align = self._bits(array) // 8
        return loaded

    def store(self, array: int, values: Any) -> None:
        pointer = self.builder.bitcast(self.place(array), values.type.as_pointer())
        self.builder.store(values, pointer).align = self._bits(array) // 8

    def fetch(self, array: int, more: Any) -> None:
        """Have memory that is read soon brought into the cache."""
        pointer = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer, WORD, WORD, WORD])
        prefetch = self.builder.module.declare_intrinsic("llvm.prefetch", [pointer], kind)
        at = self.builder.bitcast(self.place(array, more), pointer)
        self.builder.call(prefetch, [at, *(ir.Constant(WORD, number) for number in (0, 3, 1))])

    def order(self, bits: Any) -> Any:
        """Integers in the order of the responses; both zeros are 0."""
        build, kind = self.builder, bits.type.element
        sign = build.ashr(bits, constant(kind, kind.width - 1))
        ordered = build.xor(bits, build.and_(sign, constant(kind, 2 ** (kind.width - 1) - 1)))
        minus_zero = build.icmp_signed("==", ordered, constant(kind, -1))
        return build.add(ordered, build.zext(minus_zero, bits.type))

    def single(self, bits: Any) -> Any:
        """Responses in single precision, exactly, where they are finite; no processor lacks what this needs."""
        build = self.builder
        if bits.type.element.width == 32:
            return build.bitcast(bits, vector(SINGLE))
        wide = build.zext(bits, vector(WORD))
        shifted = build.shl(build.and_(wide, constant(WORD, 0x7FFF)), constant(WORD, 13))
        size = build.fmul(build.bitcast(shifted, vector(SINGLE)), constant(SINGLE, 2.0**112))
        sign = build.shl(build.and_(wide, constant(WORD, 0x8000)), constant(WORD, 16))
        return build.bitcast(build.or_(build.bitcast(size, vector(WORD)), sign), vector(SINGLE))

    def _kind(self, array: int) -> Any:
        kind = self._signature.args[array].dtype
        if isinstance(kind, types.Float):
            return {32: SINGLE, 64: DOUBLE}[kind.bitwidth]
        return KINDS[kind.bitwidth]

    def _bits(self, array: int) -> int:
        bits: int = self._signature.args[array].dtype.bitwidth
        return bits


def vector(kind: Any) -> Any:
    return ir.VectorType(kind, LANES)


def constant(kind: Any, number: float) -> Any:
    return ir.Constant(vector(kind), [number] * LANES)


@intrinsic
def add_lanes(context: Any, responses: Any, r: Any, ahead: Any, total: Any, t: Any) -> Any:
    """total += responses, in float64; `ahead` is how far the responses lie that are fetched."""

    def build(*given: Any) -> Any:
        lanes = Lanes(*given)
        lanes.fetch(0, lanes.arguments[2])
        wide = lanes.builder.fpext(lanes.single(lanes.load(0)), vector(DOUBLE))
        lanes.store(3, lanes.builder.fadd(lanes.load(3), wide))
        return given[0].get_dummy_value()

    return types.void(responses, r, ahead, total, t), build


def _scanning(rows: int) -> Any:
    @intrinsic
    def scan(
        context: Any,
        responses: Any,
        r: Any,
        stride: Any,
        largest: Any,
        g: Any,
        smallest: Any,
        s: Any,
        fired: Any,
        f: Any,
        squares: Any,
        q: Any,
        bars: Any,
        b: Any,
        masks: Any,
        m: Any,
    ) -> Any:
        def build(*given: Any) -> Any:
            lanes = Lanes(*given)
            step, stride = lanes.builder, lanes.arguments[2]
            high, low, count, square, bar = (lanes.load(array) for array in (3, 5, 7, 9, 11))
            for row in range(rows):
                more = step.mul(stride, ir.Constant(WIDE, row))
                bits = lanes.load(0, more)
                lanes.fetch(0, step.add(more, step.mul(stride, ir.Constant(WIDE, rows))))
                key = lanes.order(bits)
                high = step.select(step.icmp_signed(">", key, high), key, high)
                low = step.select(step.icmp_signed("<", key, low), key, low)
                above_zero = step.icmp_signed(">", key, constant(key.type.element, 0))
                count = step.add(count, step.zext(above_zero, count.type))
                single = lanes.single(bits)
                square = step.fadd(square, _squared(step, single, bits.type.element.width))
                passed = step.bitcast(step.icmp_signed(">", key, bar), ir.IntType(LANES))
                step.store(passed, lanes.place(13, ir.Constant(WIDE, row)))
            for array, values in ((3, high), (5, low), (7, count), (9, square)):
                lanes.store(array, values)
            return given[0].get_dummy_value()

        arrays = largest, g, smallest, s, fired, f, squares, q, bars, b, masks, m
        return types.void(responses, r, stride, *arrays), build

    return scan


def _squared(build: Any, single: Any, bits: int) -> Any:
    """In float64; the square of a float16 fits a float32."""
    if bits == 16:
        return build.fpext(build.fmul(single, single), vector(DOUBLE))
    wide = build.fpext(single, vector(DOUBLE))
    return build.fmul(wide, wide)


# Widen the extremes, count what fires, add squares, and note in a bit for each unit whether its response is above its
# bar, row by row.
scan_rows, scan_row = _scanning(ROWS), _scanning(1)


@intrinsic
def bin_lanes(
    context: Any, responses: Any, r: Any, per_unit: Any, p: Any, zero: Any, z: Any, bins: Any, b: Any
) -> Any:
    """bins = zero + floor(responses * per_unit)."""

    def build(*given: Any) -> Any:
        lanes = Lanes(*given)
        step, single = lanes.builder, vector(SINGLE)
        kind = ir.FunctionType(single, [single])
        floor = cgutils.get_or_insert_function(step.module, kind, f"llvm.floor.v{LANES}f32")  # type: ignore[no-untyped-call]
        bits = lanes.load(0)
        below = step.call(floor, [step.fmul(lanes.single(bits), lanes.load(2))])
        whole = step.fptosi(below, vector(WORD))
        if bits.type.element.width == 32:  # the product with a tiny negative number may be zero
            lost = step.and_(
                step.icmp_signed("<", lanes.order(bits), constant(WORD, 0)),
                step.icmp_signed("==", whole, constant(WORD, 0)),
            )
            whole = step.select(lost, constant(WORD, -1), whole)
        place = step.trunc(whole, vector(HALF))
        lanes.store(6, step.add(place, lanes.load(4)))
        return given[0].get_dummy_value()

    return types.void(responses, r, per_unit, p, zero, z, bins, b), build


@intrinsic
def first_bit(context: Any, mask: Any) -> Any:
    """Place of the lowest bit that is set."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint32(types.uint32), build
