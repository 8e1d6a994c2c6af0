import hashlib
import sys
import textwrap
from contextlib import suppress

import pytest
import torch

from shiftscope.errors import ModelError, StudyMismatch
from shiftscope.model.evaluation.evaluation import observed, unwrap
from shiftscope.model.head import find_heads
from shiftscope.model.load import load_model
from shiftscope.model.output import logits_in
from shiftscope.model.provenance import describe_model, refuse_other_model
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.survey import Survey

IMAGES = torch.rand(2, 3, 8, 8)


def test_the_model_comes_back_in_the_mode_it_was_in_also_after_an_error(net):
    net.train()
    net.dropout.eval()
    before = [module.training for module in net.modules()]
    with observed(net):
        assert not any(module.training for module in net.modules())
    assert [module.training for module in net.modules()] == before
    with pytest.raises(RuntimeError), observed(net):
        net(torch.zeros(1))
    assert [module.training for module in net.modules()] == before
    assert torch.is_grad_enabled()


def test_wrappers_are_taken_off(net):
    assert unwrap(torch.nn.DataParallel(net)) is net
    assert unwrap(torch.compile(net)) is net


def test_torchscript_is_refused_with_the_reason(net):
    scripted = torch.jit.trace(net.eval(), IMAGES)
    with pytest.raises(ModelError, match="hooks on its layers never run"):
        unwrap(scripted)


def test_something_else_than_a_module_is_refused():
    with pytest.raises(ModelError, match=r"must be a torch.nn.Module, and this is function"):
        unwrap(lambda x: x)


def test_the_description_changes_with_one_weight_and_not_with_the_mode(net):
    before = describe_model(net)
    assert describe_model(net.train())["weights_sha256"] == before["weights_sha256"]
    with torch.no_grad():
        net.conv.weight[0, 0, 0, 0] += 1
    assert describe_model(net)["weights_sha256"] != before["weights_sha256"]
    assert before["parameters"] == sum(p.numel() for p in net.parameters())


def test_what_modules_are_set_to_tells_models_apart_where_the_same_torch_says_it():
    def described(slope=0.01, chance=0.5):
        torch.manual_seed(0)
        layers = torch.nn.Linear(3, 2), torch.nn.LeakyReLU(slope), torch.nn.Dropout(chance)
        return describe_model(torch.nn.Sequential(*layers))

    refuse_other_model(described(), described(chance=0.9))
    with pytest.raises(StudyMismatch, match="another model: settings"):
        refuse_other_model(described(), described(slope=0.9))
    earlier = described()
    earlier["settings"]["torch"] = "1.0"
    refuse_other_model(earlier, described(slope=0.9))
    del earlier["settings"]
    refuse_other_model(earlier, described(slope=0.9))


class DropPath(torch.nn.Module):
    """As libraries of models have it, which say its rate in one of two ways."""

    def __init__(self, rate, word):
        super().__init__()
        self.rate, self.word = rate, word

    def forward(self, x):
        return x

    def extra_repr(self):
        return f"{self.word}={self.rate}"


class Attention(DropPath):
    def extra_repr(self):
        return f"heads=2, attn_drop={self.rate}, scale={self.word}"


def dropping(kind, rate, other=1):
    torch.manual_seed(0)
    return {
        "gru": lambda: torch.nn.GRU(3, 4, num_layers=2, dropout=rate, bidirectional=other != 1),
        "drop path": lambda: torch.nn.Sequential(DropPath(rate, "drop_prob"), torch.nn.LeakyReLU(other)),
        "drop path p": lambda: torch.nn.Sequential(DropPath(rate, "p"), torch.nn.LeakyReLU(other)),
        "attention": lambda: Attention(rate, other),
    }[kind]()


@pytest.mark.parametrize("kind", ["gru", "drop path", "drop path p", "attention"])
def test_rates_of_dropping_at_random_tell_no_models_apart(kind):
    described = describe_model(dropping(kind, 0.3))
    refuse_other_model(described, describe_model(dropping(kind, 0.1)))
    refuse_other_model(described, describe_model(dropping(kind, 0.0)))
    refuse_other_model(describe_model(dropping(kind, 0.0)), described)
    with pytest.raises(StudyMismatch, match=r"another model: .*settings"):
        refuse_other_model(described, describe_model(dropping(kind, 0.3, other=2)))


