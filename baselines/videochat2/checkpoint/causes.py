"""Why a checkpoint does not fit, as far as its names and shapes tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from baselines.videochat2.sizes import Build
from baselines.videochat2.weights.names import ADAPTER, Llm, Sign

Shapes = Mapping[str, tuple[int, ...]]

CALLED: Mapping[Llm, tuple[str, str]] = {
    "llama": ("Vicuna", "videochat2"),
    "mistral": ("Mistral", "videochat2-mistral"),
    "phi": ("Phi-3", "videochat2-phi3"),
}
"""The language model that the original's names are called after, and the name under which it is evaluated."""

LLMS: Mapping[str, Llm] = {"vicuna": "llama", "mistral": "mistral", "phi3": "phi"}
"""By prompt format, the word for its language model in the original's names."""

QUERIES, EXTRA = "query_tokens", "extra_query_tokens"
PATCHES = "vision_encoder.encoder.patch_embed.proj.weight"
BLOCK = "vision_encoder.encoder.blocks.{}.norm1.weight"
WORDS = "qformer.bert.embeddings.word_embeddings.weight"
MATCHING = "itm_head.weight"
PROJECTION = "projection.weight"


def likely_cause(found: Shapes, wanted: Shapes, *, sign: Sign, build: Build) -> str:
    """One sentence without its full stop, of the first cause that applies; general ones come last."""
    for cause in CAUSES:
        told = cause(found, wanted, sign, build)
        if told:
            return told
    return "its sizes or its names are those of another model"


def no_videochat2(found: Shapes, wanted: Shapes, sign: Sign, build: Build) -> str | None:
    if sign.stage is not None or QUERIES in found:
        return None
    if found.keys() and all(name.startswith("encoder.") for name in found):
        return "it holds a vision encoder alone, as l16_25m.pth does: give it as --vision to `mvbench build`"
    return "none of the names tells VideoChat2, so it is a checkpoint of something else"


def other_stage(found: Shapes, wanted: Shapes, sign: Sign, build: Build) -> str | None:
    needed = min(build.stage, 3)  # of 3 and 4 the names are the same
    if sign.stage is None or sign.stage == needed:
        return None
    return f"it is a checkpoint of stage {sign.stage}, and one of stage {build.stage} is needed"


def made_with_another(sign: Sign, build: Build) -> str | None:
    """Where the original's names are called after another language model than the build's."""
    needed = LLMS.get(build.prompt_format)
    if sign.llm is None or needed is None or sign.llm == needed:
        return None
    title, model = CALLED[sign.llm]
    return f"it was made with {title} and not {CALLED[needed][0]}: try --model {model}"


def other_llm_width(found: Shapes, wanted: Shapes, sign: Sign, build: Build) -> str | None:
    here, there = found.get(PROJECTION), wanted.get(PROJECTION)
    if here is None or there is None or here[0] == there[0]:
        return None
    return f"its projection leads to a language model of width {here[0]}, and the one given has width {there[0]}"


def adapters(found: Shapes, wanted: Shapes, sign: Sign, build: Build) -> str | None:
    here, there = ({name: shape for name, shape in some.items() if ADAPTER.search(name)} for some in (found, wanted))
    if there and not here:
        return "it holds no LoRA adapters, as files of stage 2 and merged ones do not"
    if here and not there:
        return f"it holds {len(here)} LoRA adapters, and {build.name} has none"
    if here.keys() != there.keys():
        return f"its LoRA adapters lie on other layers ({len(here)} of them, {len(there)} here)"
    ranks = rank(here), rank(there)
    if ranks[0] != ranks[1]:
        return f"its LoRA adapters have rank {ranks[0]}, and {build.name} has {ranks[1]}"
    if here != there:
        return "its LoRA adapters fit a language model of another size"
    return None


def rank(shapes: Shapes) -> int | None:
    return next((shape[0] for name, shape in shapes.items() if ".lora_A." in name and shape), None)


def matching_head(found: Shapes, wanted: Shapes, sign: Sign, build: Build) -> str | None:
    here, there = found.get(MATCHING), wanted.get(MATCHING)
    if here is None or there is None or here == there:
        return None
    return (
        f"its matching head reads {here[-1]} numbers and not {there[-1]}: with vtm_cat_text_cls it reads the text's "
        "first state beside the queries' mean, without it half as much"
    )


def number_of_queries(found: Shapes, wanted: Shapes, sign: Sign, build: Build) -> str | None:
    here, there = (
        tuple(some[name][1] for name in (QUERIES, EXTRA) if len(some.get(name, ())) == 3) for some in (found, wanted)
    )
    if here == there:
        return None
    return f"it has {' + '.join(map(str, here)) or 'no'} queries, and {build.name} {' + '.join(map(str, there))}"


def vision_size(found: Shapes, wanted: Shapes, sign: Sign, build: Build) -> str | None:
    here, there = found.get(PATCHES), wanted.get(PATCHES)
    blocks = tuple(count(some, BLOCK) for some in (found, wanted))
    if here is None or there is None or (here == there and blocks[0] == blocks[1]):
        return None
    return (
        f"its vision encoder has {blocks[0]} blocks of width {here[0]} over patches of {here[-1]} pixels, and that of "
        f"{build.name} {blocks[1]} of width {there[0]} over {there[-1]}"
    )


def count(shapes: Shapes, name: str) -> int:
    """How many there are of a name with a number in it."""
    number = 0
    while name.format(number) in shapes:
        number += 1
    return number


def vocabulary(found: Shapes, wanted: Shapes, sign: Sign, build: Build) -> str | None:
    here, there = found.get(WORDS), wanted.get(WORDS)
    if here is None or there is None or here[0] == there[0]:
        return None
    return f"its Q-Former knows {here[0]} words, and that of {build.name} {there[0]}"


CAUSES: tuple[Callable[[Shapes, Shapes, Sign, Build], str | None], ...] = (
    no_videochat2,
    other_stage,
    other_llm_width,
    vision_size,
    number_of_queries,
    vocabulary,
    matching_head,
    adapters,
)
