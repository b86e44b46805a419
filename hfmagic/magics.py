"""`%%hf` and `%hf`: parse, call, show. Everything else is behind the session's door."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.utils.process import arg_split
from traitlets import TraitError
from traitlets.config import Config

from .completion import complete
from .config import HFMagic
from .errors import MAX_LINE, BadOption, HFMagicError, NotAvailable, Unforeseen, clip, did_you_mean, one_line, reason_of
from .example_rows import MOST_ROWS, ROWS
from .page.comm import Pages
from .parameters import filled_words
from .proposal import CHOICES
from .session import Options, Session

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

NAME = "hf"
_first_packs: WeakKeyDictionary[InteractiveShell, str] = (
    WeakKeyDictionary()
)  # of a kernel's start: %reload_ext keeps it
_registered: dict[int, tuple[HFMagics, HFMagic, Pages]] = {}  # by shell: what `unregister` takes away


@magics_class
class HFMagics(Magics):
    """The magics of one shell."""

    def __init__(self, shell: InteractiveShell, session: Session) -> None:
        super().__init__(shell)
        self.session = session

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", help="inputs by name; in a line magic: a word such as go, plan, why, use, models")
    @argument("-o", "--output", default="", metavar="NAME", help="store the result under this name (default: _hf)")
    @argument("--plan", action="store_true", help="show the plan and run nothing; %%hf go runs it")
    @argument("--model", action="append", default=[], metavar="STEP=ID", help="the model for a step")
    @argument(
        "--limit", default="", metavar="TEXT", help="limits on models: license=permissive,max_size=2GB,language=zh"
    )
    @argument("--trial", type=int, default=0, metavar="N", help="try the best models on N of the rows first")
    @argument("--labels", default="", metavar="COLUMN", help="of a trial: the column that says what is right")
    @argument("--by", default="", metavar="COLUMN", help="of a trial: tell its figures for each group of a column")
    @argument("--target", type=float, default=0.0, metavar="X", help="of a trial: the figure wanted, such as 0.9")
    @argument("--rows", type=int, default=0, metavar="N", help="only the first N rows of each frame")
    @argument("--device", default="", help="where models run: auto, cpu, cuda, mps")
    @argument("--batch-size", type=int, default=0, metavar="N", help="rows per forward pass")
    @argument("--on-error", default="", metavar="WORD", help="a row that cannot be run: skip it (default), or stop")
    @argument("--engine", default="", metavar="WORD", help="where steps run: local (default), or ray")
    @argument("--offline", action="store_true", help="ask no Hub: only models on this machine")
    @argument("--yes", action="store_true", help="agree to a large download")
    @argument("--approve", default="", metavar="HASH", help="agree to what was shown with that hash")
    @argument(
        "--share-rows",
        type=int,
        nargs="?",
        const=ROWS,
        default=0,
        metavar="N",
        help="show an LLM that plans N redacted rows, after you agreed to just these: %%hf go --share-rows",
    )
    @argument("--phrase", action="store_true", help="an LLM in this kernel puts the answer into words")
    @argument("--share-results", action="store_true", help="let an LLM elsewhere put the answer into words")
    @argument("--moderate", action="store_true", help="withhold what a classifier finds toxic or unsafe")
    @argument("--function", action="store_true", help="in %%hf code: the plan as a function of its inputs")
    @argument("--alerts", action="store_true", help="in %%hf log: notices about models")
    @argument("--csv", default="", metavar="FILE", help="in %%hf log: write the log as CSV")
    @argument("--debug", action="store_true", help="show the stack of an error")
    @line_cell_magic(NAME)  # type: ignore[arg-type]
    def hf(self, line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None) -> None:
        """Describe a task; get it done with Hugging Face models on this machine."""
        from .lines import FLAGS, run_line

        try:
            arguments = _parsed(self.hf, line, {**self._namespace(), **(local_ns or {})})
            if cell is None:
                flags = frozenset(name for name in FLAGS if getattr(arguments, name))
                run_line(self.session, arguments.words, self._namespace(), _options(arguments), flags)
            elif wrong := next((name for name in FLAGS if getattr(arguments, name)), ""):
                raise BadOption(
                    f"--{wrong} belongs to the line %hf {FLAGS[wrong]}.", hint=f"%hf {FLAGS[wrong]} --{wrong}"
                )
            elif arguments.csv:
                raise BadOption("--csv belongs to the line %hf log.", hint="%hf log --csv FILE")
            else:
                self._run_cell(cell, arguments, {**self._namespace(), **(local_ns or {})})
        except UsageError as error:  # argparse says back what was typed
            raise UsageError(clip(one_line(str(error)), MAX_LINE)) from None
        except HFMagicError as error:
            error.debug = "--debug" in line.split()
            raise
        except KeyboardInterrupt as stop:  # stays one, so that the cells after it do not run
            said = str(stop) or "interrupted before the first row; run the cell again"
            stop._render_traceback_ = lambda: [said]  # type: ignore[attr-defined]
            raise
        except Exception as error:
            ours = Unforeseen(reason_of(error), hint="hfmagic did not expect this; --debug shows the stack")
            ours.debug = "--debug" in line.split()
            raise ours from error

    def _run_cell(self, cell: str, arguments: Any, variables: dict[str, Any]) -> None:
        from .lines import run_proposal

        if (arguments.labels or arguments.by or arguments.target) and not arguments.trial:
            raise BadOption("--labels, --by and --target are of a trial.", hint="--trial 50 --labels COLUMN")
        proposal = self.session.propose(cell, variables, arguments.words, _options(arguments))
        run_proposal(self.session, proposal, self._namespace(), runs=not arguments.plan)

    def _namespace(self) -> dict[str, Any]:
        shell: Any = self.shell
        namespace: dict[str, Any] = shell.user_ns
        return namespace


def register(shell: InteractiveShell) -> None:
    """Add the magics, the settings (`%config HFMagic`), completion, and the session as `hf`."""
    config = _settings(shell)
    if first := _first_packs.get(shell) or config.pack:
        _first_packs[shell] = config.pack = first
    session = Session(config)
    magics = HFMagics(shell, session)
    shell.register_magics(magics)
    shell.configurables.append(config)  # type: ignore[arg-type]
    shell.user_ns.setdefault(NAME, session)
    pages = Pages(shell, session)
    pages.register()
    if shell.Completer is not None:
        shell.Completer.custom_matchers.append(complete(session, shell))
    _registered[id(shell)] = (magics, config, pages)


def session_here() -> tuple[InteractiveShell, Session]:
    """The running shell and its session. Raises: NotAvailable before `%load_ext hfmagic`."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None or id(shell) not in _registered:
        raise NotAvailable("hfmagic is not loaded here.", hint="%load_ext hfmagic")
    return shell, _registered[id(shell)][0].session


