"""Random tiny models of each family, with the size of a picture that transformers takes for them."""

from transformers import (
    BeitConfig,
    DepthAnythingConfig,
    DepthAnythingForDepthEstimation,
    Dinov2Config,
    DPTConfig,
    DPTForDepthEstimation,
    DPTForSemanticSegmentation,
    Swinv2Config,
    Tipsv2DptConfig,
    Tipsv2DptForDensePrediction,
    Tipsv2VisionConfig,
)


def vit(draw):
    patch, stages = draw.pick(1, 2, 5, 8, 14, 16, 16, 32), draw.stages()
    count, taps = draw.layers(0, stages)
    fields = dict(
        **draw.heads(),
        **draw.decoder(stages),
        num_hidden_layers=count,
        backbone_out_indices=taps,
        intermediate_size=draw.pick(37, 64, 100, 128, 3),
        image_size=draw.square(draw.side(patch, 2, 4)),
        patch_size=patch,
        num_channels=draw.pick(3, 3, 3, 1, 4),
        hidden_act=draw.activation(),
        layer_norm_eps=draw.epsilon(),
        qkv_bias=draw.pick(True, True, False),
        readout_type=draw.readout(),
        neck_ignore_stages=draw.pick([0, 1], []),
        head_in_index=draw.pick(-1, -1, *range(stages)),
    )
    if draw.pick(True, False):
        fields.update(num_labels=draw.pick(1, 2, 7, 41, 150, 300), use_auxiliary_head=draw.pick(True, False))
        return DPTForSemanticSegmentation(DPTConfig(**fields)), draw.size(patch)
    return DPTForDepthEstimation(DPTConfig(**projected(draw, fields))), draw.size(patch)


def projected(draw, fields):
    """transformers has 256 channels where there is a projection."""
    return {**fields, "add_projection": True, "fusion_hidden_size": 256} if draw.pick(True, False, False) else fields


def dinov2_backbone(draw, stages):
    count, taps = draw.layers(1, stages)
    patch = draw.pick(14, 14, 8, 3)
    return Dinov2Config(
        **draw.heads(),
        **draw.taps(taps),
        num_hidden_layers=count,
        mlp_ratio=draw.pick(1, 2, 3, 4),
        image_size=draw.square(patch * draw.pick(3, 5, 7)),
        patch_size=patch,
        reshape_hidden_states=False,
        apply_layernorm=draw.pick(True, False),
        use_swiglu_ffn=draw.pick(True, False, False),
        use_mask_token=draw.pick(True, False),
        hidden_act=draw.activation(),
        layer_norm_eps=draw.epsilon(),
        qkv_bias=draw.pick(True, True, False),
    )


def dinov2(draw):
    stages = draw.stages()
    backbone = dinov2_backbone(draw, stages)
    fields = dict(
        **draw.decoder(stages),
        backbone_config=backbone,
        hidden_size=backbone.hidden_size,
        patch_size=backbone.patch_size,
        readout_type=draw.readout(),
    )
    return DPTForDepthEstimation(DPTConfig(**projected(draw, fields))), draw.size(backbone.patch_size)


def depth_anything(draw):
    stages = draw.stages()
    backbone = dinov2_backbone(draw, stages)
    fields = dict(
        backbone_config=backbone,
        patch_size=backbone.patch_size,
        reassemble_hidden_size=backbone.hidden_size,
        reassemble_factors=draw.factors(stages) if stages != 4 or draw.pick(True, False) else [4, 2, 1, 0.5],
        neck_hidden_sizes=draw.channels(stages),
        fusion_hidden_size=draw.pick(24, 32, 64, 15),
        head_hidden_size=draw.pick(8, 16, 32, 5),
        head_in_index=draw.pick(-1, -1, *range(stages)),
        max_depth=draw.pick(None, 1, 20, 80),
        depth_estimation_type=draw.pick("relative", "metric"),
    )
    return DepthAnythingForDepthEstimation(DepthAnythingConfig(**fields)), draw.size(backbone.patch_size)


def beit(draw):
    patch, stages = draw.pick(16, 16, 8, 3), draw.stages()
    side = patch * draw.pick(2, 3, 4, 5)
    count, taps = draw.layers(1, stages)
    backbone = BeitConfig(
        **draw.heads(),
        **draw.taps(taps),
        num_hidden_layers=count,
        intermediate_size=draw.pick(96, 128, 50),
        image_size=draw.square(side),
        patch_size=patch,
        reshape_hidden_states=False,
        use_relative_position_bias=draw.pick(True, True, False),
        use_shared_relative_position_bias=draw.pick(True, False, False),
        use_absolute_position_embeddings=draw.pick(True, False),
        use_mask_token=draw.pick(True, False),
        use_mean_pooling=draw.pick(True, False),
        add_fpn=False,
        layer_scale_init_value=draw.pick(0.1, 0.1, 0.0),
        layer_norm_eps=draw.epsilon(),
        hidden_act=draw.activation(),
    )
    fields = dict(
        **draw.decoder(stages),
        backbone_config=backbone,
        hidden_size=backbone.hidden_size,
        image_size=side,
        readout_type=draw.readout(),
    )
    return DPTForDepthEstimation(DPTConfig(**projected(draw, fields))), draw.size(patch)


