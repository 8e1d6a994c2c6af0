import pytest
import torch
from torch import nn

from shiftscope.errors import LayerError, LayerNotFound
from shiftscope.model.output import chosen_item, tensor_in
from shiftscope.model.survey.layer import Layer
from shiftscope.model.survey.layer_choice import choose_layers, list_layers
from shiftscope.model.survey.survey import Survey
from shiftscope.model.taps import Taps

IMAGES = torch.rand(2, 3, 8, 8)


def chosen(model, *asked):
    return choose_layers(Survey.of(model, IMAGES, layers=asked))


def test_layers_are_listed_in_order_with_shapes_and_poolings(net):
    listed = {layer.name: layer for layer in list_layers(net, IMAGES)}
    assert list(listed)[:2] == ["conv", "act"]
    assert listed["conv"].shapes == ((6, 6, 6),)
    assert (listed["conv"].units, listed["conv"].kind, listed["conv"].pools) == (
        6,
        "channel",
        ("mean", "max", "center"),
    )
    assert listed["hidden"].units == 10
    assert "never runs" in listed["unused"].why_not


def test_a_wrong_name_gets_the_nearest_ones(net):
    with pytest.raises(LayerNotFound, match=r"no layer named 'hiden' in the model; closest: 'hidden'"):
        chosen(net, "hiden")


def test_a_layer_that_never_runs_is_refused(net):
    with pytest.raises(LayerError, match="'unused' exists but never runs"):
        chosen(net, "unused")


def test_a_glob_takes_every_layer_it_matches(net):
    assert [layer.name for layer in chosen(net, "hidden.?")] == ["hidden.0", "hidden.1", "hidden.2"]


def test_text_can_name_the_pooling_and_both_can_be_recorded(net):
    layers = chosen(net, "conv", "conv:max")
    assert [(layer.name, layer.module, layer.pool) for layer in layers] == [
        ("conv", "conv", "mean"),
        ("conv:max", "conv", "max"),
    ]


def test_an_unknown_pooling_names_those_there_are(net):
    with pytest.raises(LayerError, match=r"can be pooled by mean, max, center; asked was 'cls'"):
        chosen(net, "conv:cls")


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.relu = nn.Linear(4, 3), nn.Linear(3, 3), nn.ReLU()

    def forward(self, x):
        return self.relu(self.second(self.relu(self.first(x))))


def test_a_module_that_runs_twice_must_say_which_call():
    model, x = Twice(), torch.randn(5, 4)
    with pytest.raises(
        LayerError, match="runs 2 times in one forward pass; say which, from relu@0 to relu@1"
    ):
        choose_layers(Survey.of(model, x, layers=["relu"]))
    layers = choose_layers(Survey.of(model, x, layers=["relu@0", "relu@1"]))
    with torch.no_grad(), Taps(model, layers) as taps:
        out = model(x)
        responses = taps.take()
    torch.testing.assert_close(responses["relu@0"], torch.relu(model.first(x)))
    torch.testing.assert_close(responses["relu@1"], out)


class Outputs(nn.Module):
    def __init__(self, wrap):
        super().__init__()
        self.wrap = wrap

    def forward(self, x):
        return self.wrap(x)


class Around(nn.Module):
    def __init__(self, wrap):
        super().__init__()
        self.inner = Outputs(wrap)

    def forward(self, x):
        self.inner(x)
        return x


class ModelOutput:
    def __init__(self, hidden):
        self.note, self.last_hidden_state = "text", hidden


@pytest.mark.parametrize(
    ("wrap", "item"),
    [
        (lambda x: (x, 2 * x), 0),
        (lambda x: [None, x], None),
        (lambda x: {"a": None, "b": x}, "b"),
        (ModelOutput, "last_hidden_state"),
    ],
)
def test_the_tensor_is_found_in_tuples_dicts_and_model_outputs(wrap, item):
    x = torch.randn(3, 4)
    model = Around(wrap)
    layers = choose_layers(Survey.of(model, x, layers=[Layer("inner", item=item)]))
    with torch.no_grad(), Taps(model, layers) as taps:
        model(x)
        torch.testing.assert_close(taps.take()["inner"], x)


