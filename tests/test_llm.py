"""Whatever an endpoint does: an answer, or one line that says what to do; and the key is nowhere."""

from __future__ import annotations

import json
import pickle
import threading
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from hfmagic.errors import (
    BadAnswer,
    EndpointRefused,
    EndpointSlow,
    EndpointUnreachable,
    HFMagicError,
    NoEndpoint,
    Unforeseen,
)
from hfmagic.llm import LLM, Endpoint, NoObject, Sent
from hfmagic.llm.endpoint import Key, hide
from hfmagic.llm.strict import read_object
from hfmagic.planners.endpoints import KNOWN, find_endpoint

from .llmserver import (
    Exchange,
    TestLLM,
    broken,
    choices_empty,
    content_null,
    deep,
    drip,
    dup_keys,
    echo_key,
    endless,
    error_200,
    fenced,
    html,
    huge_int,
    nan,
    no_schema,
    redirect,
    says,
    stall,
    status,
    text,
    tool,
    truncated,
    wrong_type,
)

CANARY = "sk-canary-0123456789abcdef"
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}
HI = [{"role": "user", "content": "hi"}]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEY", CANARY)


def client(server: TestLLM, **settings: Any) -> LLM:
    model = settings.pop("model", "test-model")
    settings = {"seconds": 30, "max_bytes": 200_000, "wait": lambda _: None, **settings}
    return LLM(Endpoint("test", server.url, model, "TEST_KEY"), **settings)


def ask(*replies: object, **settings: Any) -> tuple[dict[str, Any], LLM, TestLLM]:
    with TestLLM(*replies) as server:
        llm = client(server, **settings)
        return llm.ask(HI, schema=SCHEMA, name="plan"), llm, server


def fails(*replies: object, **settings: Any) -> tuple[HFMagicError, TestLLM]:
    with TestLLM(*replies) as server, pytest.raises(HFMagicError) as caught:
        client(server, **settings).ask(HI, schema=SCHEMA, name="plan")
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)

    assert CANARY not in "".join(shown.format())
    assert len(f"{caught.value.code} {caught.value.line}") <= 200
    assert caught.value.line.isprintable()
    return caught.value, server


# Ways of asking


def test_an_object_is_asked_for_by_its_schema():
    value, llm, server = ask({"a": 1})
    asked = server.log[0].json

    assert value == {"a": 1}
    assert llm.modes == {"test-model": "json_schema"}
    assert asked["response_format"]["json_schema"] == {"name": "plan", "schema": SCHEMA, "strict": True}
    assert (asked["temperature"], asked["model"]) == (0, "test-model")
    assert asked["seed"]
    assert asked["max_tokens"] <= 2000


def test_an_endpoint_without_schemas_is_asked_by_a_tool_and_that_is_no_try():
    with TestLLM(script=lambda _: no_schema({"a": 1})) as server:
        llm = client(server, tries=1)
        value = llm.ask(HI, schema=SCHEMA, name="plan")

    assert (value, llm.modes) == ({"a": 1}, {"test-model": "tool"})
    assert server.log[1].json["tools"][0]["function"]["parameters"] == SCHEMA


def test_an_endpoint_without_tools_is_asked_in_words():
    with TestLLM(script=lambda _: no_schema({"a": 1}, also="tools", code=422)) as server:
        llm = client(server, tries=1)

        assert llm.ask(HI, schema=SCHEMA, name="plan") == {"a": 1}
    assert llm.modes == {"test-model": "text"}
    assert '"additionalProperties":false' in server.log[-1].words


def ways(server: TestLLM) -> list[str]:
    fields = {"response_format": "json_schema", "tools": "tool"}
    return [next((way for field, way in fields.items() if field in s.json), "text") for s in server.asked]


def test_the_way_that_worked_is_remembered():
    modes = {"test-model": "text"}
    with TestLLM({"a": 1}, {"a": 2}) as server:
        for _ in range(2):
            client(server, modes=modes).ask(HI, schema=SCHEMA, name="plan")

    assert ways(server) == ["text", "text"]


@pytest.mark.parametrize("failing", [text("I would rather chat."), status(400), status(422)])
def test_a_way_that_works_no_more_is_forgotten_for_another_in_the_same_talk(failing: object):
    modes = {"test-model": "text -temperature"}

    def script(seen: Any) -> object:
        return tool({"a": 1}) if "tools" in seen.json else failing

    with TestLLM(script=script) as server:
        assert client(server, modes=modes).ask(HI, schema=SCHEMA, name="plan") == {"a": 1}

    assert ways(server) == ["text", "json_schema", "tool"]
    assert "temperature" in server.asked[-1].json
    assert modes == {"test-model": "tool"}


