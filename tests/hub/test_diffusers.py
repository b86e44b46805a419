"""Models of diffusers: what is known of them before a weight is fetched, what is fetched, what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hfmagic import pipelines
from hfmagic.config import HFMagic
from hfmagic.errors import HFMagicError, NoModelFits
from hfmagic.hub import parts
from hfmagic.hub.facts import ModelFacts, read_facts
from hfmagic.hub.files import HubFile, files_of
from hfmagic.hub.folder import FolderHub
from hfmagic.plan import Plan, Step, Variable
from hfmagic.proposal import Options, Proposal
from hfmagic.recognise import recognise
from hfmagic.session import Session
from tests.conformance.tiny_pipelines import stable_diffusion
from tests.hub.bench import check_line, whole_gets
from tests.hubserver import TestHub

pytestmark = pytest.mark.usefixtures("no_hub_settings")
pytest_plugins = ["tests.hubserver.fixtures"]

ID = "acme/tiny-diffusion"
CARD = "---\nlicense: mit\npipeline_tag: text-to-image\nlibrary_name: diffusers\n---\n"
WEIGHTS = [
    "text_encoder/model.safetensors",
    "unet/diffusion_pytorch_model.safetensors",
    "vae/diffusion_pytorch_model.safetensors",
]
JUNK = {
    "v1-pruned.safetensors": b"x" * 9,
    "v1-pruned.ckpt": b"x" * 9,
    "unet/diffusion_pytorch_model.bin": b"x" * 9,
    "unet/diffusion_pytorch_model.fp16.safetensors": b"x" * 9,
    "unet/diffusion_pytorch_model.non_ema.safetensors": b"x" * 9,
    "unet/model.onnx": b"x" * 9,
    "unet/diffusion_flax_model.msgpack": b"x" * 9,
    "vae_1_0/diffusion_pytorch_model.safetensors": b"x" * 9,
    "images/cat.png": b"x" * 9,
}


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Stable Diffusion, built once."""
    folder = tmp_path_factory.mktemp("diffusion") / ID
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        stable_diffusion(folder)
    (folder / "README.md").write_text(CARD)
    return folder


@pytest.fixture
def folder(pristine: Path, tmp_path: Path) -> Path:
    """A copy of it, this test's own."""
    return Path(shutil.copytree(pristine, tmp_path / "hub" / ID))


@pytest.fixture
def hub(folder: Path) -> Iterator[TestHub]:
    """A Hub that has it alone."""
    with TestHub() as hub:
        hub.add(ID, folder, downloads=1000)
        yield hub


def session_of(tmp_path: Path, hub: TestHub | None = None, *, folders: Path | None = None) -> Session:
    return Session(
        HFMagic(
            hub_endpoint=hub.url if hub else "http://127.0.0.1:9",
            offline=hub is None,
            hub_dirs=[str(folders)] if folders else [],
            cache_dir=str(tmp_path / "cache"),
            hub_cache=str(tmp_path / "models"),
        )
    )


def propose(session: Session, model: str = "", **parameters: object) -> Proposal:
    """A plan of one step that draws, with its model picked."""
    inputs = {"cat": recognise("cat", "a cat", reader=session.reader)}
    given = {"text": Variable(variable="cat")}
    parameters = {"steps": 2, **parameters}
    step = Step(id="draw", task="text-to-image", inputs=given, parameters=parameters, output="picture")
    plan = Plan(request="draw a cat", planner="rules", inputs=(inputs["cat"].schema,), steps=(step,))
    return session.choose_models(plan, inputs, Options(models={"draw": model} if model else {}))


def chosen(proposal: Proposal) -> ModelFacts:
    return next(c.facts for c in proposal.candidates["draw"] if not c.rejected)


def drawn(session: Session, proposal: Proposal) -> Any:
    """The picture that the only step gives."""
    results, _ = session.compute(proposal)
    for error in results.failed.values():
        raise error
    return results["draw"].value


def fails(session: Session, proposal: Proposal) -> HFMagicError:
    results, _ = session.compute(proposal)
    return results.failed["draw"]


def snapshot(tmp_path: Path) -> list[str]:
    (folder,) = (tmp_path / "models").glob("models--*/snapshots/*")
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def index(folder: Path, **changed: object) -> bytes:
    return json.dumps({**json.loads((folder / "model_index.json").read_text()), **changed}).encode()


def of_file(name: str, size: int = 1) -> HubFile:
    return HubFile(name, size)


# What is known