def swinv2(draw):
    width, window = draw.pick(12, 16, 24), draw.pick(2, 4, 6, 7, 8, 16)
    patch, stages = draw.pick(4, 4, 2, 5), draw.pick(4, 4, 4, 3, 5)
    named = [*range(1, stages + 1)] if draw.pick(True, True, False) else [0, *range(2, stages + 1)]
    backbone = Swinv2Config(
        **(dict(out_indices=named) if 0 in named else draw.taps(named)),
        image_size=patch * draw.pick(16, 24, 32),
        patch_size=patch,
        embed_dim=width,
        depths=[draw.pick(1, 2, 3) for _ in range(stages)],
        num_heads=draw.pick([1, 2, 4, 4, 4], [2, 4, 4, 8, 8], [2, 2, 2, 2, 2], [1, 1, 1, 1, 1])[:stages],
        window_size=window,
        pretrained_window_sizes=draw.pick([0] * 5, [window, window, window, max(window // 2, 2), 2])[:stages],
        mlp_ratio=draw.pick(2.0, 4.0),
        layer_norm_eps=draw.epsilon(),
        qkv_bias=draw.pick(True, False),
        hidden_act=draw.activation(),
    )
    sizes = [width * 2 ** max(tap - 1, 0) for tap in named]
    fields = dict(
        **{**draw.decoder(stages), "neck_hidden_sizes": sizes},
        backbone_config=backbone,
        hidden_size=sizes[-1],
        image_size=backbone.image_size,
        head_in_index=draw.pick(-1, -1, *range(stages)),
    )
    return DPTForDepthEstimation(DPTConfig(**projected(draw, fields))), draw.size(8 * patch, 1)


def hybrid(draw):
    # The stem and the bottlenecks keep BiT's strides; widths and depths are drawn.
    stem, factor, groups = draw.pick(16, 32), draw.pick(1, 1, 2), draw.pick(4, 8)
    sizes = [2 * stem, 4 * stem, 8 * stem, 16 * stem]
    out = [factor * size for size in sizes]
    bit = dict(
        embedding_size=stem,
        hidden_sizes=sizes,
        width_factor=factor,
        depths=[draw.pick(1, 2, 3) for _ in range(3)] + [2],
        num_groups=groups,
        layer_type=draw.pick("bottleneck", "bottleneck", "preactivation"),
        hidden_act=draw.pick("relu", "relu", "silu"),
        out_features=["stage1", "stage2", "stage3"],
        global_padding="same",
        embedding_dynamic_padding=draw.pick(True, True, False),
    )
    side = draw.side(16)
    fields = dict(
        **draw.heads(),
        is_hybrid=True,
        image_size=draw.square(side),
        backbone_config=bit,
        backbone_featmap_shape=[1, out[2], 4, 4],
        num_hidden_layers=4,
        intermediate_size=draw.pick(128, 70),
        backbone_out_indices=draw.pick([0, 1, 2, 3], [0, 1, 0, 1], [2, 3, 1, 3]),
        neck_ignore_stages=[0, 1],
        neck_hidden_sizes=[out[0], out[1], draw.pick(64, 21), draw.pick(64, 40)],
        fusion_hidden_size=draw.pick(24, 32, 10),
        reassemble_factors=draw.pick([1, 1, 1, 0.5], [4, 2, 2, 1], [1, 1, 1, 0.25]),
        readout_type="project",
        hidden_act=draw.activation(),
        layer_norm_eps=draw.epsilon(),
        qkv_bias=draw.pick(True, False),
        use_batch_norm_in_fusion_residual=draw.pick(True, False),
        use_bias_in_fusion_residual=draw.pick(None, True, False),
        head_in_index=draw.pick(-1, -1, 0, 2),
    )
    # transformers takes no other size of a hybrid than its own.
    if draw.pick(True, False):
        return DPTForSemanticSegmentation(DPTConfig(**fields, num_labels=draw.pick(2, 5, 260))), (side, side)
    return DPTForDepthEstimation(DPTConfig(**projected(draw, fields))), (side, side)


def tipsv2(draw):
    stages = draw.stages()
    count, taps = draw.layers(1, stages)
    backbone = Tipsv2VisionConfig(
        **draw.heads(),
        **draw.taps(taps),
        num_hidden_layers=count,
        mlp_ratio=draw.pick(2, 4),
        image_size=14 * draw.pick(3, 5),
        apply_layernorm=draw.pick(True, False),
        reshape_hidden_states=False,
        use_swiglu_ffn=draw.pick(True, False),
        num_register_tokens=draw.pick(0, 1, 4),
        hidden_act=draw.activation(),
        layer_norm_eps=draw.epsilon(),
    )
    config = Tipsv2DptConfig(
        backbone_config=backbone,
        neck_hidden_sizes=draw.channels(stages),
        fusion_hidden_size=draw.pick(32, 48, 13),
        reassemble_factors=draw.factors(stages) if stages != 4 or draw.pick(True, False) else [4, 2, 1, 0.5],
        num_depth_bins=draw.pick(9, 16, 1),
        min_depth=draw.pick(0.001, 0.5),
        max_depth=draw.pick(10.0, 80.0),
        readout_activation=draw.activation(),
        depth_decoder_activation=draw.pick("relu", "gelu"),
        num_labels=draw.pick(1, 7, 12, 300),
    )
    return Tipsv2DptForDensePrediction(config), draw.size(14)


FAMILIES = dict(
    vit=vit, dinov2=dinov2, depth_anything=depth_anything, beit=beit, swinv2=swinv2, hybrid=hybrid, tipsv2=tipsv2
)