def test_a_way_that_failed_is_not_remembered_where_none_works():
    modes = {"test-model": "tool"}
    with TestLLM(*["no"] * 9) as server, pytest.raises(NoObject):
        client(server, modes=modes).ask(HI, schema=SCHEMA, name="plan")

    assert ways(server) == ["tool", "json_schema", "text"]
    assert modes == {"test-model": ""}


def test_a_way_that_has_just_worked_is_kept_when_an_answer_is_bad():
    with TestLLM({"a": 1}, "no", {"a": 2}) as server:
        talk = client(server).talk()
        talk.ask(HI, schema=SCHEMA, name="plan")
        with pytest.raises(NoObject):
            talk.ask(HI, schema=SCHEMA, name="plan")

        assert talk.ask(HI, schema=SCHEMA, name="plan") == {"a": 2}
    assert ways(server) == ["json_schema"] * 3


def test_another_model_at_the_same_address_is_asked_its_own_way():
    modes = {"small": "text"}
    with TestLLM(*[{"a": 1}] * 2, models=["small"]) as server:
        llm = client(server, model="", modes=modes)
        llm.ask(HI, schema=SCHEMA, name="plan")
        server.models = ["large"]
        llm.ask(HI, schema=SCHEMA, name="plan")

    assert ways(server) == ["text", "json_schema"]
    assert llm.name == "test:large"
    assert modes == {"small": "text", "large": "json_schema"}


def test_a_field_that_the_model_refuses_is_left_out():
    def script(seen: Any) -> object:
        refused = next((f for f in ("temperature", "max_tokens") if f in seen.json), "")
        return status(400, json.dumps({"error": {"message": f"'{refused}' is not supported"}})) if refused else {"a": 1}

    with TestLLM(script=script) as server:
        llm = client(server, tries=1)
        llm.ask(HI, schema=SCHEMA, name="plan")

    assert llm.modes == {"test-model": "json_schema -max_tokens -temperature"}
    assert server.log[-1].json["max_completion_tokens"] > 2000


def test_an_answer_in_words_moves_on_to_the_next_way():
    value, llm, server = ask("I would rather chat.", tool({"a": 3}))

    assert (value, ways(server)) == ({"a": 3}, ["json_schema", "tool"])
    assert llm.modes == {"test-model": "tool"}


@pytest.mark.parametrize(
    "reply", [fenced({"a": 1}), text('Sure!\n{"a": 1} and "{more}"'), wrong_type({"a": 1}), text('\ufeff{"a": 1}')]
)
def test_an_object_is_found_in_what_stands_around_it(reply: object):
    assert ask(reply)[0] == {"a": 1}


def test_the_only_model_is_found():
    with TestLLM({"a": 1}, models=["the-one"]) as server:
        llm = client(server, model="")
        llm.ask(HI, schema=SCHEMA, name="plan")

    assert (llm.name, server.asked[0].json["model"]) == ("test:the-one", "the-one")


def test_the_file_of_a_model_is_named_without_its_folder():
    with TestLLM({"a": 1}, models=["/home/somebody/models/small.gguf"]) as server:
        llm = client(server, model="")
        llm.ask(HI, schema=SCHEMA, name="plan")

    assert llm.name == "test:small.gguf"


def test_of_several_models_one_has_to_be_named():
    with TestLLM(models=[f"m{i}" for i in range(9)]) as server, pytest.raises(NoEndpoint) as caught:
        client(server, model="").ask(HI, schema=SCHEMA, name="plan")

    assert caught.value.line == "planner test serves 9 models: m0, m1, m2, m3, m4, …. → %hf planner test MODEL"


# Faults


@pytest.mark.fault(28)
def test_28_nothing_answers():
    with TestLLM() as server:
        url = server.url
    llm = LLM(Endpoint("gone", url, "m"), seconds=30, max_bytes=1000, wait=lambda _: None)

    with pytest.raises(
        EndpointUnreachable, match=r"planner gone \(127.0.0.1:\d+\) is not reachable: Connect"
    ) as caught:
        llm.ask(HI, schema=SCHEMA, name="plan")
    assert "%hf planner rules" in caught.value.hint


@pytest.mark.fault(28)
def test_28_a_key_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TEST_KEY")
    error, server = fails()

    assert isinstance(error, NoEndpoint)
    assert "TEST_KEY is not set" in error.line
    assert server.log == []