def test_facts_are_read_from_the_index_and_the_headers_of_the_parts(folder: Path):
    facts = read_facts(folder, ID)

    assert (facts.architectures, facts.task, facts.problem) == (("StableDiffusionPipeline",), "text-to-image", "")
    assert facts.weight_bytes == sum((folder / name).stat().st_size for name in WEIGHTS)
    assert facts.dtype == "float32"
    assert 0 <= facts.weight_bytes - 4 * facts.parameters < 200_000  # the headers
    assert [m.model_id for m in FolderHub([folder.parents[1]]).models()] == [ID]


def test_the_hub_finds_it_and_no_weight_is_fetched_to_know_its_size(hub: TestHub, folder: Path, tmp_path: Path):
    proposal = propose(session_of(tmp_path, hub))

    facts, here = chosen(proposal), read_facts(folder, ID)
    assert facts.model_id == ID
    assert facts.architectures == ("StableDiffusionPipeline",)
    assert (facts.parameters, facts.weight_bytes, facts.dtype) == (here.parameters, here.weight_bytes, "float32")
    assert facts.fetch_bytes > facts.weight_bytes
    assert whole_gets(hub) == []


# What is fetched


def test_exactly_the_files_of_its_parts_are_fetched_and_it_runs(hub: TestHub, folder: Path, tmp_path: Path):
    hub.commit(ID, JUNK)
    session = session_of(tmp_path, hub)

    assert drawn(session, propose(session)).size == (64, 64)
    wanted = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert snapshot(tmp_path) == sorted(wanted - {"README.md"})
    (again,) = session_of(tmp_path).hub.models()
    assert (again.model_id, again.problem, again.revision) == (ID, "", hub.sha(ID))


def test_half_precision_is_fetched_where_there_is_no_other(hub: TestHub, folder: Path, tmp_path: Path):
    halves = {n.replace(".safetensors", ".fp16.safetensors"): (folder / n).read_bytes() for n in WEIGHTS}
    hub.commit(ID, {**dict.fromkeys(WEIGHTS), **halves})
    session = session_of(tmp_path, hub)

    assert drawn(session, propose(session)).size == (64, 64)
    assert [n for n in snapshot(tmp_path) if n.endswith(".safetensors")] == sorted(halves)


def test_the_shards_that_a_parts_index_names_are_fetched(hub: TestHub, folder: Path, tmp_path: Path):
    from diffusers import UNet2DConditionModel

    model = UNet2DConditionModel.from_pretrained(folder / "unet", local_files_only=True)
    shutil.rmtree(folder / "unet")
    model.save_pretrained(folder / "unet", max_shard_size="500KB")
    shards = {p.name for p in (folder / "unet").glob("*.safetensors")}
    hub.add(ID, folder)
    hub.commit(ID, {"unet/diffusion_pytorch_model-00099-of-00099.safetensors": b"x" * 9})
    session = session_of(tmp_path, hub)

    assert len(shards) > 1
    assert drawn(session, propose(session)).size == (64, 64)
    assert {n.partition("/")[2] for n in snapshot(tmp_path) if n.startswith("unet/")} == {
        "config.json",
        "diffusion_pytorch_model.safetensors.index.json",
        *shards,
    }


def test_a_part_that_is_damaged_on_the_disk_is_noticed_and_fetched_again(hub: TestHub, tmp_path: Path):
    first = session_of(tmp_path, hub)
    before = drawn(first, propose(first))
    blob = next((tmp_path / "models").glob(f"models--*/snapshots/*/{WEIGHTS[2]}")).resolve()
    content = bytearray(blob.read_bytes())
    content[-1] ^= 255
    blob.write_bytes(content)
    hub.log_clear()

    session = session_of(tmp_path, hub)
    after = drawn(session, propose(session, seed=1))

    assert len([r for r in whole_gets(hub) if r.origin == "cdn"]) == 1
    assert before.tobytes() != after.tobytes()
    assert drawn(session, propose(session)).tobytes() == before.tobytes()


