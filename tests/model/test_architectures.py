"""Networks of Transformers with random weights: their units, counted and averaged by hand."""

import fnmatch

import numpy as np
import pytest
import torch

import shiftscope as ss

SMALL = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
PATCHES = {"image_size": 16, "patch_size": 4, "num_labels": 3}
IMAGES = (3, 16, 16)
NETS = {
    "convnext": lambda tf: tf.ConvNextForImageClassification(
        tf.ConvNextConfig(hidden_sizes=[8, 12], depths=[1, 1], num_stages=2, num_labels=3)
    ),
    "swin": lambda tf: tf.SwinForImageClassification(
        tf.SwinConfig(
            image_size=32,
            patch_size=4,
            embed_dim=8,
            depths=[1, 1],
            num_heads=[2, 2],
            window_size=4,
            num_labels=3,
        )
    ),
    "clip": lambda tf: tf.CLIPForImageClassification(
        tf.CLIPConfig(
            vision_config={**SMALL, "image_size": 16, "patch_size": 4}, text_config=SMALL, num_labels=3
        )
    ),
    "dinov2 with registers": lambda tf: tf.Dinov2WithRegistersForImageClassification(
        tf.Dinov2WithRegistersConfig(
            hidden_size=16, num_hidden_layers=1, num_attention_heads=2, num_register_tokens=4, **PATCHES
        )
    ),
    "vit": lambda tf: tf.ViTForImageClassification(tf.ViTConfig(**SMALL, **PATCHES)),
    "wav2vec2": lambda tf: tf.Wav2Vec2ForSequenceClassification(
        tf.Wav2Vec2Config(
            **SMALL,
            conv_dim=(8, 8),
            conv_stride=(4, 2),
            conv_kernel=(8, 4),
            num_feat_extract_layers=2,
            num_conv_pos_embeddings=4,
            num_conv_pos_embedding_groups=2,
            classifier_proj_size=10,
            vocab_size=8,
            num_labels=3,
        )
    ),
}
# The input of one sample; of layers by a glob: how many units, and their mean over the sample's own places.
EXPECTED = {
    "convnext": (
        (3, 32, 32),
        {
            "*stages.0.layers.0": (8, lambda maps: maps.mean((2, 3))),
            "*stages.1.layers.0.dwconv": (12, lambda maps: maps.mean((2, 3))),
            "*stages.1.layers.0.pwconv1": (48, lambda maps: maps.mean((1, 2))),
            "*stages.1.layers.0.act": (48, lambda maps: maps.mean((1, 2))),
        },
    ),
    "swin": (
        (3, 32, 32),
        {
            "*patch_embeddings.projection": (8, lambda maps: maps.mean((2, 3))),
            "*encoder.layers.0.blocks.0": (8, lambda tokens: tokens.mean(1)),
            "*encoder.layers.1.blocks.0": (16, lambda tokens: tokens.mean(1)),
            "*pooler": (16, lambda maps: maps.mean(2)),
        },
    ),
    "clip": (
        IMAGES,
        {
            "*patch_embedding": (16, lambda maps: maps.mean((2, 3))),
            "*encoder.layers.0": (16, lambda tokens: tokens[:, 1:].mean(1)),
            "*encoder.layers.1.mlp.fc1": (24, lambda tokens: tokens[:, 1:].mean(1)),
        },
    ),
    "dinov2 with registers": (
        IMAGES,
        {
            "*embeddings.patch_embeddings": (16, lambda tokens: tokens.mean(1)),
            "*layer.0": (16, lambda tokens: tokens[:, 5:].mean(1)),
            "*layer.0.mlp.fc1": (64, lambda tokens: tokens[:, 5:].mean(1)),
        },
    ),
    "vit": (
        IMAGES,
        {
            "*layers.0": (16, lambda tokens: tokens[:, 1:].mean(1)),
            "*layers.1.mlp.fc1": (24, lambda t: t[:, 1:].mean(1)),
        },
    ),
    "wav2vec2": (
        (400,),
        {
            "*conv_layers.1": (8, lambda maps: maps.mean(2)),
            "*conv_layers.0.activation": (8, lambda maps: maps.mean(2)),
            "*encoder.layers.1": (16, lambda tokens: tokens.mean(1)),
            "projector": (10, lambda tokens: tokens.mean(1)),
        },
    ),
}


@pytest.mark.parametrize("name", NETS)
def test_units_of_real_networks_are_counted_and_averaged_right(tmp_path, name):
    import transformers  # takes seconds, and every worker collects this file

    torch.manual_seed(0)
    net, (shape, expected) = NETS[name](transformers).eval(), EXPECTED[name]
    inputs = torch.randn(4, *shape)
    modules = dict(net.named_modules())
    named = {glob: next(iter(fnmatch.filter(modules, glob))) for glob in expected}
    outputs = {}

    def keep(glob):
        def kept(module, given, output):
            outputs[glob] = output[0] if isinstance(output, tuple) else output

        return kept

    for glob, layer in named.items():
        modules[layer].register_forward_hook(keep(glob))
    with torch.no_grad():
        net(inputs)
    for module in modules.values():
        module._forward_hooks.clear()
    study = ss.Study.create(tmp_path / "x.study", net)
    data = ss.dataset(inputs.numpy(), labels=np.array([0, 1, 2, 0]), layout="features")
    recording = study.record(data, "lab", layers=list(named.values()), stored_as="float32", progress=False)
    for glob, (units, mean) in expected.items():
        responses = recording.responses(named[glob])
        assert responses.shape == (4, units), glob
        np.testing.assert_allclose(responses, mean(outputs[glob]), atol=1e-5, err_msg=glob)