@pytest.mark.parametrize("reply", [stall(), drip()])
@pytest.mark.fault(29)
def test_29_an_answer_that_does_not_come_ends_at_the_deadline(reply: object):
    with TestLLM(reply) as server:
        with pytest.raises(EndpointSlow, match="planner test"):
            client(server, seconds=0.3).ask(HI, schema=SCHEMA, name="plan")
        assert server.gone


@pytest.mark.fault(29)
def test_29_an_interrupt_acts_at_once_and_leaves_no_connection(monkeypatch: pytest.MonkeyPatch):
    join = threading.Thread.join
    with TestLLM(stall()) as server:

        def interrupted(self: threading.Thread, timeout: float | None = None) -> None:
            if self.name == "hfmagic-llm" and server.log and threading.current_thread() is threading.main_thread():
                monkeypatch.undo()
                raise KeyboardInterrupt
            join(self, timeout)

        monkeypatch.setattr(threading.Thread, "join", interrupted)
        llm = LLM(Endpoint("test", server.url, "m"), seconds=60, max_bytes=1000)
        with pytest.raises(KeyboardInterrupt):
            llm.ask(HI, schema=SCHEMA, name="plan")

        assert server.gone


@pytest.mark.parametrize("code", [401, 403, 500])
@pytest.mark.fault(30)
def test_30_a_key_that_is_echoed_is_redacted(code: int):
    error, server = fails(*[echo_key(code)] * 3)

    assert server.log[0].headers["authorization"] == f"Bearer {CANARY}"
    assert isinstance(error, EndpointRefused)
    assert error.line.startswith(f"planner test (127.0.0.1:{server.url.split(':')[2][:-3]}) refused with {code}: ")
    assert "Incorrect API key provided: ***" in error.line
    assert CANARY[:8] not in error.line


@pytest.mark.fault(30)
def test_30_a_key_that_is_echoed_in_an_answer_is_gone():
    def echo(exchange: Exchange) -> None:
        says({"a": 1, "b": exchange.seen.headers["authorization"]})(exchange)

    assert ask(echo)[0] == {"a": 1, "b": "Bearer ***"}


@pytest.mark.fault(31)
def test_31_a_busy_endpoint_is_asked_three_times_and_no_more():
    waits: list[float] = []
    error, server = fails(*[status(500)] * 5, wait=waits.append)

    assert isinstance(error, EndpointRefused)
    assert "asked 3×" in error.line
    assert len(server.log) == 3
    assert waits == [0.2, 0.4]


@pytest.mark.fault(31)
def test_31_retry_after_is_respected():
    waits: list[float] = []
    value, _, _ = ask(status(429, Retry_After="7"), {"a": 1}, wait=waits.append)

    assert (value, waits) == ({"a": 1}, [7])


@pytest.mark.fault(31)
def test_31_a_wait_beyond_the_deadline_is_not_begun():
    error, server = fails(status(429, Retry_After="3600"), wait=lambda _: pytest.fail("waited"))

    assert "refused with 429" in error.line
    assert len(server.log) == 1


