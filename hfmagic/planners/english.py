"""What English words ask for: intent → patterns, as data."""

from __future__ import annotations

from types import MappingProxyType

from .clauses import QUOTE
from .tables.selects import SUPERLATIVE
from .words import ROW_NOUNS

FILL = (
    r"^\W*(?:(?:please|also|now|just|first|next|finally|can you|could you|would you|will you|i want(?: you)? to|"
    r"i'd like(?: you)? to|i would like to|i need(?: you)? to|let us|let's|help me(?: to)?|you|to|me|so|"
    r"for (?:each|every|all)[^,]{0,40},|in the [^,]{0,40},|from the [^,]{0,40},)\s+)*"
)
"""What may stand before the verb of a clause."""

VERBS = (
    r"labels?|classif\w+|categori[sz]e|tag|mark|find|detect|identify|recogni[sz]e|determine|tell|group|cluster|sort(?:ed)?|"
    r"rank(?:ed)?|order(?:ed)?|chart|plot|graph|draw|visuali[sz]e|show|display|list|count|compute|calculate|measure|summari[sz]e|shorten|"
    r"condense|title|name|give|write|draft|compose|reply|respond|answer|rewrite|rephrase|generate|create|make|produce|"
    r"transcribe|convert|turn|read|say|speak|embed|vectori[sz]e|encode|keep|filter|drop|remove|exclude|select|only|put|"
    r"insert|fill|translate|caption|describe|segment|extract|compare|rate|assess|analy[sz]e|how|which|what|average|"
    r"estimate|split|divide|assign|add|get|check|predict|colou?ri[sz]e|use|explain|simplify|redact|send|email|delete|"
    r"upload|deploy|fax|publish|download|see|locate|spot|paint|sketch|imagine|illustrate|upscale|enlarge|anonymi[sz]e|"
    r"work out|figure out|decide|judge|denoise|enhance|improve|modify|edit|adjust|apply|perform|obtain|ask"
    r"|cut (?:it|them|out|the|each|every)"
    r"|break (?:it|them|the|each)"
)
"""Words that begin a clause of their own after a comma or "and"."""

NOUNS = (
    r"^\W*(?:(?:a|an|the|its|their|short|one-line|brief|good)\s+){0,4}"
    r"(?:titles?|headlines?|summar(?:y|ies)|transcripts?|sentiments?|languages?|embeddings?|(?:bar )?charts?|plots?|"
    r"captions?|translations?|descriptions?|depth maps?|named entities|entities)\b"
)
"""Results that begin a clause of their own: "find the language and the sentiment of each review"."""

LISTS = r"\b(?:into|as|between|among|whether|labels?:)\s[^;]*$"
"""Words after which a list of labels goes on."""

CONSUMES = (
    r"\b(?:chart|plot|graph|histogram|heat ?map|count|how many|average|per|by|for each|in each|versus|vs|into|between|"
    r"as|compare)\b"
)
"""Words after which a result is read rather than made."""

_LABEL = (
    r"label|classif(?:y|ies|ied|ying)|tag|categori[sz]e|annotate|mark|sort|assign|split|divide|bucket|route|decide|judge|"
    r"group|flag|tell|say|is|are|organi[sz]e|separate|triage|put|determine|detect|identify|check"
)
KIND_NOUNS = (
    r"(?:labels?|tags?|categor(?:y|ies)|priorit(?:y|ies)|class(?:es)?|grades?|levels?|types?|urgency|severity|topics?)"
)
"""What is given to a row by sorting it."""
_OR = r"(?:,|/|:|\bor\b|\band\b|\bvs\.?\b)"
_GOOD = r"(?:positive|happy|good|favou?rable|satisfied)"
_BAD = r"(?:negative|unhappy|bad|unfavou?rable|angry|dissatisfied)"
_WRITTEN_BY_OTHERS = (
    r"(?!\W+(?:(?:a|an|the|one|its|their|short|one-line|brief|catchy|nice|good)\W+){0,4}"
    r"(?:titles?|headlines?|summar|abstract|transcri|caption|embedding|chart|plot|graph|histogram|image|picture|photo|"
    r"theme|what (?:is|was) said|down|speech|audio|name))"
)
_GENERATE = (
    r"write|draft|compose|reply|respond|rewrite|rephrase|paraphrase|reword|explain|continue|complete|generate|brainstorm|"
    r"suggest|answer|invent|correct|fix|extract|simplify|proofread"
)
_FIND = r"(?:label|tag|find|detect|get|rate|classify|determine|analy[sz]e|identify|add|tell me)"
_NUMBER = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten)"
_SOUND = r"(?:audio|clip|recording|speech|voice|sound|call)s?"

