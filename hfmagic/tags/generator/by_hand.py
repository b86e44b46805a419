"""What no source says, or says of a web page and not of the task: each row with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from .schemas import Field

# Tag → takes, gives; beside it, why it is here. The demo of a page knows pictures, charts and tables only.
FLOWS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "any-to-any": ({"value": "any"}, "any"),  # the demo shows one model's kinds
    "decision": ({"text": "text"}, "labels"),  # transformers' pipeline: questions about a text, their options scored
    "feature-extraction": ({"text": "text"}, "embedding"),  # no output class; the demo shows the vector as a table
    "graph-ml": ({"graph": "graph"}, "any"),  # no schema, no demo; it predicts of nodes, edges or graphs
    "image-feature-extraction": ({"image": "image"}, "embedding"),  # the demo shows the vector as a table
    "image-text-to-image": ({"image": "image", "text": "text"}, "image"),  # the schema has the prompt as a parameter
    "image-text-to-video": ({"image": "image", "text": "text"}, "video"),  # the schema has the prompt as a parameter
    "image-to-3d": ({"image": "image"}, "3d"),  # the demo names the file as text
    "keypoint-detection": ({"image": "image"}, "keypoints"),  # the demo draws the points into the picture
    "keypoint-matching": ({"image": "image", "other": "image"}, "keypoints"),  # transformers' pipeline: a pair
    "mask-generation": ({"image": "image"}, "mask"),  # the demo draws the masks into the picture
    "multiple-choice": ({"text": "text", "choices": "text"}, "labels"),  # no schema, no demo; its models score choices
    "other": ({"value": "any"}, "any"),  # no task
    "reinforcement-learning": ({"state": "state"}, "action"),  # the demo writes state and action as text
    "robotics": ({"state": "state"}, "action"),  # no schema, no demo; as reinforcement-learning
    "sentence-similarity": ({"text": "text", "sentence": "text"}, "number"),  # no output class; the demo charts numbers
    "tabular-classification": ({"table": "table"}, "labels"),  # the demo shows the labels as a column
    "tabular-regression": ({"table": "table"}, "number"),  # the demo shows the numbers as a column
    "tabular-to-text": ({"table": "table"}, "text"),  # no schema, no demo; by its name
    "table-to-text": ({"table": "table"}, "text"),  # no schema, no demo; by its name
    "text-ranking": ({"text": "text", "query": "text"}, "number"),  # the demo charts one number a text
    "text-retrieval": ({"text": "text", "query": "text"}, "number"),  # no schema, no demo; as text-ranking
    "text-to-3d": ({"text": "text"}, "3d"),  # the demo names the file as text
    "time-series-forecasting": ({"table": "table"}, "table"),  # no schema, no demo; the series and its continuation
    "unconditional-image-generation": ({"seed": "number"}, "image"),  # the demo writes the seed as text
    "video-text-to-text": ({"video": "video", "text": "text"}, "text"),  # demos have no type for video
    "video-to-video": ({"video": "video"}, "video"),  # demos have no type for video
    "visual-document-retrieval": ({"image": "image", "query": "text"}, "number"),  # the demo charts one number a page
    "voice-activity-detection": ({"audio": "audio"}, "segments"),  # no schema, no demo; pieces of time with speech
    "zero-shot-audio-classification": ({"audio": "audio"}, "labels"),  # transformers' pipeline; the Hub has no schema
}

# No summary in @huggingface/tasks, or one whose first sentence is too long, has a slip or says too little.
SUMMARIES: Mapping[str, str] = {
    "decision": "Decision answers typed questions about a text with a probability for every option",
    "feature-extraction": "Feature extraction turns a text into a vector of the features that a model has learnt",
    "graph-ml": "Graph machine learning predicts properties of nodes, edges or whole graphs",
    "image-feature-extraction": "Image feature extraction turns an image into a vector of learnt features",
    "image-text-to-video": "Image-text-to-video models animate a reference image as a text prompt says",
    "image-to-image": "Image-to-image is the task of transforming an image: enlarging, inpainting, colouring and more",
    "keypoint-matching": "Keypoint matching finds the points that two images have in common",
    "multiple-choice": "Multiple choice is the task of choosing the best of several answers or endings",
    "other": "Models of tasks that no other tag names",
    "reinforcement-learning": "Reinforcement learning is learning to act in an environment by trial, error and reward",
    "robotics": "Robotics models choose the actions of a robot from what it sees and senses",
    "table-question-answering": "Table question answering is answering a question about a given table",
    "table-to-text": "Table-to-text is the task of describing a table in words",
    "tabular-to-text": "Tabular-to-text is the task of describing rows of a table in words",
    "text-retrieval": "Text retrieval is finding the texts of a collection that belong to a query",
    "text-to-audio": "Text-to-audio models make speech, music or sounds from a text",
    "text-to-video": "Text-to-video models make a video from a text",
    "time-series-forecasting": "Time series forecasting predicts the next values of a series from its past ones",
    "voice-activity-detection": "Voice activity detection finds when somebody speaks in a recording",
    "zero-shot-audio-classification": "Zero-shot audio classification sorts sounds into labels unseen in training",
    "zero-shot-classification": "Zero-shot text classification sorts texts into labels unseen in training",
}

# Read from the docstrings of their pipelines.
PARAMETERS: Mapping[str, tuple[Field, ...]] = {
    "decision": (Field("questions", "dict[str, Any]", "Typed questions by name: choice, score or noul"),),
    "keypoint-matching": (Field("threshold", "float", "The least score of a match"),),
    "zero-shot-audio-classification": (
        Field("candidate_labels", "list[str]", "The candidate labels for this audio"),
        Field("hypothesis_template", "str", "The sentence that each candidate label is put into"),
    ),
}

# transformers 5 removed these pipelines or never had one; the classes that load their models are still there.
AUTO_CLASSES: Mapping[str, tuple[str, ...]] = {
    "audio-text-to-text": ("AutoModelForMultimodalLM",),
    "image-to-image": ("AutoModelForImageToImage",),
    "image-to-text": ("AutoModelForImageTextToText",),
    "keypoint-detection": ("AutoModelForKeypointDetection",),
    "multiple-choice": ("AutoModelForMultipleChoice",),
    "question-answering": ("AutoModelForQuestionAnswering",),
    "sentence-similarity": ("AutoModel",),
    "summarization": ("AutoModelForSeq2SeqLM",),
    "text-ranking": ("AutoModelForSequenceClassification",),
    "time-series-forecasting": ("AutoModelForTimeSeriesPrediction",),
    "translation": ("AutoModelForSeq2SeqLM",),
    "video-text-to-text": ("AutoModelForImageTextToText",),
    "visual-question-answering": ("AutoModelForVisualQuestionAnswering", "AutoModelForImageTextToText"),
}
