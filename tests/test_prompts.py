import pytest

from mvbench.errors import UsageError
from mvbench.prompts import PROTOCOLS, parse, prompt_hash
from tests.fabricated import record
from tests.fabricated import task as fabricated_task

SAMPLE = record(fabricated_task("Action Count")).sample


def test_the_protocols_differ_as_the_tools_do() -> None:
    prefixes = {name: protocol.answer_prefix for name, protocol in PROTOCOLS.items()}
    assert prefixes == {
        "mvbench": "Best Option: (",
        "notebook": "Best option:(",
        "lmms": "",
        "vlmevalkit": "Best option:(",
    }
    assert {name: protocol.max_new_tokens for name, protocol in PROTOCOLS.items()}["lmms"] == 16
    assert [name for name, protocol in PROTOCOLS.items() if protocol.repeat_system] == ["notebook"]
    assert not PROTOCOLS["lmms"].system


def test_lmms_writes_the_question_without_a_blank() -> None:
    question = PROTOCOLS["lmms"].render(SAMPLE).question
    assert question.startswith(f"Question:{SAMPLE.question}\nOption:\n(A) {SAMPLE.choices[0]}\n(B) ")
    assert question.endswith("\nOnly give the best option.")


def test_a_choice_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    from dataclasses import replace

    sample = replace(SAMPLE, question="{options} {0.__class__}", choices=("{letter}", "{text}", "{question}", "%s"))
    question = PROTOCOLS["mvbench"].render(sample).question
    assert question.startswith("Question: {options} {0.__class__}\nOptions:\n(A) {letter}\n(B) {text}\n(C) {question}")


def test_subtitles_go_before_the_question_where_asked_for() -> None:
    from dataclasses import replace

    sample = replace(SAMPLE, extras={"subtitle": " Hello.\n"})
    plain = PROTOCOLS["mvbench"].render(sample).question
    assert PROTOCOLS["mvbench"].render(sample, subtitles=True).question == f"Subtitles:\nHello.\n{plain}"
    assert PROTOCOLS["mvbench"].render(SAMPLE, subtitles=True) == PROTOCOLS["mvbench"].render(SAMPLE)


def test_the_hash_names_the_rendered_prompt() -> None:
    hashes = {prompt_hash(protocol.render(SAMPLE)) for protocol in PROTOCOLS.values()}
    assert len(hashes) == len(PROTOCOLS)
    assert prompt_hash(PROTOCOLS["mvbench"].render(SAMPLE)) in hashes


def test_a_toml_file_is_a_protocol() -> None:
    protocol = parse('question = "Q {question}\\n{options}"\noption = "{letter}: {text}"\nsystem = ""', origin="m.toml")
    assert protocol.name == "m.toml"
    assert protocol.render(SAMPLE).question.startswith(f"Q {SAMPLE.question}\nA: {SAMPLE.choices[0]}\nB: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x =", "not TOML"),
        ('prefix = "("', "unknown key 'prefix'"),
        ("system = 3", "system must be of type str"),
        ('question = "only {question}"', "must hold {options}"),
        ('name = "notebook"', "name is 'notebook', which is a built-in protocol"),
        ('name = " MVBench"', "built-in protocol"),
        ('name = ""', "1 to 100 printable characters"),
        (f'name = "{"n" * 101}"', "1 to 100 printable characters"),
        (r'name = "two\nlines"', "name is 'two\\nlines'"),
        ("max_new_tokens = 0", "max_new_tokens is 0; it must be at least 1"),
        ("max_new_tokens = -5", "max_new_tokens is -5"),
        ("system = " + "[" * 3000 + "]" * 3000, "more than 32 deep; a protocol file holds keys such as"),
    ],
)
def test_a_protocol_file_that_is_wrong_is_refused_by_key(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text, origin="m.toml")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
