"""The tiny models load with the real transformers, from their folder and from the Test Hub."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytest_plugins = ["tests.hubserver.fixtures"]


@pytest.mark.parametrize(
    ("model_id", "auto"),
    [
        ("acme/tiny-sentiment", "AutoModelForSequenceClassification"),
        ("acme/tiny-emotions", "AutoModelForSequenceClassification"),
        ("acme/tiny-answers", "AutoModelForQuestionAnswering"),
        ("acme/tiny-writer", "AutoModelForCausalLM"),
        ("acme/tiny-summary", "AutoModelForSeq2SeqLM"),
        ("acme/tiny-photos", "AutoModelForImageClassification"),
        ("acme/tiny-embed", "AutoModel"),
        ("acme/tiny-sharded", "AutoModelForSequenceClassification"),
        ("acme/tiny-all-formats", "AutoModelForSequenceClassification"),
        ("acme/tiny-gated", "AutoModelForSequenceClassification"),
    ],
)
def test_a_tiny_model_loads_with_every_weight(tiny_models, model_id, auto):
    import transformers

    _, info = getattr(transformers, auto).from_pretrained(tiny_models / model_id, output_loading_info=True)

    assert not any(info.values())


def test_the_headless_model_lacks_its_head(tiny_models):
    from transformers import AutoModelForSequenceClassification as Auto

    _, info = Auto.from_pretrained(tiny_models / "shady/tiny-headless", output_loading_info=True)

    assert set(info["missing_keys"]) == {"score.weight"}


def test_the_odd_models_are_refused_as_those_on_the_hub(tiny_models):
    from transformers import AutoModelForSequenceClassification as Auto

    with pytest.raises(ValueError, match="quux9"):
        Auto.from_pretrained(tiny_models / "shady/tiny-unknown-type", trust_remote_code=False)
    with pytest.raises(ValueError, match="custom code"):
        Auto.from_pretrained(tiny_models / "shady/tiny-own-code", trust_remote_code=False)
    with pytest.raises(OSError, match="safetensors"):
        Auto.from_pretrained(tiny_models / "shady/tiny-pickled", use_safetensors=True)


PIPELINES = """
import json, os, sys
from transformers import AutoModelForSequenceClassification as Auto, pipeline
text = "the order was late"
said = {
    "by task": pipeline("text-classification", "acme/tiny-all-formats")(text),
    "by id": pipeline(model="acme/tiny-writer")(text, max_new_tokens=3, do_sample=False),
    "own code": type(Auto.from_pretrained("shady/tiny-own-code", trust_remote_code=True)).__name__,
    "trace": os.environ.get("HFMAGIC_TEST_OWN_CODE"),
}
json.dump(said, sys.stdout)
"""


def test_transformers_runs_models_by_their_id(tiny_hub, tmp_path):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING"))}
    env |= {"HF_ENDPOINT": tiny_hub.url, "HF_HOME": str(tmp_path), "HF_HUB_DISABLE_PROGRESS_BARS": "1"}

    done = subprocess.run([sys.executable, "-c", PIPELINES], env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["by task"][0]["label"] in ("NEGATIVE", "POSITIVE")
    assert said["by id"][0]["generated_text"].startswith("the order was late")
    assert (said["own code"], said["trace"]) == ("OwnForSequenceClassification", "ran")
    fetched = [r.query for r in tiny_hub.log if r.origin == "cdn" and r.method == "GET"]
    assert fetched == ["filename=model.safetensors"] * 3
