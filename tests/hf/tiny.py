"""Checkpoints of a few hundred kilobytes: the real classes of eight families, random weights, tokenizers trained here.

Each builder writes a folder that `AutoProcessor` and `AutoModelForImageTextToText` open like any checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

TEXT = (
    "Carefully watch the video and pay attention to the cause and sequence of events.",
    "Based on your observations, select the best option that accurately addresses the question.",
    "Question: What does the person do first? Options: (A) open the door (B) close the box (C) sit (D) walk",
    "Only give the best option. Best Option: ( USER: ASSISTANT: system user assistant",
    "Which way does the ball move? left right up down 0.3 seconds Frame1: Frame2:",
)

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% for item in message['content'] %}"
    "{% if item['type'] == 'image' %}IMAGE{% elif item['type'] == 'video' %}VIDEO{% else %}{{ item['text'] }}"
    "{% endif %}{% endfor %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
VICUNA = (
    "{% for message in messages %}{% if message['role'] == 'user' %}USER: {% elif message['role'] == 'assistant' %}"
    "ASSISTANT: {% endif %}{% for item in message['content'] %}"
    "{% if item['type'] == 'image' %}IMAGE\n{% elif item['type'] == 'video' %}VIDEO\n{% else %}{{ item['text'] }}"
    "{% endif %}{% endfor %}{% if message['role'] == 'assistant' %}</s>{% else %} {% endif %}{% endfor %}"
    "{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)

VISION = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
LANGUAGE = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 8192,
    "initializer_range": 0.3,
    "tie_word_embeddings": False,
}
MROPE = {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 3, 3]}


def template(text: str, *, image: str, video: str = "") -> str:
    return text.replace("IMAGE", image).replace("VIDEO", video)


def tokenizer(*special: str, chat: str, **named: str) -> Any:
    """A byte-level tokenizer; `special` are the family's tokens, `named` those that its processor looks up by name."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made.train_from_iterator(
        TEXT, trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False, special_tokens=[])
    )
    tokens = PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="</s>", pad_token="<pad>", extra_special_tokens=dict(named)
    )
    tokens.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>", *special]})
    tokens.chat_template = chat
    return tokens


def saved(folder: Path, model: Any, processor: Any) -> Path:
    model.generation_config.update(do_sample=True, temperature=0.9, top_k=3, repetition_penalty=1.5)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def language(kind: str, tokens: Any, **more: Any) -> Any:
    """A small language model's configuration, of `kind` llama, qwen2 or qwen3."""
    import transformers

    config = {"llama": "LlamaConfig", "qwen2": "Qwen2Config", "qwen3": "Qwen3Config"}[kind]
    ids = {"eos_token_id": tokens.eos_token_id, "pad_token_id": tokens.pad_token_id, "bos_token_id": None}
    return getattr(transformers, config)(vocab_size=len(tokens), **LANGUAGE, **ids, **more)


def seeded(make: Callable[[Any], Any], config: Any) -> Any:
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        return make(config).eval()


def llava(folder: Path) -> Path:
    """Pictures only: no video processor, no torchvision needed."""
    from transformers import CLIPVisionConfig, LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    chat = template(VICUNA, image="<image>")
    tokens = tokenizer("<image>", chat=chat)
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**VISION, image_size=56, patch_size=14),
        text_config=language("llama", tokens),
        image_token_id=tokens.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1,
        vision_feature_select_strategy="default",
        image_seq_length=16,
    )
    images = CLIPImageProcessorPil(size={"shortest_edge": 56}, crop_size={"height": 56, "width": 56})
    processor = LlavaProcessor(
        image_processor=images,
        tokenizer=tokens,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=chat,
    )
    return saved(folder, seeded(LlavaForConditionalGeneration, config), processor)


def qwen_vision() -> dict[str, Any]:
    return {"depth": 2, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "spatial_merge_size": 2}


def qwen_tokens() -> tuple[Any, str, dict[str, int]]:
    """Tokenizer, chat template and the ids that the configurations of both Qwen families name."""
    marks = ["<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"]
    chat = template(CHATML, image=f"{marks[0]}{marks[2]}{marks[1]}", video=f"{marks[0]}{marks[3]}{marks[1]}")
    tokens = tokenizer(*marks, chat=chat)
    names = ("vision_start_token_id", "vision_end_token_id", "image_token_id", "video_token_id")
    return tokens, chat, dict(zip(names, tokens.convert_tokens_to_ids(marks), strict=True))


