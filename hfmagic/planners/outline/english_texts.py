"""What English says of what is done to a text. Patterns as data; `english` says how they read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STRONG: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "entities": (
            r"\b(?:tag|label|mark|classif(?:y|ying)|categori[sz](?:e|ing)|annotat(?:e|"
            r"ing))\b@\b(?:words?|tokens?)\b|\btoken.classification\b|\bnamed.entit(?:y|"
            r"ies)\b|\bner\b|\bpart.of.speech\b|\bparts of speech\b|\bpos tag\w*\b",
            r"\b(?:extract(?:s|ing|ion of)?|identify(?:ing)?|recogni[sz](?:e|ing)|find(?:ing)?|list(?:ing)?|"
            r"highlight(?:ing)?|detect(?:ing)?|label(?:l?ing)?|underlin(?:e|ing)|flag(?:ging)?|"
            r"spot(?:ting)?|annotat(?:e|ing)|nam(?:e|ing)|single out|note|"
            r"tag(?:ging)?|classify(?:ing)?|get|pick(?: out)?|pull(?: out)?|locate|analy[sz](?:e|ing)|"
            r"mark)\b (?:and \w+ )?<THE>(?!wh|how)(?:[\w,'-]+ ){0,4}?(?:entit(?:y|ies)|"
            r"keywords?|key ?words?|key (?:terms?|phrases?)|tokens?|nouns?|verbs?|adjectives?|"
            r"(?:proper|personal|brand|place|family|company) names?|names? of "
            r"(?:\w+,? ?){1,4}|people|persons?|places|"
            r"organi[sz]ations?|locations?|cities|countries|companies|individual words)\b(?!~<IMG>)",
            r"\b(?:entit(?:y|ies)|keywords?|key terms?|(?:proper |personal |brand )?names?|people|"
            r"persons?|places|organi[sz]ations?|nouns)\b@\b(?P<at>(?:flagged|marked|highlighted|"
            r"tagged|label+ed|underlined|extracted|listed|picked out|recogni[sz]ed|identified|"
            r"annotated))\b(?! (?:text|entit))",
            r"\b(?:who|which (?:people|places|companies|persons|organi[sz]ations))\b (?:is|are|was|"
            r"were)?~\b(?:mentioned|named|referred to)\b|\b(?:which|what) (?:people|persons|places|"
            r"companies|organi[sz]ations|names|locations|countries|cities)\b(?: (?:and|or) \w+)? "
            r"(?:does|do|are|is|can|appear|occur)\b(?!~<IMG>)|\bwhose names?\b|\b(?:people|persons|"
            r"places|companies|organi[sz]ations|names) (?:that )?(?:are |is )?(?:mentioned|named|"
            r"come up|appear|occur)\b(?!~<IMG>)",
            r"\bentit(?:y|ies) (?:extraction|recognition|tagging|labels)\b",
        ),
        "summarize": (
            r"\bsummar(?:i[sz](?:e|es|ing|ation)|y|ies)\b",
            r"\b(?:shorten|condens(?:e|ing)|abridg(?:e|ing)|boil down|digest|abstract|tl;?dr)\b(?! painting| art)",
            r"\b(?:brief|short|concise|quick) (?:overview|version|recap|synopsis|outline)\b|\b(?:key|main) "
            r"(?:points|takeaways|ideas)\b|\bsynopsis\b"
            r"|\bgist\b|\b(?:bottom line|crux|core message|main message|takeaway)\b|\bmore "
            r"(?:concise|succinct|compact)\b|\b(?:condensed|shortened|abridged|short(?:er)?|"
            r"compact|compressed) (?:version|form|text)\b|\bmake\b~\bshorter\b|\bsum(?:ming|s)?\b "
            r"(?:<THE>(?:\w+ )?\w+ )?up\b|"
            r"\b(?:boil(?:ing)?|trim(?:ming)?|cut(?:ting)?|reduc(?:e|ing)|distil+(?:ing)?|"
            r"narrow(?:ing)?|whittl(?:e|ing))\b[^.;!?]{0,60}?\b(?:down|(?:in)?to (?:its|the|one|"
            r"two|three|a few|a|an) (?:\w+ ){0,2}?(?:essentials?|essence|core|lines?|sentences?|"
            r"points?|paragraph|basics|version|words))\b|\bin a nutshell\b|\bin (?:brief|"
            r"short)\b(?! supply)|\bkeep it short\b|\bessentials of\b|"
            r"\bin (?:one|a single|two|three|a few|no more than \w+|at most \w+) (?:short "
            r")?(?:sentences?|lines?)\b(?! (?:what|how)),? what\b",
        ),
        "translate": (
            r"\btranslat(?:e|es|ing|ion|ions)\b",
            r"\b(?:<TURN>|get)\b~\b(?:in)?to <LANG>\b|\b<TURN>\b[^.;!?]{0,60}? in(?:to)? <LANG>\b",
            r"\bhow (?:do|would|can) (?:you|i|one|we) say\b|\b(?:say|put|express|write|phrase|word|"
            r"state|mean)\b@\bin(?:to)? <LANG>\b|\bin <LANG>\?",
            r"\b(?:<LANG>) (?:version|translation|audio|speech|voice(?:over)?)\b",
        ),
        "compare": (
            r"\bsimilar(?:ity|ities)\b|\b(?:semantically|are|be|being|both) similar\b(?! "
            r"(?:images?|pictures?|photos?))|\bhow (?:similar|close(?:ly)?|alike|related|"
            r"near)\b(?!~\bcamera\b)|\b(?:likeness|closeness)\b|\bparaphrases of (?:each|one)\b|"
            r"\b(?:resembl|overlap)\w*\b|\bin common\b|\b(?:are|be|sound) alike\b|\bto what "
            r"extent\b~(?:alike|match|agree|same|fit|close)|\bhow well do(?:es)?\b~\b(?:match|fit|"
            r"correspond|agree)\w*|\bsemantic(?:ally)? (?:closeness|proximity|resemblance|"
            r"equivalen\w+)|\bhow much\b~\balike\b",
            r"\bcompar(?:e|es|ing|ison)\b~\b(?:with|to|against|and|between|sentences?|texts?|statements?|"
            r"phrases?|meanings?)\b",
            r"\b(?:match(?:es)?|resembles?) (?:with )?(?:the |this |following |given )*(?:text|sentence|"
            r"statement|phrase|description)\b",
            r"\bcompare them\b|\b(?:mean|say|express|carr(?:y|ies)|convey)s?\b (?:(?:about|more or "
            r"less|roughly|exactly) )?the same\b|\bsame (?:meaning|message|thing as)\b|\bhow close "
            r"in meaning\b|\bsemantic(?:ally)? "
            r"(?:close|match|distance)\w*",
        ),
    }
)