@pytest.mark.parametrize(
    "wrap", [lambda x: (x, 2 * x), lambda x: {"a": x, "b": 2 * x}, lambda x: (x.sum(), x, 2 * x)]
)
def test_of_several_tensors_one_has_to_be_named(wrap):
    with pytest.raises(LayerError, match=r"gives several tensors, .*: a tensor of shape \(2, 3\).*item="):
        choose_layers(Survey.of(Around(wrap), torch.rand(2, 3), layers=["inner"]))


def test_the_one_tensor_with_units_is_taken_and_the_listing_says_which():
    x = torch.rand(2, 3)
    model = Around(lambda x: (x.sum(), x))
    assert choose_layers(Survey.of(model, x, layers=["inner"]))[0].item == 1
    assert list_layers(model, x)[0].taken == "item 1 of 2"


@pytest.mark.parametrize(
    "module", [nn.LSTM(3, 5), nn.GRU(3, 5), nn.LSTMCell(3, 5), nn.MultiheadAttention(3, 1)]
)
def test_what_comes_first_out_of_recurrent_and_attention_modules_is_their_output(module):
    x = torch.rand(2, 3)
    output = module(x, x, x) if isinstance(module, nn.MultiheadAttention) else module(x)
    assert len(output) == 2
    assert chosen_item(output, None, module, "inner") is None
    assert tensor_in(output, None, "inner") is output[0]
    assert chosen_item(output, 1, module, "inner") == 1


def test_a_missing_item_lists_what_there_is():
    with pytest.raises(
        LayerError, match=r"does not give a tensor under 'c'; it gives \{'a': .*shape \(3, 4\)"
    ):
        choose_layers(
            Survey.of(Around(lambda x: {"a": x}), torch.randn(3, 4), layers=[Layer("inner", item="c")])
        )


def test_samples_must_come_first():
    with pytest.raises(LayerError, match="samples along the first axis"):
        choose_layers(Survey.of(Around(lambda x: x.T), torch.randn(3, 4), layers=["inner"]))


def test_an_in_place_relu_after_the_layer_does_not_change_what_is_kept(net):
    layers = chosen(net, "conv:center")
    with torch.no_grad(), Taps(net, layers) as taps:
        net(IMAGES)
        kept = taps.take()["conv:center"]
        torch.testing.assert_close(kept, net.conv(IMAGES)[:, :, 3, 3])
    assert (kept < 0).any()


def test_rectify_takes_the_positive_part_before_pooling(net):
    plain = chosen(net, "conv")[0]
    rectified = chosen(net, Layer("conv", rectify=True))[0]
    assert not plain.rectify
    with torch.no_grad(), Taps(net, [rectified]) as taps:
        net(IMAGES)
        torch.testing.assert_close(taps.take()["conv"], torch.relu(net.conv(IMAGES)).mean((2, 3)))


def test_hooks_are_gone_after_a_pass_and_after_an_error(net):
    def hooks():
        return sum(len(module._forward_hooks) for module in net.modules())

    layers = chosen(net, "conv", "hidden")
    assert hooks() == 0
    with Taps(net, layers):
        assert hooks() == 2
    assert hooks() == 0
    with pytest.raises(RuntimeError), Taps(net, layers):
        net(torch.rand(1, 1))
    assert hooks() == 0


def test_what_is_kept_shares_no_memory_and_no_graph_with_the_model(net):
    layers = chosen(net, "conv", "hidden")
    with Taps(net, layers) as taps:
        net(IMAGES)
        for response in taps.take().values():
            assert not response.requires_grad
            assert response.untyped_storage().nbytes() == response.numel() * response.element_size()


def test_patches_are_not_cut_before_the_class_token_joins_them():
    class Vit(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches, self.block = nn.Linear(4, 4), nn.LayerNorm(4)
            self.cls_token = nn.Parameter(torch.zeros(1, 1, 4))

        def forward(self, tokens):
            tokens = self.patches(tokens)
            return self.block(torch.cat([self.cls_token.expand(len(tokens), -1, -1), tokens], dim=1))

    patches, block = choose_layers(Survey.of(Vit(), torch.randn(2, 9, 4), layers=["patches", "block"]))
    assert (patches.prefix_tokens, block.prefix_tokens) == (0, 1)
