"""The words that the English patterns are written with, and what makes them longer. Data, and one function."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .marks import IN_AUDIO, IN_IMAGE, IN_TEXT, IN_VIDEO, QUOTE

IMG = (
    r"(?<!\w)(?:images?|pictures?|photos?|photographs?|pics?|paintings?|drawings?|illustrations?|snapshots?|"
    r"screenshots?|artworks?|"
    rf"posters?|logos?|sketch(?:es)?|portraits?|wallpapers?|{IN_IMAGE})(?!\w)"
)
DOCUMENT = (
    r"(?<!\w)(?:documents?|invoices?|receipts?|(?<!short )(?<!text )(?<!textual )(?<!written "
    r")(?<!spoken )(?<!audio )forms?(?! of)|contracts?|agreements?|leases?|flyers?|brochures?|"
    r"payslips?|pdfs?|certificates?|bills?|letters?|scans?|"
    r"scanned (?:page|contract)|paperwork)(?!\w)"
)
AUD = (
    r"(?<!\w)(?:audios?|recordings?|sounds?|(?<!of )(?<!of-)speech(?:es)?|voices?|voice ?(?:messages?|notes?|"
    r"mails?)|sound ?(?:files?|tracks?)|podcasts?|"
    rf"interviews?|songs?|vocals?|voicemails?|lectures?|soundbites?|{IN_AUDIO})(?!\w)"
)
VID = rf"(?<!\w)(?:videos?|movies?|films?|animations?|video ?clips?|footage|{IN_VIDEO})(?!\w)"
TXT = (
    r"(?<!\w)(?:texts?|sentences?|paragraphs?|articles?|passages?|stor(?:y|ies)|essays?|statements?|"
    r"phrases?|messages?|emails?|reviews?|"
    rf"posts?|tweets?|comments?|{IN_TEXT}|{QUOTE})(?!\w)"
)
_LANGUAGE = (
    "english|french|spanish|german|italian|chinese|mandarin|japanese|korean|portuguese|russian|arabic|"
    "hindi|dutch|turkish|"
    "polish|swedish|danish|norwegian|finnish|czech|greek|hebrew|ukrainian|romanian|hungarian|vietnamese|"
    "thai|indonesian|"
    "persian|urdu|bengali|swahili|latin|tamil|telugu|malay|catalan|another language|other languages?|my "
    "(?:native )?language"
)
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "IMG": IMG,
        "PIC": IMG.replace(f"|{IN_IMAGE}", ""),
        "AUD": AUD,
        "VID": VID,
        "TXT": TXT,
        "QUOTED": QUOTE,
        "DOC": DOCUMENT,
        "LANG": rf"(?:{_LANGUAGE})",
        "THE": r"(?:(?:the|this|that|these|those|my|its|their|any|all|some|a|an|each|every|both|your|our|following|"
        r"given) )*",
        "MAKE": (
            r"(?:generat(?:e|es|ing)|creat(?:e|es|ing)|mak(?:e|es|ing)|produc(?:e|es|ing)|design(?:ing)?|"
            r"render(?:ing)?|"
            r"develop|construct|prepare|synthesi[sz](?:e|es|ing)|build|form|compose|come up with|"
            r"craft(?:ing)?|devis(?:e|ing)|"
            r"invent(?:ing)?|conjure up|put together|think of|shoot(?:ing)?)"
        ),
        "GET": (
            r"(?:get|getting|obtain(?:ing)?|want|need|would (?:like|love)|'d (?:like|love)|receive|give|"
            r"giving|provide|providing|show|return|deliver|"
            r"offer|prefer|request|output|if only i had|wish i had|(?:thrilled|happy|glad|"
            r"delighted|pleased) to (?:have|get|see)|"
            r"hand(?: me)?|send(?: me)?|supply|be after|looking for)"
        ),
        "FIND": (
            r"(?:find(?:ing)?|detect(?:s|ing)?|locat(?:e|es|ing)|spot(?:ting)?|identify(?:ing)?|mark|"
            r"pinpoint|point out|highlight(?:ing)?|list(?:ing)?|name|enumerate|search for|look for)"
        ),
        "TELL": (
            r"(?:identify(?:ing)?|identifies|recogni[sz](?:e|es|ing)|determin(?:e|es|ing)|tell(?: me)?|"
            r"know(?:s|ing)?|understand(?:ing)?|"
            r"find out|figure out|work out|make out|discover|guess|detect(?:s|ing)?|learn|"
            r"analy[sz](?:e|ing)|predict|label|categori[sz](?:e|"
            r"ing)|classify(?:ing)?|"
            r"check|extract|interpret)"
        ),
        "CLASSIFY": r"(?:classif(?:y|ies|ying|ication)|categori[sz](?:e|es|ing|ation)|sort(?:ing)?|label(?:l?ing)?|"
        r"tag(?:ging)?)",
        "TURN": (
            r"(?:convert(?:s|ing)?|conversion|turn(?:s|ing)?|transform(?:s|ing)?|chang(?:e|ing)|"
            r"translat(?:e|ing)|render(?:ing)?|put(?:ting)?(?! (?:it|this|that|them) to\b)|bring(?:ing)?)"
        ),
        "BETTER": (
            r"(?:enhanc(?:e|es|ing|ement)|improv(?:e|es|ing|ement)|increas(?:e|ing)|boost(?:ing)?|refin(?:e|"
            r"ing)|restor(?:e|ing|ation)|"
            r"optimi[sz](?:e|ing)|clean(?:ing)?(?: up)?|clear(?:ing)? up|clarify(?:ing)?|"
            r"fix(?:ing)?|polish(?:ing)?|upgrad(?:e|ing)|tidy(?:ing)? up|touch(?:ing)? up|rais(?:e|"
            r"ing))"
        ),
        "AS": (  # what may stand between a verb and its object: no preposition, no other object
            r"(?:(?:(?!(?:from|of|for|with|and|or|to|in|into|on|that|which|by|based|using|as|about|then|"
            r"where|when|videos?|movies?|"
            r"animations?|audios?|speech|texts?|summar(?:y|ies)|images?|pictures?|descriptions?|responses?|"
            r"have|has|is|are|it|captions?|"
            r"transcripts?|stor(?:y|ies)|enhanced|edited|segmented|modified|improved|transformed|adjusted|"
            r"updated|higher|clearer|better|restored|annotated|"
            r"classification|segmentation|detection|estimation|depth)\b)[\w'-]+),? ){0,5}?"
        ),
    }
)


def made(noun: str, *, got: bool = True) -> tuple[str, ...]:
    """ "generate a …", and "…, and a …" in the same sentence; with `got`, "I would like a …" too."""
    verbs = "<MAKE>"
    there = "(?! (?:the|this|that|these|those|my|our|your|its|their|his|her) )"  # what is there is not made
    verbs = rf"(?:(?!make){verbs}|make{there})" if not got else rf"(?:(?!make)<MAKE>|make{there}|<GET>{there})"
    return (
        rf"\b{verbs}\b (?:me |us |out )?(?:with )?(?:to (?:have|get|see|hear|watch){there} )?<AS>{noun}",
        rf"\b{verbs}\b[^.;!?\n]{{0,100}}?(?P<at>(?:\band\b|\bas well as\b|\balong with\b|,)(?: also| then| "
        rf"finally)? (?:an?|another|one) <AS>{noun})",
        rf"(?P<at>\b(?:an?|another|one|some) <AS>{noun})[^.;!?]{{0,80}}? is what (?:i|we)\b",
        rf"\b(?:basis|prompt|script|input|material) (?:of|for) (?:an?|one) <AS>{noun}",
        rf"\b(?:basis|prompt|script|input|material)\b[^.;!?]{{0,40}}?(?P<at>\band (?:of|for) (?:an?|one) <AS>{noun})",
        rf"(?P<at>\b(?:an?|another|one|some) <AS>{noun}) (?:(?:should|must|can|could|to|has to|"
        rf"needs to|is to) be|be) "
        rf"(?:made|created|generated|produced|written|drawn|composed|rendered)\b",
    )


NO_TASK = r"(?! (?:classification|segmentation|detection|recognition|captioning|file|format|quality|editing|to|into)\b)"

TALK = (
    r"\?|\b(?:tell|teach|help|show|inform|guide|explain|give|remind|suggest|recommend|advise|inspire|"
    r"entertain)(?:ing)? (?:me|us|to me|my)\b|"
    r"\bhow (?:to|do|can|should)\b|\b(?:explain|discuss|plan|brainstorm|answer|solve|list|compare|help)\b|"
    r"\bi(?:'m| am) (?:looking|planning|feeling|trying|interested)\b"
)
"""What is said to somebody who talks: a request of no other doing, and of no input."""