COMPARED = r"(?:more than|over|at least|fewer than|less than|at most|under|exactly|>=?|<=?|above|below)"
"""Words between what is counted and a number."""

LEADING = MappingProxyType(
    {
        "generate": (
            rf"(?:{_GENERATE})\b{_WRITTEN_BY_OTHERS}",
            r"(?:give|make|create|produce|offer|provide)\b[^,]{0,30}"
            r"\b(?:reply|replies|answers?|response|slogan|poem|story|joke|advice)\b",
        ),
        "translation": (r"translat\w*",),
        "": (r"(?:send|e-?mail|delete|upload|deploy|fax|publish|tweet|buy|download)\b",),
        "sentiment": (rf"{_FIND}\b.{{0,20}}\bsentiments?\b",),
        "language": (
            r"(?:what|which) languages?\b",
            rf"{_FIND}\b.{{0,20}}\blanguages?\b",
        ),
        "summarize": (r"summari[sz]\w+|condense|shorten",),
        "embed": (r"embed|vectori[sz]e",),
        "transcribe": (r"transcribe",),
        "cluster": (r"cluster|group\b.{0,60}\b(?:themes?|topics?|alike|similar)\b",),
        "title": (r"title(?! is)",),
        "chart": (r"(?:chart|plot|graph|visuali[sz]e)\b",),
        "aggregate": (r"(?:count|how many|how often)\b(?!.{0,200}\b(?:chart|plot|graph|histogram)\b)",),
        "filter": (
            rf"(?:keep|filter|drop|remove|exclude|discard|only|just|select)\b(?!\s+(?:{VERBS})\b)"
            r"(?!.{0,60}\b(?:similar\w*|close\w*|background)\b)",
        ),
    }
)
"""Verbs that decide what a clause asks for when they begin it."""

UNSUPPORTED = MappingProxyType(
    {"time-series-forecasting": (r"\bforecast\w*|\bpredict\b.{0,30}\b(?:next|future|sales)",)}
)
"""Hub task → words for it: one that the catalogue cannot run."""