def qwen2_5_vl(folder: Path) -> Path:
    """One spacing of frames per clip goes into the positions; no time is written."""
    import transformers
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLProcessor

    tokens, chat, ids = qwen_tokens()
    text = {**LANGUAGE, "vocab_size": len(tokens), "rope_parameters": MROPE, "eos_token_id": tokens.eos_token_id}
    vision = {**qwen_vision(), "out_hidden_size": 64, "fullatt_block_indexes": [1], "window_size": 56}
    config = Qwen2_5_VLConfig(
        vision_config={**vision, "patch_size": 14, "temporal_patch_size": 2, "tokens_per_second": 2},
        text_config={**text, "pad_token_id": tokens.pad_token_id, "bos_token_id": None},
        **ids,
    )
    size = {"shortest_edge": 28 * 28, "longest_edge": 4 * 28 * 28}
    processor = Qwen2_5_VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(size=size),
        tokenizer=tokens,
        video_processor=transformers.Qwen2VLVideoProcessor(size=size, do_sample_frames=True),
        chat_template=chat,
    )
    return saved(folder, seeded(Qwen2_5_VLForConditionalGeneration, config), processor)


def qwen3_vl(folder: Path) -> Path:
    """Writes a time before each pair of frames: `<0.3 seconds>`."""
    import transformers
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration, Qwen3VLProcessor

    tokens, chat, ids = qwen_tokens()
    text = {**LANGUAGE, "vocab_size": len(tokens), "rope_parameters": MROPE, "eos_token_id": tokens.eos_token_id}
    vision = {**qwen_vision(), "out_hidden_size": 64, "deepstack_visual_indexes": [0], "num_position_embeddings": 64}
    config = Qwen3VLConfig(
        vision_config={**vision, "patch_size": 16, "temporal_patch_size": 2},
        text_config={**text, "head_dim": 16, "pad_token_id": tokens.pad_token_id, "bos_token_id": None},
        **ids,
    )
    size = {"shortest_edge": 32 * 32, "longest_edge": 64 * 32 * 32}
    processor = Qwen3VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(size=size, patch_size=16),
        tokenizer=tokens,
        video_processor=transformers.Qwen3VLVideoProcessor(size=size),
        chat_template=chat,
    )
    return saved(folder, seeded(Qwen3VLForConditionalGeneration, config), processor)


def internvl(folder: Path) -> Path:
    """Numbers its frames: `Frame1: `."""
    import transformers
    from transformers import InternVLConfig, InternVLForConditionalGeneration, InternVLProcessor

    names = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    chat = template(CHATML, image="<IMG_CONTEXT>\n", video="<video>\n")
    tokens = tokenizer(chat=chat, **names)
    config = InternVLConfig(
        vision_config={**VISION, "image_size": [56, 56], "patch_size": [14, 14]},
        text_config=language("qwen2", tokens),
        image_token_id=tokens.convert_tokens_to_ids("<IMG_CONTEXT>"),
        downsample_ratio=0.5,
        image_seq_length=4,
    )
    size = {"height": 56, "width": 56}
    processor = InternVLProcessor(
        image_processor=transformers.GotOcr2ImageProcessor(size=size, crop_to_patches=True, max_patches=2),
        tokenizer=tokens,
        video_processor=transformers.InternVLVideoProcessor(size=size),
        image_seq_length=4,
        chat_template=chat,
    )
    return saved(folder, seeded(InternVLForConditionalGeneration, config), processor)


def clip_parts(tokens: Any) -> dict[str, Any]:
    from transformers import CLIPVisionConfig

    return {
        "vision_config": CLIPVisionConfig(**VISION, image_size=56, patch_size=14),
        "text_config": language("llama", tokens),
        "vision_feature_layer": -1,
    }


def llava_next_video(folder: Path) -> Path:
    import transformers
    from transformers import LlavaNextVideoConfig, LlavaNextVideoForConditionalGeneration, LlavaNextVideoProcessor

    chat = template(VICUNA, image="<image>", video="<video>")
    tokens = tokenizer("<image>", "<video>", chat=chat)
    pinpoints = [[56, 112], [112, 56], [112, 112]]
    config = LlavaNextVideoConfig(
        **clip_parts(tokens),
        image_token_id=tokens.convert_tokens_to_ids("<image>"),
        video_token_id=tokens.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=pinpoints,
        spatial_pool_mode="average",
        image_seq_length=16,
        video_seq_length=4,
    )
    sizes = {"size": {"shortest_edge": 56}, "crop_size": {"height": 56, "width": 56}}
    processor = LlavaNextVideoProcessor(
        video_processor=transformers.LlavaNextVideoVideoProcessor(**sizes),
        image_processor=transformers.LlavaNextImageProcessor(**sizes, image_grid_pinpoints=pinpoints),
        tokenizer=tokens,
        chat_template=chat,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
    )
    return saved(folder, seeded(LlavaNextVideoForConditionalGeneration, config), processor)


