"""Questions that are there more than once, and videos that are there under several names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from math import inf
from pathlib import Path
from typing import NamedTuple

from mvbench.errors import Failure
from mvbench.orbits import orbit_of
from mvbench.types import Sample
from mvbench.video.files import fingerprint
from qa_gen.quality.report import Repeats, Videos
from qa_gen.wording import words

NEAR_WORDS = 0.8
"""Jaccard's index of the words of two questions with their options, from which on they are nearly the same."""
NEAR_SECONDS = 0.5
"""The part of the shorter clip that two clips of one video share, from which on they show nearly the same."""
MOST_COMPARED = 200
"""So many questions about one file are compared, each with each. More of them are told by `most_questions`."""


def contents(samples: Iterable[Sample]) -> dict[Path, str]:
    """The fingerprint of every file that is there; links are followed."""
    found: dict[Path, str] = {}
    for sample in samples:
        path = sample.clip.path
        if sample.located != "missing" and path not in found:
            try:
                found[path] = fingerprint(path)
            except Failure:
                continue  # `mvbench data verify` is about files that cannot be read
    return found


def file_of(sample: Sample, prints: Mapping[Path, str]) -> str:
    """What names the content of a clip's file: its fingerprint, else its path."""
    return prints.get(sample.clip.path, sample.video)


def videos(samples: Sequence[Sample], prints: Mapping[Path, str]) -> Videos:
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for sample in samples:
        names[file_of(sample, prints)][sample.video] = None
    paths = {sample.video: sample.clip.path for sample in samples}
    return Videos(
        names=len(paths),
        found=sum(path in prints for path in paths.values()),
        files=len(names),
        most_questions=max(Counter(file_of(sample, prints) for sample in samples).values()),
        copies=tuple(tuple(group) for group in names.values() if len(group) > 1),
    )


def repeats(samples: Sequence[Sample], prints: Mapping[Path, str]) -> Repeats:
    """Repeated questions of one task. The mates of an orbit share their words, so that their frames must differ."""
    groups: dict[object, list[Sample]] = defaultdict(list)
    for sample in samples:
        clip = sample.clip
        options = tuple(sorted(sample.choices))
        key = file_of(sample, prints), clip.start_seconds, clip.end_seconds, sample.question, options
        groups[key].append(sample)
    same = [group for group in groups.values() if len(group) > 1]
    return Repeats(
        same=tuple(ids(group) for group in same),
        contradicting=tuple(ids(group) for group in same if len({one.answer_text for one in group}) > 1),
        near=tuple(near_pairs([group[0] for group in groups.values()], prints)),
    )


def ids(samples: Iterable[Sample]) -> tuple[str, ...]:
    return tuple(sample.id for sample in samples)


class Text(NamedTuple):
    sample: Sample
    words: frozenset[str]


def near_pairs(samples: Iterable[Sample], prints: Mapping[Path, str]) -> Iterator[tuple[str, str]]:
    """Pairs of questions about much of one file in nearly the same words. Mates of an orbit are none."""
    by_file: dict[str, list[Text]] = defaultdict(list)
    for sample in samples:
        text = frozenset(word for part in (sample.question, *sample.choices) for word in words(part))
        by_file[file_of(sample, prints)].append(Text(sample, text))
    for texts in by_file.values():
        for first, second in combinations(texts[:MOST_COMPARED], 2):
            mates = orbit_of(first.sample) is not None and orbit_of(first.sample) == orbit_of(second.sample)
            if not mates and alike(first.words, second.words) and shared(first.sample, second.sample) >= NEAR_SECONDS:
                yield first.sample.id, second.sample.id


def alike(first: frozenset[str], second: frozenset[str]) -> bool:
    common = len(first & second)
    return common >= NEAR_WORDS * (len(first) + len(second) - common)


def shared(first: Sample, second: Sample) -> float:
    """The part of the shorter clip that both show, from 0 to 1."""
    (start, end), (other_start, other_end) = bounds(first), bounds(second)
    common = min(end, other_end) - max(start, other_start)
    shorter = min(end - start, other_end - other_start)
    if common == inf:
        return 1.0
    return max(0.0, common) / shorter if shorter > 0 else float(common >= 0)


def bounds(sample: Sample) -> tuple[float, float]:
    clip = sample.clip
    return clip.start_seconds or 0.0, inf if clip.end_seconds is None else clip.end_seconds
