"""Who may see what: tokens, private and gated repositories, in the words of the Hub's errors."""

from __future__ import annotations

from .message import HubError, Request
from .repo import Repo


def user_of(tokens: dict[str, str], request: Request) -> str | None:
    """The user behind the request's token; None for an anonymous one.

    Raises: HubError: a token nobody has.
    """
    if request.authorization is None:
        return None
    if user := tokens.get(request.token or ""):
        return user
    raise HubError(401, None, "Invalid credentials in Authorization header")


def no_repo(user: str | None) -> HubError:
    """A repository that is not there, or not for this user: the Hub does not tell which."""
    if user is None:
        return HubError(401, "RepoNotFound", "Invalid username or password.")
    return HubError(404, "RepoNotFound", "Repository not found")


def sees(repo: Repo, request: Request) -> bool:
    """Whether the repository exists for the sender."""
    return not repo.settings.get("private") or request.token in repo.readers


def check_files(repo: Repo, request: Request) -> None:
    """Raises: HubError: the files of a gated repository are not for the sender."""
    if not repo.settings.get("gated") or request.token in repo.readers:
        return
    restricted = f"Access to model {repo.model_id} is restricted"
    if request.token is None:
        message = f"{restricted}. You must have access to it and be authenticated to access it. Please log in."
        raise HubError(401, "GatedRepo", message)
    raise HubError(403, "GatedRepo", f"{restricted} and you are not in the authorized list. Ask for access.")
