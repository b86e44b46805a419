"""What English says of tables in pictures and of sound. Patterns as data; `english` says how they read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STRONG: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "table": (
            r"\b<CLASSIFY>\b~\b(?:tables?|tabular|spreadsheets?)\b",
            r"\btabular (?:data )?classification\b|\b(?:class(?:es)?|labels?|categor(?:y|ies)|"
            r"type) (?:of|in|for|that)\b@\b(?:tables?|tabular|spreadsheets?)\b(?!~\btable (?:in|"
            r"at) )|\b(?:predict|assign|tell|work out|determine|which)\b@\b(?:class(?:es)?|labels?|"
            r"categor(?:y|ies))\b~\b(?:tables?|tabular|spreadsheets?)\b",
            r"\b(?:tables?|tabular)\b~\b(?:classif\w+|categori[sz]\w+)\b",
            r"\b(?:extract|read|analy[sz]e|understand|interpret|process)\b~\b(?:tables?|tabular)\b",
        ),
        "transcribe": (
            r"\btranscri(?:be|bes|bing|ption|pts?)\b(?!ion)",
            r"\bspeech.(?:to.text|recognition)\b|\basr\b|\baudio.to.text\b|\bvoice.to.text\b",
            r"\b<TURN>\b (?:it|this|them|that)\b~\b(?:in)?to (?:a |an |the |its |readable |plain |written |"
            r"english )*(?:text|words|writing)\b",
            r"\b<TURN>\b~<AUD>~\b(?:in)?to (?:a |an |the |its |readable |plain |written |english )*(?:text(?:ual)?|"
            r"words|writing|written)",
            r"\b(?:extract|get|obtain|retrieve|derive|pull|recover|reconstruct)\b~\b(?:text|words|"
            r"spoken content|speech)\b "
            r"(?:out )?(?:from|of|in) ~<AUD>",
            r"\b(?:what|everything|all) (?:that )?(?:is|was|were|are|has been|'s) (?:being )?(?:said|spoken|"
            r"talked about)\b|\bas written text\b|\b(?:get|put|set|have)\b (?:it|this|that|them) "
            r"(?:down )?(?:on paper|in writing|in(?:to)? text|in written form)\b",
            r"\bwhat (?:does |do |did )?(?:the |this |that )?(?:\w+ )?(?:he|she|they|people|person|"
            r"speakers?|man|woman|lecturer|caller) ?(?:~<AUD> )?(?:is|are|was|were)? ?"
            r"(?:say(?:s|ing)?|said|talk(?:s|ed|ing)? about)\b",
            r"\b(?:write|type|note|jot) (?:down|out|up) (?:what|the words|everything|all|whatever|"
            r"<THE>(?:\w+ )?(?:<AUD>|speech))|"
            r"\b(?:put|get|have)\b~<AUD>~\b(?:on paper|in writing|down in text)\b|\bdictat(?:e|ion)\b|\bsubtitles?\b",
            r"\blisten to what\b|<AUD>~\b(?:type|write) (?:it|this|that|them) (?:up|out|down)\b|"
            r"\bword.for.word\b|\bverbatim\b",
            r"\b(?:text|words|wording|writing) of (?:it|them|<THE>(?:\w+ )?<AUD>) before\b",
            r"\b(?:text(?:ual)?|written) (?:version|form|representation|format|content|record) of "
            r"<THE>(?:\w+ )?<AUD>",
            r"\bspoken (?:content|words?) (?:to|into|in) (?:text|written)|"
            r"<AUD>[^.;!?]{0,50}?(?P<at>\b(?:be|get|been)) +(?:turn|convert|transform|chang|"
            r"render)\w*\b~\b(?:in)?to (?:\w+ )?text\b",
        ),
        "hear": (
            r"\baudio classification\b|\bsound classification\b",
            r"\b<CLASSIFY>\b@<AUD>",
            r"\b<TELL>\b~\b(?:emotions?|moods?|feelings?|(?:voice |spoken )?commands?|genres?|instruments?|"
            r"intent|accent)\b~"
            r"(?:<AUD>|spoken|speaker|given|recorded|said)",
            r"\b<TELL>\b~\b(?:type|kind|category|class|source|nature|label) of (?:the |this |that )?(?:\w+ "
            r")?(?:<AUD>|music|noise)",
            r"\b(?:what|which) (?:kinds?|types?|sorts?) of (?:sounds?|noises?|music|audio)\b|"
            r"\b(?:what|which) (?:musical |music )?(?:genres?|styles?|moods?|emotions?|"
            r"instruments?)\b~<AUD>|\b(?:is|are|was|does|if|whether)\b~<AUD>~\b(?:angry|happy|sad|"
            r"excited|calm|nervous|upset|annoyed|"
            r"cheerful|bored)\b",
            r"\b(?:what|which) (?:animal|bird|instrument|sound|noise|emotion|mood|feeling|language|accent|keyword|"
            r"command)s?\b~\b(?:heard|hear|spoken|sound|audio|"
            r"recording|playing|speaker|voice|sings?|singing|barking|uttered|called out|given|issued)\b",
            r"\b<TELL>\b~\b(?:speaker'?s? (?:gender|emotion|mood|age|identity)|spoken language|language "
            r"(?:spoken|of <THE><AUD>))",
        ),
        "clean": (
            r"\baudio.to.audio\b|\bspeech enhancement\b|\bnoise (?:reduction|removal|cancell?ation|"
            r"suppression)\b|\bde-?nois\w+\b~<AUD>",
            r"\b<BETTER>\b~(?:<AUD>|\bclarity\b|\bnoise\b)",
            r"\b(?:remov(?:e|ing)|reduc(?:e|ing)|filter(?:ing)?(?: out)?|eliminat(?:e|ing)|cancel|suppress|"
            r"get rid of|strip|take out|tak(?:e|ing) away|cut out)\b~\b(?:noises?|echo(?:es)?|hiss|"
            r"hum|static|crackl\w+|buzz\w*|rumble|interference|"
            r"reverb\w*|disturbances?)\b",
            r"\b(?:separat(?:e|ing)|isolat(?:e|ing)|split|extract)\b~\b(?:vocals?|voices?|speakers?|sound "
            r"sources|instruments?)\b",
            r"\b(?:chang(?:e|ing)|convert|modify|alter|transform|adjust)\b~\b(?:voice|pitch|accent|tempo|"
            r"volume)\b(?!~\btext\b)",
            r"<AUD>~\b(?:be )?(?:enhanced|improved|cleaned|denoised)\b",
            r"\bmake\b@<AUD>@\b(?:clearer|cleaner|louder|better|crisp(?:er)?|less noisy)\b|"
            r"\b(?:echo|noise|hiss|static|crackle|buzz|"
            r"hum)\b[^?!;]{0,60}?\b(?P<at>(?:get rid of|remov(?:e|ed|ing)|reduc(?:e|ed|ing)|"
            r"filter(?:ed|ing)?|clean(?:ed|ing)?|cancel))\b",
            r"\b(?:clear(?:er)?|better|cleaner|enhanced|high(?:er)?.quality) (?:version|quality) of "
            r"<THE>(?:\w+ )?<AUD>|\b(?:clearer|cleaner|crisper) <AUD>",
        ),
    }
)