@pytest.mark.parametrize("kind", ["gru", "drop path", "drop path p", "attention"])
def test_a_model_is_that_of_a_study_that_has_one_digest_of_all_settings(kind):
    model = dropping(kind, 0.3)
    earlier = describe_model(model)
    lines = (f"{name} {module.extra_repr()}" for name, module in model.named_modules())
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    earlier["settings"] = {"torch": torch.__version__, "sha256": digest}
    refuse_other_model(earlier, describe_model(model))
    with pytest.raises(StudyMismatch, match="another model: settings"):
        refuse_other_model(earlier, describe_model(dropping(kind, 0.1)))


def test_a_share_that_is_called_p_elsewhere_is_a_setting():
    class Pool(DropPath):
        pass

    with pytest.raises(StudyMismatch, match="another model: settings"):
        refuse_other_model(describe_model(Pool(2, "p")), describe_model(Pool(3, "p")))


def test_half_precision_models_are_described(net):
    assert describe_model(net.to(torch.bfloat16))["parameters"] > 0


def test_the_head_is_the_linear_map_from_a_recorded_layer_to_the_logits(net):
    layers = choose_layers(Survey.of(net, IMAGES, layers=["conv", "hidden"]))
    head = next(iter(find_heads(net, layers, IMAGES)), None)
    assert head is not None
    assert head.layer == "hidden"
    torch.testing.assert_close(torch.from_numpy(head.weight), net.head.weight.detach())
    net.eval()
    with torch.no_grad():
        hidden = net.hidden(net.act(net.conv(IMAGES)))
        rebuilt = hidden @ torch.from_numpy(head.weight).T + torch.from_numpy(head.bias)
        torch.testing.assert_close(rebuilt, net(IMAGES))


def test_a_log_softmax_behind_the_head_hides_it_not(net):
    model = torch.nn.Sequential(net, torch.nn.LogSoftmax(dim=1))
    head = next(
        iter(find_heads(model, choose_layers(Survey.of(model, IMAGES, layers=["0.hidden"])), IMAGES)), None
    )
    assert head is not None
    torch.testing.assert_close(torch.from_numpy(head.weight), net.head.weight.detach())


class Bounded(torch.nn.Module):
    """What bounds the responses on their way to the head does nothing about small ones."""

    def __init__(self, bound):
        super().__init__()
        self.fc, self.bound, self.head = torch.nn.Linear(6, 5), bound, torch.nn.Linear(5, 4)

    def forward(self, inputs):
        return self.head(self.bound(self.fc(inputs)))


@pytest.mark.parametrize(
    "bound",
    [
        lambda x: torch.clamp(x, -1, 1),
        lambda x: torch.clamp(x, max=6),
        lambda x: torch.where(x < -50, 0, x),
        torch.nn.Hardtanh(-20, 20),
    ],
)
def test_a_layer_that_is_bounded_before_the_head_does_not_feed_it(bound):
    torch.manual_seed(0)
    model, small = Bounded(bound), torch.randn(2, 6) * 0.1
    assert not find_heads(model, choose_layers(Survey.of(model, small, layers=["fc"])), small)
    plain = Bounded(torch.nn.Dropout(0.5))
    head = next(iter(find_heads(plain, choose_layers(Survey.of(plain, small, layers=["fc"])), small)), None)
    assert (head.name, head.layer) == ("head", "fc")


