import numpy as np

from shiftscope.derived.tools.canonical import canonical

from .planted import parts


def test_order_and_scale_of_the_features_leave_no_trace():
    _, atoms, codes = parts()
    rng = np.random.default_rng(1)
    plain = canonical(atoms, codes)
    for _ in range(3):
        order, scale = rng.permutation(len(atoms)), rng.uniform(0.01, 100, len(atoms))
        other = canonical(atoms[order] * scale[:, None], codes[:, order] / scale)
        assert other.atoms.tobytes() == plain.atoms.tobytes()
        np.testing.assert_allclose(other.codes, plain.codes, rtol=1e-6)
        np.testing.assert_array_equal(order[other.order], plain.order)


def test_powers_of_two_give_the_same_bytes_of_codes_too():
    _, atoms, codes = parts()
    plain = canonical(atoms, codes)
    scale = 2.0 ** np.arange(len(atoms))
    other = canonical(atoms[::-1] * scale[:, None], codes[:, ::-1] / scale)
    assert other.codes.tobytes() == plain.codes.tobytes()


def test_by_hand():
    found = canonical(np.array([[3.0, 4], [0, 0], [0, 2]]), np.array([[1.0, 9, 4], [1, 9, 4]]))
    np.testing.assert_allclose(found.atoms, [[0, 1], [0.6, 0.8], [0, 0]])
    np.testing.assert_allclose(found.codes, [[8, 5, 0]] * 2)
    assert found.order.tolist() == [2, 0, 1]
    assert found.lengths.tolist() == [2, 5, 0]