NOT_OPENAI = "gave no OpenAI-compatible answer"
BAD = {
    "32 html": (html(), f"{NOT_OPENAI}: it is a web page"),
    "33 broken": (broken(), f"{NOT_OPENAI}: it is no JSON"),
    "33 not utf-8": (broken(b"\xff\xfe\x00"), f"{NOT_OPENAI}: it is no text"),
    "33 a list": (broken(b"[]"), f"{NOT_OPENAI}: it is no object"),
    "34 no choices": (choices_empty(), f"{NOT_OPENAI}: it has no choices"),
    "34 no list": (broken(b"{}"), f"{NOT_OPENAI}: it has no list of choices"),
    "34 no message": (broken(b'{"choices": [null]}'), f"{NOT_OPENAI}: its choice has no message"),
    "34 null": (content_null("content_filter"), "its answer is empty (finish_reason content_filter)"),
    "34 error": (error_200("model is overloaded"), f"{NOT_OPENAI}: model is overloaded"),
    "36 words": (text("no plan today"), "wanted a JSON object, found 'no plan today'"),
    "36 cut": (text('{"a": [1, 2', finish="length"), "was cut at the limit of tokens"),
    "36 open": (text('{"a": [1, 2'), "wanted a JSON object: it is no JSON"),
    "36 control": (text("\x1b[31mred\u202e"), "found '[31mred'"),
    "37 twice": (dup_keys(), "wanted a JSON object: it has a key twice"),
    "37 nan": (nan(), "wanted a JSON object: NaN is no number"),
    "37 infinity": (text('{"a": -Infinity}'), "wanted a JSON object: -Infinity is no number"),
    "37 large": (text('{"a": 1e999}'), "wanted a JSON object: it has a number that is too large"),
    "37 digits": (huge_int(), "wanted a JSON object: it has a number of 10,000 digits"),
    "37 deep": (deep(50_000), "wanted a JSON object: it is nested too deeply"),
    "37 half": (broken(b'{"choices": [{"message": {"content": "{\\"a\\": \\"\\\\ud800\\"}"}}]}'), "half a character"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.fault(32, 33, 34, 36, 37)
def test_32_to_37_no_answer_is_one_line(name: str):
    reply, words = BAD[name]
    error, server = fails(*[reply] * 3)

    assert isinstance(error, BadAnswer)
    assert words in error.line
    assert len(server.log) == (3 if type(error) is NoObject else 1)  # another way of asking may help


def test_33_an_answer_that_breaks_off_is_asked_for_again():
    assert ask(truncated(), {"a": 1})[0] == {"a": 1}

    error, server = fails(*[truncated()] * 3)
    assert isinstance(error, BadAnswer)
    assert "the answer broke off" in error.line
    assert len(server.log) == 3


@pytest.mark.parametrize("code", [200, 400, 500])
@pytest.mark.rule(14)
@pytest.mark.fault(35)
def test_35_an_endless_answer_ends_at_the_cap(code: int):
    def reply(exchange: Exchange) -> None:
        exchange.head(code)
        while exchange.write(b" " * 4096) and not exchange.released.is_set():
            pass

    with TestLLM(*[reply] * 6) as server:
        with pytest.raises((BadAnswer, EndpointRefused)) as caught:
            client(server).ask(HI, schema=SCHEMA, name="plan")
        assert server.gone

    assert "sent more than 200,000 bytes" in caught.value.line or code != 200


@pytest.mark.fault(35)
def test_35_an_endless_stream_of_events_ends_at_the_cap():
    error, _ = fails(endless(b'data: {"choices": [{"delta": {"content": "x"}}]}\n\n'))

    assert "sent more than 200,000 bytes" in error.line


@pytest.mark.parametrize(
    "raised", [KeyError("x"), RuntimeError("x"), UnicodeError("x"), OSError("x"), AssertionError("x")]
)
def test_whatever_a_library_raises_is_an_error_of_the_planner(raised: Exception, monkeypatch: pytest.MonkeyPatch):
    def read(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr("openai.OpenAI.post", read)
    error, server = fails()

    assert isinstance(error, EndpointUnreachable)
    assert type(raised).__name__ in error.line
    assert server.log == []


def test_a_mistake_of_our_own_is_called_so():
    error, _ = fails({"a": 1}, max_bytes="many")

    assert isinstance(error, Unforeseen)
    assert error.message == "asking planner test:test-model failed: TypeError."


def test_a_redirect_is_not_followed():
    with TestLLM({"a": 1}) as other:
        error, _ = fails(redirect(f"{other.url}/chat/completions"))

        assert "sends on to http://127.0.0.1" in error.line
        assert other.log == []


def test_an_unknown_model_is_refused_in_the_words_of_the_endpoint():
    error, _ = fails(status(404, '{"error": {"message": "The model `x` does not exist"}}'))

    assert error.line.endswith(
        "refused with 404: The model `x` does not exist. → check base_url, or %hf planner test MODEL"
    )


# What leaves


def test_each_request_is_recorded_as_it_left_without_the_key():
    kept: list[Sent] = []
    _, _, server = ask(status(500), {"a": 1}, on_sent=kept.append)

    assert [s.body for s in kept] == [s.body for s in server.log]
    assert kept[0].url == f"{server.url}/chat/completions"
    assert kept[0].size == len(server.log[0].body)
    assert CANARY not in repr(kept)


def test_nothing_of_the_environment_goes_along(monkeypatch: pytest.MonkeyPatch):
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with TestLLM({"a": 1}) as server:
        LLM(Endpoint("test", server.url, "m"), seconds=30, max_bytes=1000).ask(HI, schema=SCHEMA, name="plan")

    assert set(server.log[0].headers) == {
        "host",
        "accept",
        "accept-encoding",
        "connection",
        "content-type",
        "content-length",
        "user-agent",
    }
    assert "from-the-environment" not in repr(server.log)


def test_a_key_shows_itself_nowhere():
    key = Key.of(Endpoint("test", "https://h.example/v1", "m", "TEST_KEY"))

    assert f"{key} {key!r} {[key]}" == "*** *** [***]"
    assert CANARY.encode() not in pickle.dumps(key)
    assert pickle.loads(pickle.dumps(key)).bearer() == "Bearer ***"  # noqa: S301


@pytest.mark.parametrize(
    "words", ["sk-proj-abcdef123456", "hf_abcdefghijk", "Authorization: Bearer abc.def", "sk-abc***wxyz"]
)
def test_what_looks_like_a_key_is_hidden(words: str):
    assert "***" in hide(f"wrong: {words}, try again")
    assert words.split()[-1] not in hide(f"wrong: {words}, try again").replace("***", "")


# Endpoints


@pytest.mark.parametrize(
    "url",
    [
        "https://user:pass@h.example/v1",
        "https://:pass@h.example/v1",
        "ftp://h.example/v1",
        "h.example/v1",
        "file:///etc/passwd",
        "http://h.example/v1",
        "http://8.8.8.8/v1",
        "http://169.254.169.254/v1",
        "https://h.example/v1?key=x",
        "https://h.example/v1#x",
        "https://h.example:99999/v1",
        "https://[::1/v1",
        "https://h.exa mple/v1",
        "http://127.0.0.1.h.example/v1",
        "",
    ],
)
def test_an_address_that_must_not_be_used_is_refused(url: str):
    with pytest.raises(NoEndpoint) as caught:
        Endpoint("mine", url)

    assert "pass" not in caught.value.line.replace("password", "")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/v1", "http://[::1]:1/v1", "http://localhost/v1/", "http://10.0.0.8/v1", "http://box:8000/v1"],
)
def test_plain_http_is_for_this_machine_and_private_networks(url: str):
    assert Endpoint("mine", url).is_local


def test_a_key_is_named_not_given():
    with pytest.raises(NoEndpoint, match="name of an environment variable") as caught:
        Endpoint("mine", "https://h.example/v1", key=CANARY)

    assert CANARY not in caught.value.line


def test_endpoints_are_found_by_name():
    mine = {"base_url": "https://h.example/v1", "model": "m", "key": "MY_KEY"}

    assert find_endpoint("ollama", "qwen3", {}) == Endpoint("ollama", KNOWN["ollama"].base_url, "qwen3")
    assert find_endpoint("mine", "", {"mine": mine}) == Endpoint("mine", "https://h.example/v1", "m", "MY_KEY")
    assert find_endpoint("http://127.0.0.1:8080/v1", "", {}).base_url == "http://127.0.0.1:8080/v1"


@pytest.mark.parametrize(
    ("name", "configured", "words"),
    [
        ("olama", {}, "did you mean 'ollama'?"),
        ("zzz", {}, "one of openai, huggingface, ollama"),
        ("huggingface", {}, "serves many models: name one"),
        ("mine", {"mine": {"url": "x"}}, "not configured as it should be"),
        ("mine", {"mine": "https://h.example"}, "not configured as it should be"),
        ("mine", {"mine": {"base_url": "http://h.example"}}, "use https"),
        ("x\x1b[31m", {}, "there is no planner 'x [31m'"),
    ],
)
def test_a_wrong_endpoint_says_what_would_do(name: str, configured: dict[str, Any], words: str):
    with pytest.raises(NoEndpoint) as caught:
        find_endpoint(name, "", configured)

    assert words in caught.value.line
    assert len(caught.value.line) <= 200


# Strict reading


@pytest.mark.parametrize("words", ["", "null", "[1]", "{", "}", '{"a" 1}', "{'a': 1", "```json\n[]\n```"])
def test_what_is_no_object_is_refused(words: str):
    with pytest.raises(NoObject):
        read_object(words, "it")


def test_a_brace_in_a_text_closes_nothing():
    assert read_object('so: {"a": "}\\"{", "b": [{}]} done }', "it") == {"a": '}"{', "b": [{}]}


def test_many_braces_take_no_time():
    open_braces: Callable[[int], str] = lambda n: '{"a":' * n  # noqa: E731
    with pytest.raises(NoObject):
        read_object(open_braces(200_000), "it")


def test_a_long_answer_is_not_put_right_for_hours():
    with pytest.raises(NoObject):
        read_object('{x "' + '\\"' * 300_000, "it")