def test_a_first_stable_diffusion_keeps_its_safety_checker(folder: Path, tmp_path: Path):
    """Its checker is of a module of diffusers, and its feature extractor has a name that transformers 5 dropped."""
    from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker
    from transformers import CLIPConfig, CLIPImageProcessor

    eyes = {"hidden_size": 32, "intermediate_size": 37, "num_hidden_layers": 1, "num_attention_heads": 4}
    eyes |= {"image_size": 30, "patch_size": 15}
    StableDiffusionSafetyChecker(CLIPConfig(vision_config=eyes, projection_dim=32)).save_pretrained(
        folder / "safety_checker"
    )
    CLIPImageProcessor(size={"shortest_edge": 30}, crop_size={"height": 30, "width": 30}).save_pretrained(
        folder / "feature_extractor"
    )
    parts = {
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "feature_extractor": ["transformers", "CLIPFeatureExtractor"],
        "requires_safety_checker": True,
    }
    (folder / "model_index.json").write_bytes(index(folder, **parts))
    session = session_of(tmp_path, folders=folder.parents[1])

    results, _ = session.compute(propose(session))  # random weights may see what is not there

    (loaded,) = session.pool.loaded()
    assert type(loaded.model.safety_checker).__name__ == "StableDiffusionSafetyChecker"
    assert results.steps or "safety checker" in results.failed["draw"].line


# What is refused

REFUSED = {
    "a pipeline of its own": ({"_class_name": ["pipeline", "MyPipeline"]}, {}, "needs its own code"),
    "a part of its own": ({"unet": ["my_unet", "MyUNet"]}, {"unet/my_unet.py": b"1/0"}, "needs its own code"),
    "a part of another library": ({"unet": ["os", "system"]}, {}, "needs its own code"),
    "a file of code": ({}, {"pipeline.py": b"1/0"}, "needs its own code"),
    "pickle": ({}, {WEIGHTS[1]: None, "unet/diffusion_pytorch_model.bin": b"x" * 9}, "unet has no safetensors"),
    "no weights": ({}, {WEIGHTS[2]: None}, "lacks the weights of its vae"),
    "a part that is not there": ({"image_encoder": ["transformers", "CLIPVisionModel"]}, {}, "lacks its image_encoder"),
    "an unknown pipeline": ({"_class_name": "Sd9Pipeline"}, {}, "knows no pipeline Sd9Pipeline"),
    "an unknown part": ({"unet": ["diffusers", "UNet9"]}, {}, "knows no UNet9"),
    "no class": ({"vae": ["transformers", "pipeline"]}, {}, "knows no pipeline"),
    "a way out": ({"../../etc": ["diffusers", "UNet2DConditionModel"]}, {}, "model_index.json is damaged"),
    "a maker of videos": ({"_class_name": "WanPipeline"}, {}, "knows no|cannot do this task|videos"),
    "what needs a mask": ({"_class_name": "StableDiffusionInpaintPipeline"}, {}, "needs a mask|cannot"),
    "a class that chooses itself": ({"text_encoder": ["transformers", "AutoModel"]}, {}, "AutoModel is no model"),
    "a whole pipeline": ({"unet": ["diffusers", "DiffusionPipeline"]}, {}, "DiffusionPipeline is no model"),
    "another format": ({"unet": ["diffusers", "OnnxRuntimeModel"]}, {}, "OnnxRuntimeModel"),
    "a control picture": ({"_class_name": "StableDiffusionControlNetPipeline"}, {}, "control picture"),
}


@pytest.mark.parametrize(("changed", "files", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_run_is_refused_before_a_weight_is_fetched(
    hub: TestHub, folder: Path, tmp_path: Path, changed: dict[str, object], files: dict[str, bytes | None], why: str
):
    hub.commit(ID, {"model_index.json": index(folder, **changed), **files})

    with pytest.raises(NoModelFits, match=why) as refused:
        propose(session_of(tmp_path, hub), ID)

    check_line(refused.value, ID)
    assert whole_gets(hub, ".safetensors") == []


@pytest.mark.parametrize(("changed", "files", "why"), list(REFUSED.values())[:7], ids=list(REFUSED)[:7])
def test_a_folder_is_refused_for_the_same_reasons(
    folder: Path, changed: dict[str, object], files: dict[str, bytes | None], why: str
):
    (folder / "model_index.json").write_bytes(index(folder, **changed))
    for name, content in files.items():
        (folder / name).unlink() if content is None else (folder / name).write_bytes(content)

    assert why in read_facts(folder, ID).problem


def test_a_part_whose_config_names_code_is_refused(folder: Path):
    config = folder / "text_encoder" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "auto_map": {"AutoModel": "x.Y"}}))

    assert read_facts(folder, ID).problem == "needs its own code, which hfmagic never runs"


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
def test_a_weight_that_is_missing_is_never_made_up(folder: Path, tmp_path: Path, part: str):
    from safetensors.torch import load_file, save_file

    (path,) = (folder / part).glob("*.safetensors")
    tensors = load_file(path)
    gone = sorted(n for n in tensors if n.endswith("weight"))[0]
    save_file({n: t for n, t in tensors.items() if n != gone}, path, metadata={"format": "pt"})
    session = session_of(tmp_path, folders=folder.parents[1])

    error = fails(session, propose(session))

    assert error.code == "HF404", error.line
    check_line(error, ID, f"{part}.", "pictures would be random")