def llava_onevision(folder: Path) -> Path:
    import transformers
    from transformers import (
        LlavaOnevisionConfig,
        LlavaOnevisionForConditionalGeneration,
        LlavaOnevisionProcessor,
        SiglipVisionConfig,
    )

    chat = template(CHATML, image="<image>\n", video="<video>\n")
    tokens = tokenizer("<image>", "<video>", chat=chat)
    pinpoints = [[56, 112], [112, 56], [112, 112]]
    config = LlavaOnevisionConfig(
        vision_config=SiglipVisionConfig(**VISION, image_size=56, patch_size=14),
        text_config=language("qwen2", tokens),
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
        image_token_id=tokens.convert_tokens_to_ids("<image>"),
        video_token_id=tokens.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=pinpoints,
    )
    size = {"height": 56, "width": 56}
    processor = LlavaOnevisionProcessor(
        image_processor=transformers.LlavaOnevisionImageProcessor(size=size, image_grid_pinpoints=pinpoints),
        tokenizer=tokens,
        video_processor=transformers.LlavaOnevisionVideoProcessor(size=size),
        num_image_tokens=16,
        vision_feature_select_strategy="full",
        chat_template=chat,
    )
    return saved(folder, seeded(LlavaOnevisionForConditionalGeneration, config), processor)


def video_llava(folder: Path) -> Path:
    import transformers
    from transformers import VideoLlavaConfig, VideoLlavaForConditionalGeneration, VideoLlavaProcessor

    chat = template(VICUNA, image="<image>", video="<video>")
    tokens = tokenizer("<image>", "<video>", chat=chat)
    config = VideoLlavaConfig(
        **clip_parts(tokens),
        vision_feature_select_strategy="default",
        image_token_id=tokens.convert_tokens_to_ids("<image>"),
        video_token_id=tokens.convert_tokens_to_ids("<video>"),
        image_seq_length=16,
        video_seq_length=8 * 17,
    )
    sizes = {"size": {"shortest_edge": 56}, "crop_size": {"height": 56, "width": 56}}
    processor = VideoLlavaProcessor(
        image_processor=transformers.VideoLlavaImageProcessor(**sizes),
        video_processor=transformers.VideoLlavaVideoProcessor(**sizes),
        tokenizer=tokens,
        patch_size=14,
        vision_feature_select_strategy="default",
        chat_template=chat,
        num_additional_image_tokens=1,
    )
    return saved(folder, seeded(VideoLlavaForConditionalGeneration, config), processor)


def smolvlm(folder: Path) -> Path:
    """Writes minutes and seconds before each frame; its processor needs the package num2words."""
    import transformers
    from transformers import SmolVLMConfig, SmolVLMForConditionalGeneration, SmolVLMProcessor

    names = {
        "fake_image_token": "<fake_token_around_image>",
        "image_token": "<image>",
        "end_of_utterance_token": "<end_of_utterance>",
        "global_image_token": "<global-img>",
        "video_token": "<video>",
    }
    chat = template(CHATML, image="<image>", video="<video>")
    tokens = tokenizer(chat=chat, **names)
    config = SmolVLMConfig(
        vision_config={**VISION, "image_size": 56, "patch_size": 14},
        text_config=language("llama", tokens),
        image_token_id=tokens.convert_tokens_to_ids("<image>"),
        scale_factor=2,
        pad_token_id=tokens.pad_token_id,
        tie_word_embeddings=False,
    )
    sizes = {"size": {"longest_edge": 56}, "max_image_size": {"longest_edge": 56}}
    sampling = {"fps": 1, "max_frames": 64, "video_size": {"longest_edge": 56}}
    processor = SmolVLMProcessor(
        image_processor=transformers.SmolVLMImageProcessor(**sizes),
        tokenizer=tokens,
        video_processor=transformers.SmolVLMVideoProcessor(**sizes, video_sampling=sampling),
        image_seq_len=4,
        chat_template=chat,
    )
    return saved(folder, seeded(SmolVLMForConditionalGeneration, config), processor)


FAMILIES: Mapping[str, Callable[[Path], Path]] = MappingProxyType(
    {
        make.__name__: make
        for make in (
            llava,
            qwen2_5_vl,
            qwen3_vl,
            internvl,
            llava_next_video,
            llava_onevision,
            video_llava,
            smolvlm,
        )
    }
)
