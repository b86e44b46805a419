"""What English says of what a picture shows. Patterns as data; `english` says how they read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STRONG: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "read": (
            r"\bwhat (?:does|do) (?:it|they|that|the (?:sign|label|page|text|screen|board|poster)) say\b",
            r"\b(?:what|whatever|everything) (?:is |it |that is |the \w+ )?(?:written|printed|says?)\b(?! "
            r"(?:about|that))|\bocr\b|\boptical character recognition\b|\bimage.to.text\b",
            r"\b(?:extract(?:ing)?|read(?:ing)?|recogni[sz](?:e|ing)|get(?:ting)?|retrieve|obtain|copy|"
            r"transcribe|find|detect|scan|pull)\b"
            r" <THE>(?:\w+ ){0,2}(?:texts?|words|writing|handwriting|information|quotes?|"
            r"content)\b~\b(?:from|in|of|on|within)\b~(?:<IMG>|<DOC>\b)",
            r"\b<TURN>\b <THE>(?:\w+ ){0,2}(?:<IMG>|<DOC>)~\b(?:in)?to (?:a |an |the |its |readable |plain |"
            r"written |editable )*(?:text|words)",
            r"\b(?:extract|read|recogni[sz]e)\b <THE>(?:\w+ )?(?:text|words|writing)\b(?! (?:file|output|aloud|out))",
        ),
        "caption": (
            r"\b(?:write|make|give|create|add) (?:a |an |the )?captions?\b|\bcaption(?:s|ing)?\b(?! (?:and|or) )",
            r"\b(?:describ(?:e|es|ing)|narrat(?:e|ing))\b (?:what |in (?:words|text|detail) |for me "
            r")*<THE>(?:\w+ ){0,3}(?:<IMG>|scene|is (?:in|shown)|"
            r"contents? of <THE>(?:\w+ )?<IMG>)",
            r"\b(?:<MAKE>|<GET>|write|extract|and|,)\b <AS>(?:text(?:ual)? |written |detailed |brief |short "
            r"|image )*descriptions?\b~(?:<IMG>|\bof (?:it|them)\b|"
            r"\bcontents?\b|\bscene\b)",
            r"\b(?:<MAKE>|<GET>|write)\b <AS>(?:text(?:ual)?|written|image|descriptive) (?:descriptions?|"
            r"text (?:for|of|about) ~<IMG>)",
            r"\bwhat(?: is|'s| are) (?:in|on|shown in|depicted in) <THE>(?:\w+ )?<IMG>(?! (?:about|of))|"
            r"\bwhat (?:does |do )?<THE>(?:\w+ )?<IMG> (?:contains?|shows?|depicts?|displays?|"
            r"represents?|looks? like)\b",
            r"\b(?:describe|description of) (?:it|its contents?|the (?:result|scene|contents?)|"
            r"(?:what|everything)\b[^.;!?]{0,30}\b(?:see|seen|visible|shown|shows?|depicts?|"
            r"depicted))\b",
            r"\b(?:put|state|express|tell(?: me)?|say|explain|write)\b (?:down )?(?:(?:in(?:to)? "
            r"(?:words|writing|text|a sentence|one sentence|your own words)) )?(?:what|"
            r"everything)\b[^.;!?]{0,16}?(?:\b(?:can be|is to be|you|to be|i|we|one)\b ~\b(?:see|"
            r"seen)\b|<IMG>[^.;!?]{0,4}\b(?:shows?|depicts?|displays?|contains?|looks? like))",
            r"\bput\b ~<IMG>~\bin(?:to)? (?:words|writing|a sentence|text)\b|\bput "
            r"what\b~\bin(?:to)? (?:words|writing|an? \w*)\b|\balt(?:ernative)?.texts?\b",
            r"\bwhat(?: is|'s) (?:going on|happening|to be seen|visible|depicted|shown|pictured) "
            r"(?:in|on) <THE>(?:\w+ )?<IMG>",
            r"\btext(?:ual)? (?:version|form|representation) of <THE>(?:\w+ )?<IMG>",
        ),
        "depth": (
            r"\bdepth\b(?! of (?:knowledge|field|the topic))(?:[ -](?:estimation|map|image|information|of|"
            r"analysis|perception|data|prediction))*",
            r"\bhow (?:far|distant)\b~\b(?:away|are|is)\b|\bhow (?:close|near)\b~\bcamera\b|\b(?:estimat|"
            r"measur|calculat|comput|predict)\w*\b~\bdistances?\b",
        ),
        "segment": (
            r"\bsegment(?:s|ing|ation|ize)?\b(?! (?:of (?:the )?(?:text|audio|video)))",
            r"\b(?:divid(?:e|es|ing)|partition(?:ing)?|split(?:ting)?|break(?:ing)?|cut(?:ting)?|"
            r"separat(?:e|es|ing))\b~(?:<IMG>|\bit\b)~\b(?:in)?to\b~\b(?:"
            r"segments?|parts|regions|sections|areas|objects|pieces)\b",
            r"\b(?:<MAKE>|<GET>|find|draw|compute)\b~(?<!face )\bmasks?\b(?! out)|\bmask (?:that|which|of|for)\b|"
            r"\bpixel.(?:wise|level)\b~\b(?:label|class|map)",
            r"\bseparat(?:e|ing)\b~\b(?:objects?|foreground|background)\b~(?:<IMG>|\bparts\b|\bother\b|"
            r"\bbackground\b|\bforeground\b)",
        ),
        "detect": (
            r"\bobject.(?:detection|recognition)\b|\bbounding.box\w*\b",
            r"\b(?:<FIND>|count(?:ing)?)\b <THE>(?:(?!class|type|kind|categor|name|breed|label)\w+ "
            r"){0,3}(?:objects?|items?|things|elements?)\b(?! "
            r"(?:in|from) <THE>(?:text|audio))",
            r"\b(?:detect(?:s|ing|ion of)?|locat(?:e|es|ing)|spot(?:ting)?|find(?:ing)?|"
            r"highlight(?:ing)?)\b(?!~<DOC>)(?!~\b(?:what|who|which|texts?|words|dates?|names?|answers?|information|"
            r"totals?|amount|number|out)\b) ~ (?:in|on|within|inside|from) @?<IMG>",
            r"\b(?:objects?|faces?|people|cars?) detection\b|\bdetect(?:s|ing)? (?:and \w+ )?(?:them|any|"
            r"all|objects?|the)\b(?!@\b(?:entit\w+|names?|key\w*|words|languages?|emotions?|moods?|"
            r"sentiments?|noises?|commands?|texts?|tables?)\b)",
            r"\b(?:mark|show|point out|indicate|tell|find out|see|know)\b (?:me )?where\b ~(?:is|"
            r"are|stands?|lies?|sits?)\b ~?<IMG>",
            r"\bcount(?:ing)? (?:the|all|every|each|how many|any) (?!words?\b|letters?\b|"
            r"sentences?\b|characters?\b|tokens?\b|times\b)\w+",
            r"\b(?:detect|locat|spot|highlight|count|pinpoint)(?:e|ing)?\b (?:each|every|all|any|"
            r"the)\b[^.;!?,]{1,30} (?:in|on) (?:it|there)\b",
            r"\b(?:count|how many|number of|total (?:count|number) of|quantity of|tally)\b ~(?:in|on|within|"
            r"from|appear|are there|present) ~?<IMG>",
            r"\b(?:if|whether) (?:(?:a|an|any|the|there is|there are) )*[\w -]{1,30}? (?:is|are|exists?|"
            r"appears?|can be seen)?~(?:present|visible|"
            r"located|exists?|appears?|in) ~?<IMG>",
            r"\b(?:add|draw|put|place)\b~\b(?:border|box(?:es)?|frame|rectangle|outline|circle)\b "
            r"(?:around|on|over)\b",
            r"\bwhere (?:are|is) (?:they|it|each|every|the \w+)\b|\b(?:box(?:es)?|rectangles?) "
            r"(?:around|on)\b|\b(?:frame|box|circle|encircle|outline) (?:each|every|all|them|the "
            r"\w+)\b",
            r"\b(?:what|which) (?:objects|things|items)\b ~?(?:<IMG>|\b(?:does|do|can|are) (?:it|"
            r"there|you)\b)|\b(?:tell|name|list|know|show|enumerate|say|write down)\b (?:me |us "
            r")?<THE>(?:objects|things|items)\b (?:that |which |are |can |be |is |i |you "
            r")*(?:visible|seen|shown|present|appear|occur|found|see)\b~(?:<IMG>|\bit\b)",
            r"\b(?:locations?|positions?|coordinates) of\b~(?:<IMG>|\bobjects?\b)",
        ),
        "sort-pictures": (),
        "see": (
            r"\bimage (?:classification|recognition)\b",
            r"\b<CLASSIFY>\b <THE>(?:[\w'-]+ ){0,4}(?:<IMG>|objects?|segments?|scene|plants?|animals?|subject)\b",
            r"<IMG>~\b(?P<at>(?:classify|categori[sz]e)\b(?! <THE>\w)|be classified|to be categori[sz]ed)\b",
            r"\b(?:recogni[sz](?:e|es|ing)|identify(?:ing)?|determin(?:e|ing)|tell(?: me)?|know|find out|"
            r"name)\b <THE>(?:main |primary |central |type of |"
            r"kind of |species of |breed of |category of |class of |name of )*(?:objects?|subjects?|"
            r"animals?|plants?|breeds?|species|flowers?|birds?|dogs?|"
            r"landmarks?|class|category|label|scene|contents?|things?)\b~(?:<IMG>|\bit\b)",
            r"\b(?:recogni[sz](?:e|es|ing)) <THE>(?:\w+ ){0,2}(?:objects?|contents?|items?|things)\b",
            r"\b(?:what|which|whatever) (?:kinds?|types?|sorts?|breeds?|species|variety|make|"
            r"model) of \w+ (?:it|this|that|he|she|they|the|<IMG>)\b|\b(?:what|which) (?:breed|"
            r"species)\b|"
            r"\b(?:what|which) (?:flower|bird|plant|animal|dog|cat|fish|insect|tree|fruit|landmark|"
            r"building|car|vehicle|mushroom|food|dish|monument) (?:(?:is |it |this |that |the "
            r")*(?:is |are )?(?:pictured|shown|depicted|seen|in|on|displayed|visible)|am i|are we|"
            r"do (?:you|i)|can be|is that)\b~<IMG>|\b(?:main|primary|central) (?:object|subject|"
            r"thing) (?:of|in|on)\b ~?(?:<IMG>|\bit\b)",
            r"\b(?:what|which) (?:kinds?|types?|sorts?|breeds?|species|categor(?:y|ies)|class)\b (?:of )?~(?:<IMG>)",
            r"\bwhether\b~<IMG>~\b(?:contains|shows)\b|\bif\b~<IMG>~\b(?:contains|shows)\b (?:a|"
            r"an) (?:famous|known)\b",
            r"\b(?:class(?:es)?|category|categories|labels?) (?:of|for|to) <THE>(?:\w+ )?<IMG>",
            r"\b(?:type|kind|category|class|species|breed) of (?:\w+ ){1,3}(?:is |are )?(?:shown |depicted |"
            r"displayed )?(?:in|on) <THE><IMG>",
        ),
    }
)
