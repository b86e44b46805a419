"""What English says of results that are there already, and of what files are like: doing → patterns, as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WEAK: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "transcribe": (
            r"\btranscribed\b",
            r"\bthe spoken (?:text|content)\b",
            r"\blisten to (?:(?:it|this|that|them)\b|<THE>(?:\w+ )?<AUD>)",
        ),
        "translate": (
            r"\btranslated\b",
            r"(?<!from )(?<!in )(?<!is )\b(?:french|spanish|german|italian|chinese|japanese|korean|"
            r"portuguese|russian|arabic|hindi|dutch)\b",
            r"\b(?:in|into|to) (?:french|spanish|german|italian|chinese|japanese|korean|portuguese|russian|"
            r"arabic|hindi|dutch)\b",
            r"\b(?:answers?|responses?|summar(?:y|ies)|descriptions?|captions?|narrations?|versions?|speech|"
            r"voice(?:over)?|audio|output|results?|repl(?:y|ies)|list|class(?:es)?|labels?|names?|"
            r"them|everything|what you \w+|outcome|findings|report|"
            r"it|aloud|loud|text|image|video)\b[^.;!?,]{0,25}? (?P<at>in <LANG>\b)(?! (?:and|text|"
            r"that|which|to|into))",
        ),
        "summarize": (r"\bsummari[sz]ed\b",),
        "draw": (r"\b(?:generated|created|new|drawn) <IMG>",),
        "film": (r"\b(?:generated|created|new) <VID>",),
        "speak": (
            r"\b(?:generated|created|new|synthesi[sz]ed) (?:\w+ )?(?:audio|speech)\b|\baudio (?:response|"
            r"description|summary)\b",
        ),
        "enhance": (r"\b(?:enhanced|improved|upscaled|restored|transformed|high(?:er)?.resolution) <IMG>",),
        "clean": (
            r"\b(?:enhanced|improved|cleaned|denoised) <AUD>",
            r"\b(?:nois(?:y|e)|(?:poor|low|bad)(?:er)?[ -](?:audio |sound )?quality)\b~<AUD>|"
            r"<AUD>[^.;!?]{0,50}?\b(?:nois(?:y|e)|(?:poor|low|bad)(?:er)?[ -](?:audio |sound )?quality)\b",
        ),
        "edit": (r"\b(?:edited|modified|adjusted|updated|altered) <IMG>",),
        "segment": (r"\bsegmented\b",),
        "class": (r"\bclassified\b",),
        "read": (
            r"\bextracted (?:text|words)\b",
            r"(?:<IMG>|<DOC>)[^.;!?]{0,30}?\b(?:contain(?:s|ing)|with|of|has|have|including) (?:some |a |"
            r"the |printed |handwritten )*(?:text|words|writing)\b",
        ),
        "caption": (r"\bdescription of <THE>(?:\w+ )?<IMG>",),
        "detect": (r"\bdetected (?:objects?|items?)\b",),
        "entities": (
            r"\b(?:extracted|identified|recogni[sz]ed|named) (?:entit\w+|keywords?|tokens?)\b",
            r"\bentities\b(?! (?:are|is))",
        ),
        "ask": (
            r"\b(?:know|find out|find|tell me|determine|learn|wondering about|ask about) (?:the|its|their) "
            r"(?:exact |main |total |dominant )?(?:colou?rs?|number|names?|title|"
            r"author|owner|date|time|place|price|cost|total|amount|reason|meaning|brand|age|size|shape|"
            r"weather|purpose|due date|address|location) (?:of|in|on|for)\b",
            r"\b(?:know|find out|find|tell me|determine|learn|figure out|see|understand|tell|say|state|wonder|"
            r"wondering|ask)\b (?:(?:on|in|at|by|for|to|from|with|of|about) )?(?:wh(?:at|ich|o|en|"
            r"ere|y|ose)\b|how (?:many|much|old|long|often|does|do|is|"
            r"are)\b)",
            r"\b(?:identify|find|tell me|determine|name|who is|what is|which is)\b (?:the )(?:\w+est|due "
            r"date|most \w+|least \w+|name|total|date|amount|price|number|title|author)\b",
            r"(?:^|[.;!?,:] *|\b(?:and|then|ask|tell me) )(?P<at>(?:(?:what|who|where|how)(?:'s|"
            r"'re)?|which|whose|when|why|is|"
            r"are|does|do|can|did|was|were|has|have|should) (?!you\b)[^.;!?]{3,120}\?)",
            r"(?:^|[.;!?,] )(?P<at>(?:by|for|to|with|from|about|on|in|at) (?:whom|what|which|"
            r"whose)\b[^.;!?]{0,80}\?)",
            r"\b(?:curious|see|say|look up|wonder(?:ing)?|namely|interested|check|inspect|examine|"
            r"let me know|find out|like to learn|tell me|question)\b[^.;!?]{1,60}?(?P<at>\b(?:what|"
            r"who|whose|which|where|when|whether|how (?:many|much|old|big|long|tall)) "
            r"[^.;!?]{3,80})",
            r"\b(?:consult|inspect|check|search|examine|study|go through|look (?:at|in|into|"
            r"through|up))\b ~?(?:<IMG>|<DOC>)~\b(?:for|to (?:find|learn|see|know|tell|answer))\b",
        ),
        "look": (
            r"\b(?:explain(?! how| why)|elaborate on|tell me (?:more )?about|give (?:me )?(?:details|information) "
            r"(?:about|on))\b ~<IMG>",
        ),
        "table": (r"<IMG>@\btables?\b|\btables?\b@<IMG>|\btabular data\b|\bspreadsheet\b",),
        "hear": (
            r"<AUD>[^.;!?]{0,80}?\b(?:commands?|emotions?|mood)\b|\b(?:commands?|emotions?|"
            r"mood)\b[^.;!?]{0,40}?<AUD>",
            r"\b(?:emotions?|moods?|commands?)\b (?:in|of|from|expressed|spoken|conveyed|given) ~<AUD>",
        ),
        "write": (r"\bparaphrased\b", r"\bgenerated (?:text|story|sentences?)\b"),
    }
)
"""Doing → what speaks of its result."""