def unregister(shell: InteractiveShell) -> None:
    """Take away what `register` added."""
    if id(shell) not in _registered:
        return
    magics, config, pages = _registered.pop(id(shell))
    pages.unregister()
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop(NAME, None)
    with contextlib.suppress(ValueError):
        shell.configurables.remove(config)  # type: ignore[arg-type]
    if shell.user_ns.get(NAME) is magics.session:
        del shell.user_ns[NAME]
    if shell.Completer is not None:
        matchers = shell.Completer.custom_matchers
        matchers[:] = [m for m in matchers if not getattr(m, "is_hfmagic", False)]
    magics.session.pool.clear()


def _settings(shell: InteractiveShell) -> HFMagic:
    """The settings, without those that `%config` has refused but left behind, or that a config file has wrong."""
    section = shell.config.HFMagic
    for name, value in list(section.items()):
        try:
            HFMagic(config=Config({"HFMagic": {name: value}}))
        except TraitError as error:
            del section[name]
            print(f"hfmagic: a setting is left out: {one_line(str(error))}", file=sys.stderr)
    return HFMagic(parent=shell)


def _parsed(function: Any, line: str, namespace: Mapping[str, Any]) -> Any:
    """The options of a line, `{name}` in its words replaced; numbers among them are counts."""
    try:
        arguments = function.parser.parse_args(filled_words(map(_unquoted, arg_split(line)), namespace))
    except ValueError as error:
        raise BadOption(f"the line cannot be read: {error}.", hint="close every quotation mark") from None
    for name in ("rows", "batch_size", "trial", "share_rows"):
        if getattr(arguments, name) < 0:
            raise BadOption(f"--{name.replace('_', '-')} is {getattr(arguments, name)}.", hint="give a number above 0")
    for name, words in CHOICES.items():
        if (word := getattr(arguments, name)) not in ("", *words):
            option = f"--{name.replace('_', '-')}"
            hint = did_you_mean(word, words) or f"{option} {' or '.join(words)}"
            raise BadOption(f"{option} {word!r} is unknown.", hint=hint)
    if arguments.share_rows > MOST_ROWS:
        raise BadOption(f"--share-rows is {arguments.share_rows}.", hint=f"at most {MOST_ROWS} rows are shared")
    if not 0 <= arguments.target <= 1:
        raise BadOption(f"--target is {arguments.target:g}.", hint="a share of 1, such as --target 0.9")
    if arguments.trial == 1:
        raise BadOption("a trial needs 2 rows or more.", hint="--trial 50")
    return arguments


def _unquoted(word: str) -> str:
    """A word, or what an option is given after `=`, without the quotation marks around it."""
    name, sign, value = word.partition("=") if word.startswith("--") else ("", "", word)
    bare = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
    return f"{name}{sign}{bare}"


def _options(arguments: Any) -> Options:
    return Options(
        output=_checked_name(arguments.output),
        models=dict(_pair(text) for text in arguments.model),
        limit=arguments.limit,
        rows=arguments.rows,
        device=arguments.device,
        batch_size=arguments.batch_size,
        offline=arguments.offline,
        yes=arguments.yes,
        approve=arguments.approve,
        trial=arguments.trial,
        labels=arguments.labels,
        by=arguments.by,
        target=arguments.target,
        csv=arguments.csv,
        share_rows=arguments.share_rows,
        share_results=arguments.share_results,
        phrase=arguments.phrase,
        moderate=arguments.moderate,
        on_error=arguments.on_error,
        engine=arguments.engine,
    )


def _pair(text: str) -> tuple[str, str]:
    step, sign, model = text.partition("=")
    if not sign or not step or not model:
        raise BadOption(f"--model cannot read {text!r}.", hint="write --model step=org/name; %hf plan lists the steps")
    return step, model


def _checked_name(name: str) -> str:
    if name and (not name.isidentifier() or iskeyword(name)):
        raise BadOption(f"-o {name!r} is no name.", hint="use letters, digits and _")
    return name
