"""What English says of film, sound, speech and pictures to be made. Patterns as data; `english` says how they read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .english_words import NO_TASK, made
from .marks import IN_IMAGE

STRONG: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "film": (
            *made(r"(?:videos?|movies?|films?|animations?|video ?clips?|footage)\b(?! (?:classification|file name))"),
            r"\btext.to.video\b|\b<TURN>\b~(?:<TXT>|\bit\b|\bscript\b|\bresponse\b)~\b(?:in)?to "
            r"<AS>(?:videos?|movies?|animations?|video clips?|clips?)\b",
            r"\bvideo (?:based on|from|of|about|representing|depicting|showing)\b (?:the |this |that |it)",
            r"\b(?:as|into) (?:a |an )?(?:short )?(?:video|film|movie|animation)(?: clip)?\b|"
            r"\b(?:<TURN>|make)\b (?:it|this|that|them|<THE>\w+) (?:in)?to (?:an? )?(?:\w+ "
            r")?(?:videos?|clips?|movies?|films?|animations?)\b|\bfilm (?:it|this|that)\b",
            r"\b<MAKE>\b <AS>(?:clips?|trailers?|slideshows?)\b",
        ),
        "animate": (
            r"\banimat(?:e|ing)\b ~<IMG>|\bimage.to.video\b|\b<TURN>\b ~<IMG>~\b(?:in)?to (?:a |an )*(?:\w+ "
            r")?(?:video|animation)\b",
        ),
        "compose": (
            r"\b(?:<MAKE>|compose|write|play)\b <AS>(?:music|melod(?:y|ies)|tunes?|soundtracks?|sound "
            r"effects?|jingles?|songs?|beats?)\b"
            r"|\btext.to.(?:music|audio)\b",
        ),
        "speak": (
            r"\btext.to.speech\b|\btts\b|\bspeech synthesis\b|\bvoice.?overs?\b|\baudio.?books?\b",
            r"\b(?:read|say|speak|tell|pronounce|recite|narrate|hear|listen|announce|voice|describe|"
            r"play)\b[^.;!?]{0,60}?\b(?:aloud|out loud|loudly)\b",
            r"\bread (?:me|us) <THE>\w+|\bread (?:it|this|that|them|<THE>(?:\w+ )?(?:text|result|answer|"
            r"summary|translation|story)) (?:to|for) me\b",
            r"\bhear (?:it|this|the (?:result|answer|text|translation|summary|story))\b|\blisten "
            r"to the (?:result|answer|text|translation|summary|story)\b",
            r"\b(?:let|want|like|love|wish|rather|able|can|could)\b (?:me |us |to |i )*(?:hear|"
            r"listen to) (?:it|this|that|them|your|its|the|what you)\b(?!~<AUD>)|\bplay (?:it|them|"
            r"that|this) (?:back )?(?:to|for) me\b|\b(?:voice|somebody|someone|person|narrator) "
            r"(?:say|read|speak)(?:s|ing)?\b(?: <QUOTED>| it\b| this\b| the\b)",
            r"(?<!how do you )(?<!how would you )(?<!how can you )(?<!how do i )(?<!how do we "
            r")\b(?:say|speak|pronounce|recite|utter|voice|announce)\b (?:me |the |this |these |"
            r"following |words?|sentences?|text|phrase|paragraph|,|:| )*<QUOTED>(?! instead)|"
            r"\b(?:spoken|said|narrated|read(?: out)?) (?:out loud|aloud|to me|by (?:a|an|the|"
            r"some))\b|\bread (?:it|them|this|that|<THE>\w+) out\b|\bspoken (?:account|report|"
            r"answer|reply|rendition|summary|description|version|form|translation|response)\b|"
            r"\bmake\b@\baudible\b|\b(?:tell|say|give|answer|respond|reply|inform|describe|explain|"
            r"report|present|deliver)\b~\b(?:with|by|in|using|as|via|through) (?:an? |your "
            r")?(?:(?!the|this|that|these|my)\w+ )?(?:voice|speech|sound|audio)\b(?! (?:file|"
            r"recording|clip)s?\b)|\b(?:mp3|wav)s? (?:of|with|from)\b",
            r"\bout loud\b|\baloud\b|\bas (?:an )?(?:audio|speech)(?: file)?\b",
            r"\b(?:speak|say|voice) (?:it|this|them|the (?:result|translation|text|answer|summary|response))\b",
            r"\b(?:narrat(?:e|es|ing)|vocali[sz](?:e|ing)|pronounce)\b",
            r"\b<TURN>\b[^.;!?]{0,80}?\b(?:in)?to <AS>(?:audios?|speech|spoken (?:words?|audio|form)|voice|"
            r"sound|an? (?:audio|voice|sound) \w+)\b(?! (?:to|into))",
            *made(
                r"(?:audios?(?: (?:file|clip|version|recording|output|response|description|track|summary|"
                r"message|narration))?|"
                r"speech|spoken \w+|narrations?|voices?(?: (?:message|recording|response|output|version))?|"
                r"recordings?|sound (?:file|clip|recording))\b"
                r"(?! (?:quality|classification|enhancement|to text|recognition|transcri|that has|with "
                r"(?:poor|low|noise)))"
            ),
            r"\b(?:audio|speech|voice|sound) (?:file |version |recording |clip |form |format |output "
            r")+(?:of|from|for|based on|with)\b <THE>(?:\w+ ){0,2}"
            r"(?:texts?|summar\w+|translat\w+|responses?|answers?|story|descriptions?|result|article|"
            r"content|output|sentences?|paragraph)",
            r"\b(?:as|in) (?:an? )?(?:audio|speech|spoken)(?: (?:file|format|form|version))?\b (?:so|to|for|that)\b",
            r"\b(?:in (?:the form of )?(?:an )?audio(?: format| form)?)\b(?=[.,;!?]|$)",
        ),
        "draw": (
            *made(
                rf"(?:<PIC>|visual(?:s|i[sz]ations?)?(?: (?:representation|depiction|image|interpretation)s?)?|"
                r"graphics?|(?<!up a )scenes?|landscapes?|cityscapes?|covers?|banners?|avatars?|memes?|cartoons?|"
                rf"comics?|infographics?|icons?|thumbnails?|graphical representation)(?![\w-]){NO_TASK}"
            ),
            r"(?:\ban? |\ban? \w+ )(?P<at>(?:image|picture|illustration|drawing|painting)) (?:(?:to )?be |"
            r"that is )?(?:generated|created|drawn|made|produced)\b|\bsee (?:a|an) (?:image|picture|"
            r"illustration|drawing)\b",
            rf"\b(?:draw|paint|sketch|illustrate|imagine|depict|picture)\b(?!~{IN_IMAGE}) (?:me |us "
            rf"|up )?(?:(?:an?|the|"
            r"some|this|it|that|what|how)\b|:? ?<QUOTED>)",
            r"\b(?:an?|another|one|some) (?:\w+ ){0,2}?<PIC> (?:that|which) (?:illustrates?|goes? "
            r"with|fits|matches|depicts?|suits)\b|\bshow me (?:what|how)\b~\b(?:would|might|could) "
            r"look\b|(?:<QUOTED>|\b(?:it|this|that|them)\b)[^.;!?,]{0,20} as (?:an? )(?:\w+ "
            r")?<PIC>",
            r"\b(?:text.to.image|visuali[sz](?:e|es|ing)(?! (?:the )?(?:these )?(?:changes|modifications|edits)))\b",
            r"\b<TURN>\b~(?:<TXT>|\bit\b|\bdescription\b|\bresponse\b|\bquote\b)~\b(?:in)?to <AS>(?:<IMG>|visual\b)",
        ),
    }
)