CUES = MappingProxyType(
    {
        "chart": (
            r"\b(?:chart|plot|graph|histogram|visuali[sz])\w*\b",
            r"\bheat ?map|\bscatter|\btrends?\b",
        ),
        "template": (
            rf"\b(?:put|insert|place|fill|write)\b.{{1,60}}?\b(?:in|into)\s*{QUOTE}",
            r"\binto the (?:sentence|template|text|phrase)\b",
            r"\btemplate\b|\bfill in\b",
        ),
        "similarity": (
            r"\bsimilar\w*|\bcloseness|\bresembl\w+",
            r"\b(?:how |most )?(?:close(?:st|r)?|near(?:est|er)?)\b.{0,60}?\b(?:to|is|are)\b",
            r"\bcompare\b.{0,40}?\b(?:to|with|against)\b",
        ),
        "aggregate": (
            r"\bhow (?:many|often|much)\b|\bcount(?:s|ing)?\b|\bnumber of\b|\bfrequenc(?:y|ies)\b",
            r"\b(?:average|avg|mean|median|total|sum|standard deviation|std(?:dev)?)\b|\b(?:maximum|minimum|max"
            r"|min)\b(?! length)",
            r"\bwhich\b.{1,60}?\b(?:most|fewest|least|highest|lowest|best|worst|more)\b|\bmost (?:common|frequent)\b",
            r"\b(?:share|percentage|percent|fraction|proportion) of\b|\b(?:breakdown|distribution)\b",
            r"\b(?:what|which) (?:share|percentage|percent|fraction|proportion)\b",
            r"\btop \w+ \w+ (?:by|with) (?:the )?(?:number|count|most|average|mean|total)\b",
            r"\b(?:list|show|which|what|all)\b.{0,20}\b(?:distinct|unique)\b",
            r"\bwith the (?:most|fewest)\b|\b(?:by|with) (?:the )?(?:number|count) of\b",
            rf"\b(?:have|has|having|with|got|received?)\s+{COMPARED}\s*\d+\s+(?:\w+\s+)?(?:{ROW_NOUNS}|complaints?|praises?|ratings?)\b",
            rf"\b(?:average|mean|total) [\w ]{{1,30}} (?:is )?{COMPARED}\s*\d",
        ),
        "speak": (
            r"\b(?:aloud|out loud)\b|\bread (?:me|us)\b|\bread\b.{0,60}\b(?:aloud|out loud|out|to me)\b"
            r"|\bsay\b.{0,40}\b(?:aloud|out loud)\b",
            r"\bspeak\b|\btext.to.speech\b|\btts\b|\bnarrat\w+|\bvoice over\b",
            r"\b(?:into|to|as) (?:an? )?(?:speech|audio|spoken|voice)",
        ),
        "transcribe": (
            r"\btranscri\w+|\bspeech.to.text\b|\bspeech recognition\b|\bwrite down\b|\bdictat\w+",
            r"\bwhat\b.{0,40}\b(?:say|says|said|saying|spoken)\b",
            rf"\b(?:turn|convert)\b.{{0,60}}\b(?:{_SOUND}|it|them|this)\b.{{0,20}}\b(?:text|words|writing)\b",
        ),
        "title": (
            r"\b(?:titles?|headlines?|headings?|subject lines?)\b",
            r"\bname (?:it|them|each|the (?:clip|text|article))\b",
        ),
        "summarize": (
            r"\bsummar\w+|\btl;?dr\b|\bshorten\b|\bcondense\b|\bgist\b|\bboil\b.{0,30}\bdown\b|\babstracts?\b",
            r"\bdigest\b|\b(?:key|main) (?:points?|ideas?)\b|\bin (?:one|a single) sentence\b",
        ),
        "language": (
            r"\b(?:which|what|detect|find|identify|determine|recogni[sz]e|add|label|guess|tell)\b.{0,40}\blanguages?\b",
            r"\blanguages?\b.{0,30}\b(?:of|is|are|for)\b|\blanguage (?:detection|identification)",
            r"^\W*(?:the|its|their)\s+languages?\W*$",
        ),
        "cluster": (
            r"\b(?:main|biggest|top|major|common|frequent|recurring)\s+(?:\w+\s+)?(?:issues|problems|complaints"
            r"|concerns|pain points)\b",
            r"\bwhat\b.{0,30}\bcomplain(?:ing)?\b.{0,10}\babout\b|\bthemes?\b|\bcluster\w*|\btopic model\w*"
            r"|\brecurring (?:topics|issues|problems)",
            r"\bgroup\b.{0,50}\b(?:alike|similar|by meaning|by topics?|into (?:\w+ )?(?:topics?|groups))\b",
        ),
        "embed": (
            r"\bembed\w*|\bvectori[sz]\w+|\bfeature (?:vectors?|extraction)|\bencode\b",
            r"\b(?:to|into) vectors?\b|\bvectors? (?:of|for)\b",
        ),
        "sentiment": (
            rf"\b{_GOOD}\W+(?:or|and|vs|versus)\W+{_BAD}\b|\b{_BAD}\W+(?:or|and|vs|versus)\W+{_GOOD}\b",
            rf"\b(?:{_GOOD}/{_BAD}|{_BAD}/{_GOOD})",
            r"\bsentiments?\b|\bpolarity\b",
            r"\b(?:how|label|tag|detect|find|rate|get|the|its|their)\b.{0,30}"
            r"\b(?:mood|tone|feels?|feelings?|happy|unhappy|angry)\b",
            r"\bhow (?:positive|negative)\b",
            rf"^\W*(?:is|are) (?:it|this|that|they|these|(?:each|the) \w+) (?:{_GOOD}|{_BAD})",
        ),
        "about": (
            r"\b(?:emotions?|toxic\w*|spam\w*|hate speech|offensive\w*|irony|sarcas\w+|formality|topics?|intents?)\b",
        ),
        "sort-into": (
            rf"^(?=.*{_OR}).*?\b(?:{_LABEL})\b.{{0,120}}?"
            r"(?:\b(?:into|as|among|between|whether|either)\b|:)",
            r"\b(?:assign|route)\b.{1,60}\bto\b.{1,100}\bor\b",
            r"\b(?:is|are) (?:it|this|that|they|these|(?:each|every|the) \w+) .{1,160}?\bor\b",
            r"\blabels?\s*:|\bcandidate labels?\b",
            rf"\b(?:give|assign|add|set|attach)\b.{{1,60}}?\b(?:{KIND_NOUNS})\b\s*(?::|\bof\b|\bfrom\b|,|-)(?=.*{_OR})",
        ),
        "see": (
            r"\bwhat(?:'s| is| are| does| do| can)?\b.{0,40}\b(?:in|on|show|shows|shown|see|seen|visible|contains?)\b",
            r"\bwhat (?:is|are) (?:it|this|these|they|that)\b|\b(?:identify|recogni[sz]e)\b|\bimage classification\b",
            r"\b(?:which|what) (?:animals?|objects?|things?)\b",
        ),
        "label": (r"\b(?:label|classify|tag|categori[sz]e|annotate)\w*|\btext classification\b|\banaly[sz]e\b",),
        "sort": (
            r"\b(?:sort|rank|order|arrange)(?:ed|s)?\b",
            rf"\b(?:top|first|last|best|worst|highest|lowest)\s+{_NUMBER}\b",
            rf"\b{SUPERLATIVE}\b(?!\s+(?:possible|way|answers?|practice))",
        ),
        "filter": (
            r"^\W*(?:where|whose|with)\b|\b(?:above|below|over|under|at least|at most)\s+-?\d",
            r"\b(?:only|just)\b|\b(?:filter|keep)\b|\b(?:drop|remove|exclude|discard)\b|[<>]=?",
            r"\b(?:select|omit|ignore|without|except|show|find|list|get|give)\b.{0,80}"
            r"\b(?:where|with|that|which|whose|who|when|above|below|over|under|about|mention\w*|contain\w*|empty|missing|"
            r"negative|positive|neutral|complaints?|[a-z]+ ones)\b",
            r"\b(?:\w+s|those|ones|rows) (?:where|that|with|without|whose|which|(?:not )?(?:containing|mentioning))\b",
            r"^\W*which \w+ (?:are|is|mentions?|contains?|have|talks? about|includes?|speaks? (?:about|of))\b",
            r"\b(?:de-?)?duplicat\w+|\bdedup",
            r"\b(?:everything|everyone|all|any(?:thing)?)\s+(?:but|except|other than)\b"
            r"|\bexcept\s+(?:for\s+)?[A-Z\ue000-\ue3ff]",
        ),
        "show": (r"\b(?:show|display|list|print|view|see|look at|present)\b|\b(?:gallery|table|grid)\b",),
    }
)
"""Intent → words for it. `cues.CUES` says which is looked for first."""
