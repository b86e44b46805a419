"""What English says of questions, talk, writing, video and classes. Patterns as data; `english` says how they read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .english_words import made
from .marks import QUOTE

STRONG: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ask": (
            r"(?<!your )(?<!the )(?<!this )(?<!that )(?<!its )\b(?:answers?|answering|"
            r"respond(?:ing)? to|repl(?:y|ying) to|ask(?:ing)?|resolve|"
            r"address)\b~(?:\b(?:question|questions|query|inquiry|q)\b|" + QUOTE + r")",
            r"\bquestions?\b~" + QUOTE,
            r"\banswer (?:it|this|that|them)\b|\b(?:question|query|ask|interrogate) <THE>(?:\w+ "
            r")?<IMG>|\b(?:put|pose) (?:it|this|that|them) to ~?<IMG>|\bas (?:the|a|my) "
            r"(?:question|query)\b",
            r"\b(?:find|look up|locate|get|retrieve|read off|extract|pull|identify|determine|"
            r"search)\b(?!@\b(?:texts?|words|objects?|items|tables?|writing|summary|contents?|"
            r"entit\w+|key\w*|names of)\b) ~\b(?:in|on|from|of)\b ~?<DOC>",
            r"\b(?:question answering|q ?& ?a|qa)\b|\b(?:visual|document) question answering\b|\bvqa\b",
            r"\b(?:my|a|the|this|some|following) (?:question|query)s?\b",
            r"\b(?:find|get|know|give|provide|tell|obtain|extract|have|need|want)\b (?:me |us )?<THE>(?:\w+ "
            r")?answers?\b",
            r"(?<!your )\banswers? (?:to|for|from|based on|about)\b",
        ),
        "chat": (
            r"\b(?:tell|give) me (?:a |some |another )?(?:jokes?|riddles?|fun facts?)\b|\bconversation(?:al|"
            r"s)?\b|\bchat(?:s|ting|bot)?\b|\bdialog(?:ue)?s?\b",
            r"(?:\b(?:<MAKE>|<GET>)\b(?! (?:the|this|that|your|its|my|their)\b)|(?:\band|,) (?:an?|"
            r"some|one)) <AS>(?:friendly |suitable |appropriate |chatbot |text "
            r")*(?:repl(?:y|ies)|responses?)\b(?! (?:to|for) (?:the|this|my) question)",
            r"\b(?:recommend|suggest|advise|discuss|brainstorm)(?:s|ing|ation|ations|ions?)?\b|\btalk (?:to|"
            r"with|about) (?:me|you|someone|it|this)\b",
            r"\b(?:advice|tips|ideas) (?:on|for|about)\b|\btalk about\b|\b(?:give|need|want|like|"
            r"get|your|some|any|for) (?:me )?(?:some |any |good |a bit of |a piece of |your |an? |"
            r"for )*(?:advice|tips?|opinion|recommendations?|suggestions?)\b|\bcheer me up\b|"
            r"\blet'?s (?:talk|speak|have a)\b|\b(?:reply|respond|answer) (?:to )?me\b",
            r"\b(?:reply|respond) to\b~<TXT>|\b(?:discuss|chat about|converse)\b",
        ),
        "write": (
            r"\btext.generation\b|\bparaphras(?:e|es|ing)\b(?! of each| of one)|\bwrite (?:me "
            r")?one\b|\bhow\b (?:might|could|does|would|will|may)\b~\b(?:go on|continue|end)\b|"
            r"\bmake\b~<TXT>~\b(?:sound|more|less|simpler|easier|funnier|formal)\b(?! (?:concise|"
            r"brief|compact|succinct))|\brewrit(?:e|es|ing)\b|\breword(?:ing)?\b|"
            r"\brephras(?:e|ing)\b|\belaborate on (?:the|this|that) (?:text|idea|topic)",
            r"\b(?:write|writes|writing|compose|draft|pen|spin|make up|author)\b (?:me |us "
            r")?(?:an?|some|the|about|another|more)\b(?! (?:\w+ )?(?:summary|list|transcript\w*|"
            r"caption|description|song|melody|tune|image|picture|video|clip))|\b(?:mak(?:e|ing)|"
            r"think|dream) up (?:me )?(?:an?|some)\b(?! (?:\w+ )?(?:song|melody|tune))",
            *made(
                r"(?:(?:descriptive |creative |short |new |related |detailed |coherent |meaningful "
                r")*(?:texts?|stor(?:y|ies)|tales?|limericks?|haikus?|verses?|news items?|"
                r"anecdotes?|fables?|dialogues? between|speech for|ads?|reports? (?:on|about)|"
                r"sentences?|paragraphs?|poems?|articles?|essays?|blog ?posts?|"
                r"scripts?|"
                r"emails?|letters?|narratives?|slogans?|lyrics|jokes?|recipes?|continuation|quotes?|"
                r"instructions?|tweets?|advertisements?|content|explanations?|questions?|prompts?|"
                r"(?:to-?do|shopping|check|packing|reading) ?lists?|speech(?:es)? for|dialogs?|"
                r"hooks?|pitch(?:es)?|proposals?|invitations?|biograph(?:y|ies)|"
                r"descriptions?|lists? of \w+|captions?|reports?|titles?|names?))\b"
                r"(?! (?:descriptions?|of <THE>(?:audio|recording|image)|classification|output|result|file|"
                r"transcript\w*|from (?:the|this|an?|my) (?:audio|recording|image)|summary|label|version))",
                got=False,
            ),
            r"\b(?:elaborate on|expand (?:up)?on (?=<QUOTED>|it\b|this\b|that\b|them\b)|flesh out|"
            r"embellish|spin\b ~\b(?:out of|from)|say (?:it|this|that) (?:in|with) (?:other|"
            r"different) words|put (?:it|this|that|<THE>\w+) (?:in(?:to)?|with) (?:other|different|"
            r"simpler) words)(?!\w)(?! (?:the |this )?<IMG>)",
            r"\b(?:continu(?:e|es|ing)|complet(?:e|es|ing)|finish(?:ing)?|extend(?:ing)?|expand(?:ing)?(?: "
            r"on| upon)?)\b <THE>(?:\w+ )?(?:stor(?:y|ies)|sentences?|paragraphs?|texts?|ideas?|poems?|"
            r"topics?|thoughts?|narratives?)\b",
        ),
        "watch": (
            r"\bvideo classification\b|\b<CLASSIFY>\b ~<VID>",
            r"\b(?:<TELL>|is there|are there|if|whether|check)\b[^.;!?]{0,70}?(?:happening|action|activity|"
            r"activities|sports?|practice|practi[cs]ing|performed|"
            r"playing|taking place|going on|shown|occurs?|occurring|present|place|scene|some(?:one|body)|"
            r"people|any(?:one|body)|\w+ing)\b[^.;!?]{0,60}?<VID>",
            r"\b(?:what|which) (?:is |are )?(?:action|activity|sport|happening|happens|going on)\b~<VID>",
            r"\b(?:recogni[sz]e|detect|identify)\b[^.;!?]{0,60}<VID>|\b(?:is|are) (?:\w+ ){1,3}\w+ing\b~<VID>",
        ),
        "explain-video": (r"\b(?:describe|summari[sz]e|caption|explain)\b ~<VID>|\bquestions? about ~<VID>",),
        "class": (
            r"(?<!image )(?<!text )(?<!token )(?<!tabular )(?<!audio )\b<CLASSIFY>\b",
            r"\b(?:be|get|have|been|like)\b@\b(?:classified|categori[sz]ed)\b|\b(?:what|which) "
            r"(?:category|class|label|categories|classes)\b|\b(?:recogni[sz]e|identify|classify|"
            r"categori[sz]e) it\b",
        ),
        "better": (r"\b<BETTER>\b (?:it\b|~\bquality\b)",),
        "judge": (
            r"\bsentiment\b|\b<CLASSIFY>\b <THE>(?:\w+ ){0,2}<TXT>",
            r"\b<TELL>\b@\b(?:emotions?|mood|tone|spam|toxic\w*|offensive|(?:voice )?commands?|intent|genre)\b",
        ),
        "sort": (
            r"\b(?:is|are|if|whether|determine if|tell if|check if|decide if|"
            r"classify)\b[^.;!?]{0,60}?\b(?:positive or negative|negative or positive)\b",
            r"\b(?:classify|categori[sz]e|label|sort)\b[^.;!?]{0,60}?\b(?:as|into|among|between|using the "
            r"labels?)\b[^.;!?]{0,60}?\b(?:or|and)\b",
            r"\bis (?:the |this )?~\b(?:about|positive|negative)\b|\bzero.shot\b",
        ),
    }
)
