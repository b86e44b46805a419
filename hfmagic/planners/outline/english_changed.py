"""What English says of a picture that is to be changed. Patterns as data; `english` says how they read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STRONG: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "enhance": (
            r"\bimage.to.image\b|\bsuper.?resolution\b|\b(?:upscal|sharpen|enlarg|de-?blur|de-?nois|"
            r"colou?ri[sz])(?:e|es|ing|s)?\b(?!~<AUD>)",
            r"\b<BETTER>\b~(?:<IMG>|\bresolution\b|\bvisual quality\b|\bsharpness\b)",
            r"\b(?:transform(?:s|ing)?|adapt(?:ing)?|redesign|restyle|stylize|upgrade|process)\b "
            r"<THE>(?:\w+ ){0,2}(?:<IMG>|it\b)(?!~\b(?:text|words|speech|audio|video)\b)",
            r"\b(?:apply|add)(?:ing)?\b~\b(?:filters?|effects?|style)\b|\bmake (?:it|<IMG>) (?:look "
            r")?(?:clearer|sharper|crisper|better)\b|\blook(?:s|ing)? like (?:a|an)\b~\b(?:painting|cartoon|"
            r"sketch|drawing|photo)\b",
            r"\b(?:style|domain|color) transfer\b|\bstyli[sz]e\b",
            r"\b(?:<TURN>|match(?:es|ing)?|adapt(?:s|ing)?|apply(?:ing)?|mimic|imitate|make|"
            r"give)\b~\b(?:style|characteristics|domain|look|appearance|features|tone)\b~(?:<IMG>|"
            r"\btarget\b|\breference\b|"
            r"\bof\b|\bpainting\b|\bartist\b)",
            r"\b<TURN>\b <THE>(?:[\w-]+ ){0,3}<IMG>(?: <IMG>)?,? (?:in)?to (?:an?|"
            r"one)\b(?!~\b(?:texts?|words|audios?|videos?|movies?|films?|speech|captions?|"
            r"descriptions?|stor(?:y|ies)|poems?|summar\w+|animations?|clips?|paragraph|sentence|"
            r"tables?|lists?|masks?|segments?|depth)\b)",
            r"\b<TURN>\b <THE>(?:\w+ ){0,3}(?:<IMG>|it)~\b(?:in)?to (?:a |an |the )*(?:\w+ ){0,3}?(?:<IMG>|"
            r"cartoon|anime|watercolou?r|oil|style|domain|format)\b",
            r"<IMG>~\b(?:be )?(?:enhanced|improved|upscaled|restored|sharpened|enlarged)\b",
            r"\b(?:in|at|with) (?:a )?(?:much )?(?:high|higher|better|greater|larger) "
            r"(?:resolution|definition|image quality|size)\b(?! image)|\b(?:resolution|sharpness) "
            r"of\b~\b(?:raised|increased|improved|doubled|enhanced|higher|better)\b|\b(?:needs?|"
            r"want|require|deserves?|could use)\b <THE>(?:better|higher|improved|good) (?:\w+ "
            r")?(?:quality|resolution)\b(?!~<AUD>)|\b(?:sharper|crisper|clearer|larger|bigger|hd|"
            r"high.res(?:olution)?) version\b(?!~<AUD>)",
            r"<IMG> as (?:an? )(?:\w+ ){0,2}(?:watercolou?rs?|paintings?|sketch|cartoon|drawing|"
            r"anime|comic|mosaic|engraving)\b|\bmake\b ~<IMG>~\b(?:crisp|sharp|clear|larger|bigger|"
            r"hd)\w*\b|\bscal(?:e|ing)\b (?:<THE>(?:\w+ )?(?:it|<IMG>) )?up\b|\bblow (?:it |"
            r"<THE>(?:\w+ )?<IMG> )?up\b",
        ),
        "edit": (
            r"\bimage (?:editing|manipulation|modification)\b|\bedit(?:s|ing)?\b(?! (?:the |this |my "
            r")?(?:texts?|essay|article|sentence|paragraph|video|audio)\b)",
            r"\b(?:edit(?:s|ing)?|modif(?:y|ies|ying|ications?)|alter(?:s|ing)?|adjust(?:s|ing|ments?)?|"
            r"retouch(?:ing)?|manipulat(?:e|ing)|changes?|changing|customi[sz]e|"
            r"repaint|recolou?r|inpaint)\b~(?:<IMG>|\bcolou?rs?\b|\bbackground\b|\bit\b|\bbrightness\b|"
            r"\bcontrast\b|\bobjects?\b|\bscene\b|\bthese changes\b)",
            r"\b(?:remov(?:e|es|ing)|eras(?:e|ing)|delet(?:e|ing)|eliminat(?:e|ing)|get(?:ting)? rid of|"
            r"tak(?:e|ing)(?: away| out| off| <THE>[\w ]{1,30}? (?:out|away|off)\b)|replac(?:e|es|ing)|swap|"
            r"add(?:ing)?|insert(?:ing)?|"
            r"put(?:ting)?(?! (?:it|this|that|them) to\b)|crop(?:ping)?(?: out)?|cut(?:ting)? out|"
            r"isolat(?:e|ing)|blur(?:ring)?|"
            r"extract(?:ing)?(?!@\b(?:answers?|texts?|words|information|data|dates?|names?|totals?|"
            r"numbers?|captions?|descriptions?|entit\w+|objects?|lists?|keywords?|amounts?)\b)|"
            r"mask out|paint|keep only|leave only|wipe|clear|exclude|discard|drop|fill)\b"
            r"[^.;!?]{1,80}?(?:\b(?:background|sky|foreground)\b|<IMG>)",
            r"\b(?:transform|modify|alter|change)\b[^.;!?]{1,40}?\b(?:so (?:that )?(?:it|they|he|she|the)|"
            r"to (?:be|look|have|wear|make))\b"
            r"(?!~\b(?:texts?|words|shorter|simpler)\b)",
            r"\b(?:brighten|darken|lighten)(?: up)?\b|\bin (?:a )?different colou?rs?\b",
            r"\b(?:remov(?:e|ing)|eras(?:e|ing)|delet(?:e|ing)|replac(?:e|ing)|swap|add(?:ing)?|"
            r"insert(?:ing)?|paint|put) (?:the|a|an|some|all|every|any) "
            r"(?!~\b(?:noises?|texts?|words?|sentences?|audio|speech|summary|translations?|voice|music|stop "
            r"?words|sound|caption|description|background noise)\b)",
            r"\bmake\b (?:it|<THE>(?:\w+ )?<IMG>) (?!clearer|sharper|crisper|better|look|short|into|simple|"
            r"avail|easi|more concise|longer)\w+",
            r"\b(?:want|would like|'d like|need)\b (?:<THE>(?:\w+ )?<IMG>|it) (?:to (?:be|look|have|show)|"
            r"with|in (?:a|the)|so)\b",
            r"\bmake\b <THE>(?:[\w-]+ ){1,5}?(?:brighter|darker|lighter|bigger|smaller|larger|red|green|"
            r"blue|yellow|black|white|pink|purple|orange|colou?rful|vivid|sharper)\b",
            r"\b(?:be|get|have|been)\b@\b(?:edited|modified|altered|retouched)\b",
            r"\b(?:apply|carry out|make|do|perform|implement|follow)\b (?:the|these|those|this|"
            r"that|all|my) (?:\w+ )?(?:changes?|edits?|modifications?|adjustments?)\b|\b(?:apply|"
            r"carry out|execute|perform|do) (?:it|this|that|them|the \w+) (?:on|to|in) ~<IMG>",
            r"\b(?:want|need|would like|would love|'d like|'d love|like|wish|have|get) (?:to have |"
            r"to see )?<THE>(?:[\w-]+ ){1,4}(?P<at>(?:dyed|painted|repainted|coloured|colored|"
            r"recolou?red|tinted|removed|erased|deleted|replaced|swapped|added|blurred|brightened|"
            r"darkened|cropped|wiped))\b(?! (?:images?|pictures?|photos?|versions?|text)\b)",
            r"\b(?:should|must|ought to|has to|needs to) (?:be|become|turn|look|appear) (?:(?:red|"
            r"green|blue|yellow|black|white|pink|purple|orange|gr[ae]y|brown|gold|golden|silver|"
            r"beige|turquoise|violet)|gone|brighter|darker|lighter|bigger|smaller|larger|blurred|"
            r"black and white|transparent|invisible)\b|<IMG>[^.;!?]{1,60}?\binstead of\b|\bgive\b "
            r"<THE>(?:\w+ ){1,3}(?:in|on) <IMG> (?:an?|some)\b|\b(?:dye|tint|recolou?r|repaint)\b "
            r"<THE>\w+|\b(?:wip(?:e|ing)|tak(?:e|ing)|get(?:ting)?|crop(?:ping)?|cut(?:ting)?|"
            r"airbrush(?:ing)?) (?:(?:the|a|an|any|all|every|this|that) [\w ]{1,30}?|it|them|him|"
            r"her) (?:out of|off|from) ~?<IMG>",
            r"\b(?:changes?|modifications?|adjustments?|edits) (?:to|in|of|on|described|mentioned|i want)\b",
            r"\bcolou?r~\b(?:changed|altered|replaced)\b|\b(?:adjusted|edited|modified) (?:version|<IMG>)\b "
            r"(?:according|based|with)",
            r"\bchang(?:e|ing)\b~\bto (?:a |an )?(?:\w+ )?(?:red|green|blue|yellow|black|white|pink|purple|"
            r"orange|gr[ae]y|brown)\b",
        ),
    }
)