def test_a_layer_that_runs_twice_feeds_the_head_the_second_time():
    class Twice(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.act, self.one, self.head = (
                torch.nn.ReLU(),
                torch.nn.Linear(6, 6, bias=False),
                torch.nn.Linear(6, 4),
            )

        def forward(self, inputs):
            return self.head(self.act(self.one(self.act(inputs))))

    torch.manual_seed(0)
    model, inputs = Twice(), torch.rand(2, 6)
    layers = choose_layers(Survey.of(model, inputs, layers=["act@0", "act@1"]))
    assert find_heads(model, layers, inputs)[0].layer == "act@1"
    assert not find_heads(model, layers[:1], inputs)


def test_without_a_recorded_layer_before_it_there_is_no_head(net):
    assert not find_heads(net, choose_layers(Survey.of(net, IMAGES, layers=["conv"])), IMAGES)


def test_logits_are_found_in_a_model_output_and_nothing_else_passes():
    class Out(dict):
        pass

    logits = torch.randn(2, 3)
    assert logits_in(Out(loss=None, logits=logits)) is logits
    assert logits_in((logits, None)) is logits
    with pytest.raises(ModelError, match=r"gives a tensor of shape \(2, 3, 4\), not one row of logits"):
        logits_in(torch.zeros(2, 3, 4))


@pytest.fixture
def module_folder(tmp_path, monkeypatch):
    (tmp_path / "my_nets.py").write_text(
        textwrap.dedent("""
            from torch import nn
            def small(): return nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
            def number(): return 3
        """)
    )
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("my_nets", None)


def test_a_model_is_loaded_from_the_users_own_module_with_weights(module_folder):
    model = load_model("my_nets:small")
    torch.save(model.state_dict(), "w.pt")
    again = load_model("my_nets:small", "w.pt")
    torch.testing.assert_close(again[1].weight, model[1].weight)


def test_an_exported_model_keeps_its_layer_names(module_folder, net):
    torch.export.save(torch.export.export(net.eval(), (IMAGES,)), "net.pt2")
    loaded = load_model("net.pt2")
    layers = choose_layers(Survey.of(loaded, IMAGES, layers=["hidden"]))
    assert layers[0].units == 10


@pytest.mark.parametrize(
    ("source", "weights", "message"),
    [
        ("my_nets", None, "write package.module:callable"),
        ("no_such_module:x", None, "cannot import 'no_such_module'"),
        ("my_nets:tiny", None, "'my_nets' has no 'tiny'; it has .*small"),
        ("my_nets:number", None, "gives int, not a torch.nn.Module"),
        ("gone.pt2", None, "no model file"),
        ("my_nets:small", "gone.pt", "no weights file"),
        ("my_nets:small", "my_nets.py", "cannot read weights"),
    ],
)
def test_models_that_cannot_be_loaded_say_why(module_folder, source, weights, message):
    with pytest.raises(ModelError, match=message):
        load_model(source, weights)


@pytest.mark.parametrize("source", ["my_nets:small", "my_nets:tiny", "no_such_module:x"])
def test_loading_a_model_leaves_no_folder_to_import_from(module_folder, source):
    before = list(sys.path)
    with suppress(ModelError):
        load_model(source)
    assert sys.path == before


def test_weights_of_another_model_do_not_fit(module_folder, net):
    torch.save(net.state_dict(), "other.pt")
    with pytest.raises(ModelError, match="do not fit Sequential"):
        load_model("my_nets:small", "other.pt")


@pytest.mark.parametrize("prefix", ["module.", "model.", "_orig_mod.", "module._orig_mod."])
@pytest.mark.parametrize("inside", [False, True])
def test_a_prefix_of_every_name_is_left_out_and_told(module_folder, capsys, prefix, inside):
    model = load_model("my_nets:small")
    state = {prefix + name: tensor for name, tensor in model.state_dict().items()}
    torch.save({"state_dict": state} if inside else state, "wrapped.pt")
    again = load_model("my_nets:small", "wrapped.pt")
    torch.testing.assert_close(dict(again.state_dict()), dict(model.state_dict()))
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith(f"wrapped.pt: every name begins with '{prefix}'")


def test_what_data_parallel_saves_fits(module_folder, capsys):
    model = load_model("my_nets:small")
    torch.save(torch.nn.DataParallel(model).state_dict(), "parallel.pt")
    again = load_model("my_nets:small", "parallel.pt")
    torch.testing.assert_close(again[1].weight, model[1].weight)
    assert "every name begins with 'module.'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda state: {
                f"module.{name}": tensor for name, tensor in [*state.items(), ("2.scale", torch.ones(1))]
            },
            r"2 names missing: 1.weight, 1.bias; 3 names unknown to the model: module.1.weight, module.1.bias, "
            r"module.2.scale$",
        ),
        (
            lambda state: {"model": dict(state), "epoch": 3},
            "2 names missing: 1.weight, 1.bias; 2 names unknown to the model: model, epoch$",
        ),
        (
            lambda state: {f"module.{name}": tensor[:1] for name, tensor in state.items()},
            r"2 names of another shape: 1.weight \(1, 4\) for \(2, 4\), 1.bias \(1,\) for \(2,\)$",
        ),
        (
            lambda state: {**state, **{str(k): torch.ones(1) for k in range(1000)}},
            "do not fit Sequential: 1000 names unknown to the model: 0, 1, 2, ...$",
        ),
    ],
)
def test_weights_that_do_not_fit_are_told_in_a_few_names(module_folder, capsys, change, message):
    torch.save(change(load_model("my_nets:small").state_dict()), "other.pt")
    with pytest.raises(ModelError, match=message):
        load_model("my_nets:small", "other.pt")
    assert not capsys.readouterr().err


def test_pickled_code_in_a_weights_file_is_not_run(module_folder):
    class Evil:
        def __reduce__(self):
            return (open, ("harmed", "w"))

    torch.save(Evil(), "evil.pt")
    with pytest.raises(ModelError, match="cannot read weights"):
        load_model("my_nets:small", "evil.pt")
    assert not (module_folder / "harmed").exists()