def test_without_diffusers_it_is_said_how_to_get_it(hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hfmagic.runners.registry.find_spec", lambda _: None)

    with pytest.raises(NoModelFits) as refused:
        propose(session_of(tmp_path, hub), ID)

    check_line(refused.value, 'pip install "hfmagic[diffusion]"')


def test_without_diffusers_a_pinned_model_is_not_loaded(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    session = session_of(tmp_path, folders=folder.parents[1])
    proposal = propose(session)
    monkeypatch.setattr("hfmagic.pipelines.has_diffusers", lambda: False)

    error = fails(session, proposal)

    assert error.code == "HF503"
    check_line(error, 'pip install "hfmagic[diffusion]"')


@pytest.mark.parametrize(
    ("library", "name"),
    [
        ("diffusers", "UNet2DConditionModel"),
        ("diffusers", "AutoencoderKL"),
        ("diffusers", "EulerDiscreteScheduler"),
        ("transformers", "CLIPTextModel"),
        ("transformers", "CLIPTokenizer"),
        ("transformers", "T5TokenizerFast"),
        ("transformers", "CLIPImageProcessor"),
        ("transformers", "CLIPFeatureExtractor"),  # as transformers 4 called it
        ("transformers", "SiglipImageProcessor"),
        ("transformers", "Qwen2VLProcessor"),
        ("transformers", "ClapFeatureExtractor"),
        ("stable_diffusion", "StableDiffusionSafetyChecker"),
    ],
)
def test_the_parts_that_pipelines_have_are_taken(library: str, name: str):
    assert callable(pipelines._part_class(library, name).from_pretrained)


# The files alone


def test_an_unread_index_counts_each_part_in_one_precision():
    names = ("model_index.json", *WEIGHTS, *JUNK, "unet/config.json", "tokenizer/merges.txt")

    found = {f.name for f in parts.may_need_parts([of_file(n) for n in names])}

    assert found == {"model_index.json", *WEIGHTS, "unet/config.json", "tokenizer/merges.txt"} | {
        "vae_1_0/diffusion_pytorch_model.safetensors"  # whether it is a part only the index says
    }


def test_a_folder_of_a_part_is_no_model(folder: Path):
    assert [m.model_id for m in FolderHub([folder.parent.parent, folder.parent]).models()] == [ID]


def test_a_picture_has_the_size_that_was_asked_for(hub: TestHub, tmp_path: Path):
    session = session_of(tmp_path, hub)

    assert drawn(session, propose(session, ID, width=32, height=48)).size == (32, 48)


NAMES = st.sampled_from(
    [
        "model_index.json", "unet/config.json", *WEIGHTS, "unet/../../x.json", "../unet/config.json", "/etc/x.json",
        "unet/model.safetensors.index.json", "unet/model-1.safetensors", "unet/x.py", "unet/a/b.json", "unet/*.json",
        "unet/pytorch_model.bin", "unet\\x.json", "C:/x.json", "a\n/x.json", "vae/model.fp16.safetensors",
    ]
) | st.text(max_size=9)  # fmt: skip
LIBRARIES = st.sampled_from(["diffusers", "transformers", "os", "..", "stable_diffusion", ""]) | st.none()
INDEXES = st.dictionaries(st.sampled_from(["unet", "vae", "..", "_class_name", "a/b"]), st.lists(LIBRARIES, max_size=3))


@given(st.lists(NAMES), INDEXES, st.lists(NAMES, max_size=3), st.binary(max_size=30))
def test_only_data_inside_the_folder_is_ever_needed(
    names: list[str], index: dict[str, object], shards: list[str], noise: bytes
):
    files = files_of({"siblings": [{"rfilename": name} for name in names]})
    listed = json.dumps({"weight_map": dict(enumerate(shards))}).encode()
    told = json.dumps({"_class_name": "StableDiffusionPipeline", **index}).encode()
    for text in (told, noise):
        try:
            found = parts.pipeline_files(files, lambda name, text=text: text if name == parts.PIPELINE else listed)
        except ValueError:
            continue
        for file in found:
            assert file.name.endswith((".json", ".safetensors", ".txt", ".jinja", ".spm", ".model"))
            assert (Path("/home/folder") / file.name).resolve().is_relative_to("/home/folder")
            assert file.name.count("/") <= 1
