"""Batches that do not fit, or that one request spoils. The model is a function here."""

from collections.abc import Sequence

import pytest

from mvbench.errors import ModelError
from mvbench.models.huggingface.batching import Batches, out_of_memory, together
from mvbench.types import Reply, Request
from tests.hf.asking import frames, request

REQUESTS = [request(number, frames(number, times=(0.0,), size=(2, 2))) for number in range(8)]


class Scripted:
    """Answers with the sample id; too large a batch and some requests fail. Remembers the sizes it saw."""

    def __init__(self, *, room: int = 99, broken: Sequence[str] = (), words: str = "CUDA out of memory.") -> None:
        self.room, self.broken, self.words = room, broken, words
        self.sizes: list[int] = []
        self.freed = 0

    def __call__(self, requests: Sequence[Request]) -> list[Reply]:
        self.sizes.append(len(requests))
        if len(requests) > self.room:
            raise RuntimeError(f"{self.words} Tried to allocate\n2 GiB")
        if any(request.sample_id in self.broken for request in requests):
            raise ValueError("no such pixels")
        return [Reply(request.sample_id) for request in requests]

    def free(self) -> None:
        self.freed += 1


def ids(replies: Sequence[Reply]) -> list[str]:
    return [reply.error or reply.text for reply in replies]


@pytest.mark.parametrize(
    ("room", "sizes"), [(8, [8]), (4, [8, 4, 4]), (3, [8, 4, 2, 2, 2, 2]), (1, [8, 4, 2, *[1] * 8])]
)
def test_a_batch_that_does_not_fit_is_halved_until_it_does(room: int, sizes: list[int]) -> None:
    model, batches = Scripted(room=room), Batches()
    assert ids(batches.answer(REQUESTS, model, free=model.free)) == [one.sample_id for one in REQUESTS]
    assert model.sizes == sizes
    assert model.freed == sum(size > room for size in sizes)


def test_later_batches_start_with_what_fitted() -> None:
    model, batches = Scripted(room=3), Batches()
    batches.answer(REQUESTS, model, free=model.free)
    model.sizes.clear()
    batches.answer(REQUESTS, model, free=model.free)
    assert model.sizes == [2, 2, 2, 2]
    assert batches.largest == 2


def test_what_does_not_fit_alone_is_an_error_reply() -> None:
    model = Scripted(room=0)
    replies = Batches().answer(REQUESTS[:2], model, free=model.free)
    assert ids(replies) == ["RuntimeError: CUDA out of memory. Tried to allocate 2 GiB"] * 2


def test_one_bad_request_costs_only_itself() -> None:
    model = Scripted(broken=[REQUESTS[2].sample_id])
    replies = Batches().answer(REQUESTS[:4], model, free=model.free)
    assert ids(replies) == ["task/0000", "task/0001", "ValueError: no such pixels", "task/0003"]
    assert model.sizes == [4, 1, 1, 1, 1]


class Broken(Scripted):
    """Answers nothing, or nothing but a plain question, or only from the nth call on not."""

    def __init__(self, *, plain: bool = False, until: int = 0, memory: bool = False) -> None:
        super().__init__()
        self.plain, self.until, self.memory = plain, until, memory

    def __call__(self, requests: Sequence[Request]) -> list[Reply]:
        self.sizes.append(len(requests))
        is_plain = requests[0].sample_id == "a plain question"
        if len(self.sizes) > self.until and not (is_plain and self.plain):
            raise RuntimeError("out of memory") if self.memory else ValueError(f"no such\nkernel for {len(requests)}")
        return [Reply(request.sample_id) for request in requests]


@pytest.mark.parametrize("number", [1, 3])
def test_a_model_that_answers_nothing_at_all_stops_the_run(number: int) -> None:
    model = Broken()
    with pytest.raises(ModelError, match=r"even a plain question \(ValueError: no such kernel for 1\)") as caught:
        Batches().answer(REQUESTS[:number], model, free=model.free)
    assert "\n" not in str(caught.value)


def test_requests_are_to_blame_where_a_plain_question_is_answered() -> None:
    model, batches = Broken(plain=True), Batches()
    for part in (REQUESTS[:1], REQUESTS[1:3]):
        assert set(ids(batches.answer(part, model, free=model.free))) == {"ValueError: no such kernel for 1"}
    assert model.sizes == [1, 1, 2, 1, 1], "the plain question is asked once"


def test_once_it_has_answered_a_failure_costs_its_request() -> None:
    model, batches = Broken(until=1), Batches()
    replies = [batches.answer([one], model, free=model.free)[0] for one in REQUESTS[:3]]
    assert [reply.error is None for reply in replies] == [True, False, False]


def test_too_little_memory_stops_no_run() -> None:
    model = Broken(memory=True)
    assert ids(Batches().answer(REQUESTS[:2], model, free=model.free)) == ["RuntimeError: out of memory"] * 2


def test_an_error_with_advice_stops_the_run() -> None:
    def refuse(requests: Sequence[Request]) -> list[Reply]:
        raise ModelError("no such weights")

    with pytest.raises(ModelError, match="no such weights"):
        Batches().answer(REQUESTS, refuse, free=lambda: None)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB"), True),
        (RuntimeError("MPS backend out of memory"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes"), True),
        (MemoryError(), True),
        (RuntimeError("[enforce fail] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 8"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("Triton Error [CUDA]: CUDA_ERROR_OUT_OF_MEMORY"), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), False),
        (RuntimeError("shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_the_words_for_too_little_memory(error: Exception, expected: bool) -> None:
    assert out_of_memory(error) is expected


def test_groups_come_back_in_the_order_of_the_requests() -> None:
    model = Scripted()
    replies = together(REQUESTS[:5], lambda asked: int(asked.sample_id[-1]) % 2, model)
    assert [reply.text for reply in replies] == [one.sample_id for one in REQUESTS[:5]]
    assert model.sizes == [3, 2]
