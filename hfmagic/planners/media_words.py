"""What English and Chinese words ask of pictures, pages, sound and video: intent → patterns, as data."""

from __future__ import annotations

from types import MappingProxyType

IMAGE = r"(?:image|picture|photo(?:graph)?|pic|painting|drawing|illustration|snapshot|screenshot)s?"
IMAGE_ZH = "(?:图片|照片|图像|相片|画面|截图|图)"
PAGE = (
    r"(?:invoice|receipt|form|document|page|scan|contract|bill|letter|certificate)s?\b"
    "|发票|收据|表单|单据|文档|页面|扫描|票据|合同|账单|这一?页|每一?页"
)
"""Nouns for the picture of a page."""

_LOOK_FOR = r"(?:find|detect|locate|spot|mark|highlight|outline|point out|look for|search for|box|check)"
_LOOK_FOR_ZH = "(?:检测|找出|找到|框出|框选|圈出|标出|定位)"
_THESE = r"(?:the|each|every|this|these|those|all|my|a|an|any)\s+"
_PICTURED = rf"(?:in|on|from|at|within)\s+(?:{_THESE})*(?:\w+\s+)?(?:{IMAGE}\b|videos?\b|[\ue400-\ue7ff])"
_DRAW = r"(?:generate|draw|paint|create|make|imagine|sketch|render|produce|design)"
_CHARTS = r"(?:charts?|plots?|graphs?|histograms?|bars?|lines?|heat ?map|scatter|box(?:es)?|distribution|trends?|maps?)"
_NOT_PICTURED = (
    r"(?!.{0,40}\b(?:into|to|as)\s+(?:an?\s+)?(?:text|words|vectors?|embeddings?|captions?|labels?|speech|audio|charts?|"
    r"themes?|groups?|sentences?)\b)"
)
_ART_ZH = "(?:图片|图像|画作|插画|照片|插图|海报|漫画|油画|水彩画|素描|画)"

FIRST = MappingProxyType(
    {
        "frames": (
            r"\b(?:take|extract|get|grab|pull|cut|split|show)\b.{0,60}\b(?:frames?|stills)\b|\binto frames\b",
            "抽帧|截帧|(?:提取|截取|抽取|拆成|取出).{0,8}帧",
        ),
        "watch": (
            r"\b(?:describe|summari[sz]e|caption|explain)\b.{0,30}\b(?:videos?|films?|movies?|clips?)\b",
            r"\bwhat (?:is|are) (?:the |a |this |these )*(?!videos?\b)\w+ (?:\w+ )?(?:doing|saying|wearing|holding)\b",
            "(?:描述|总结|概括).{0,8}(?:视频|影片|录像)|(?:视频|影片|录像)[里中]的?.{1,8}在(?:做|干)什么",
        ),
        "crop": (
            r"\bcrop(?:s|ped|ping)?\b(?! circle)|\bcut out (?:each|every|the|all)\b.{0,30}\b(?:faces?|cars?"
            r"|people|boxes|"
            r"detected|detections?|found)\b",
            "裁剪|裁出|剪下",
        ),
        "draw": (
            rf"\b{_DRAW}\b\s+(?:me |us )?(?:an? |some |one )?(?:(?!of\b|for\b|the\b|each\b"
            rf"|with\b)[\w-]+ ){{0,3}}?{IMAGE}\b"
            rf"(?!\s+(?:to|into)\b)",
            rf"^\W*(?:please |now |then |and )*(?:draw|paint|sketch|imagine)\s+(?:me\s+)?(?:an?|some)\b"
            rf"(?!.{{0,80}}\b{_CHARTS}\b)",
            rf"\b{_DRAW}\b\s+the {IMAGE}\s+(?:of|showing|depicting|for|based on)\b",
            r"\btext.to.image\b|\billustrate (?:it|them|the|each|every)\b",
            rf"(?:生成|画|绘制|创作|做)(?:出|一下)?(?:一?[张幅副个])?(?![^,，。]{{0,16}}[柱条折饼直散热箱统].{{0,3}}图)"
            rf"[^,，。图]{{0,24}}(?<!规){_ART_ZH}(?![图出成的分识检描说里中])",
            r"画(?:一|几|两)?[只座朵匹位棵辆艘栋头](?!.{0,20}图表)",
        ),
        "music": (
            r"\b(?:make|create|compose|generate|produce|write|play)\b.{0,40}\b(?:music|songs?|melod(?:y|ies)|tunes?|"
            r"soundtracks?|beats?|jingles?|sound effects?|sounds? of)\b|\btext.to.(?:audio|music)\b",
            "(?:生成|创作|作|做|谱|编|来)(?:一?[段首个])?.{0,16}(?:音乐|乐曲|歌曲|旋律|配乐|音效|曲子)",
        ),
        "similar-pictures": (
            rf"\bsimilar(?:.looking)? {IMAGE}\b|\b{IMAGE}\s+(?:that\s+)?(?:are |look )+(?:alike|similar)\b",
            rf"\bnear.?duplicate {IMAGE}\b|(?:相[似近像]|长得[很相]?[像似]|看起来像)的?{IMAGE_ZH}"
            rf"|{IMAGE_ZH}.{{0,4}}(?:长得像|看起来像)",
        ),
        "pictures-of": (
            rf"\b(?:which|find|keep|only|just|show(?: me)?|select|list|filter|get|pick)\b.{{0,20}}?\b{IMAGE}\s+"
            r"(?:that |which |where )?(?:shows?|showing|contain(?:s|ing)?|has|have|having|with|of|depict(?:s|ing)?|"
            r"include(?:s|ing)?)\s+(?!.*[0-9<>=])(?!(?:the )?(?:score|label|similarity)\b)\w",
            rf"(?:哪些|哪几张|只看|只要|找出|筛选|挑出|保留).{{0,4}}?{IMAGE_ZH}(?:里|中|上)?面?(?:有|拍到了?|拍了|出现了?|是)"
            "(?!什么|[多几])",
            rf"(?:只看|只要|找出|筛选|挑出|保留)(?:拍到|有|包含|出现)了?.{{1,12}}的{IMAGE_ZH}",
        ),
        "read-text": (
            r"\b(?:what|which words?)\b.{0,20}\b(?:written|printed)\b.{0,12}\b(?:in|on)\b|\bocr\b(?!.*\baloud\b)",
            rf"\b(?:read|extract|recogni[sz]e|get|find|copy|transcribe)\b(?:.(?!\band\b)){{0,30}}?\b(?:text|words|writing|"
            rf"handwriting)\b.{{0,6}}?\s+(?:{_PICTURED}|(?:in|on|from)\s+(?:{_THESE})*(?:{PAGE}))(?!.*\b(?:aloud"
            rf"|out loud)\b)",
            rf"(?:提取|识别|读取|读出|抄下).{{0,8}}?{IMAGE_ZH}.{{0,3}}(?:文字|字)|{IMAGE_ZH}(?:里|中|上)面?(?:写|印)[了着]?(?:些)?什么",
            rf"文字识别|{IMAGE_ZH}(?:里|中|上)面?的(?:文字|字)(?:是什么|提取|识别)",
        ),
        "objects": (
            rf"\b(?:what|which) (?:kinds? of )?(?:objects|items)\b.{{1,30}}?\b(?:{_PICTURED})",
            r"\bobject detection\b|\bbounding box\w*|\bdetect\w* (?:all |the |any |every |each )*(?:objects?|things)\b",
            r"\b(?:find|locate|mark|box) (?:all |the |any |every |each |me )*(?:objects?|things|items)\b",
            f"目标检测|物体检测|边界框|{_LOOK_FOR_ZH}.{{0,12}}(?:物体|东西|物品|目标)",
        ),
        "find-things": (
            rf"\b{_LOOK_FOR}\b(?!\s+(?:what|the (?:text|words|depth|themes?|language|sentiment|label|caption)))"
            rf".{{1,80}}?\s{_PICTURED}",
            rf"\bwhere (?:is|are)\b.{{1,40}}?\s{_PICTURED}",
            rf"{_LOOK_FOR_ZH}.{{0,8}}{IMAGE_ZH}(?:里|中|上)面?的?(?!.{{0,4}}(?:什么|内容|文字|主题))",
            rf"{IMAGE_ZH}(?:里|中|上)面?的?.{{0,20}}{_LOOK_FOR_ZH}|在.{{0,4}}{IMAGE_ZH}(?:里|中|上)面?{_LOOK_FOR_ZH}",
        ),
        "page": (
            rf"\b(?:what|who|when|where|which|how much|how many)\b.{{1,60}}?\b(?:in|on|of|from|does"
            rf"|is)\b.{{0,30}}?\b(?:{PAGE})",
            rf"(?:{PAGE}).{{0,16}}(?:是多少|是什么|是谁|是哪|哪一?[天家个]|[多几]少|什么时候|谁)",
        ),
        "look": (
            r"\bwhat (?:is|are|was|were) (?:the |a |an |this |that |these |those |every|some)+\s*"
            rf"(?!{IMAGE}\b|label|class|categor|subject|content|main)[\w ]{{1,40}}?\s{_PICTURED}",
            rf"\b(?:what colou?rs?|who|where|how many|how old|how|is there|are there|is|are|does"
            rf"|do)\b.{{2,60}}?\s{_PICTURED}",
            r"\bwhat (?:is|are) (?:\w+ ){1,4}?(?:doing|wearing|holding|eating|riding|looking at)\b",
            rf"{IMAGE_ZH}(?:里|中|上)面?的?(?!内容|文字|字).{{1,12}}?(?:在做什么|在干什么|是什么颜色|什么颜色|穿着?什么|拿着?什么|在哪|是谁|多大)",
            rf"{IMAGE_ZH}(?:里|中|上)面?有(?:几|多少)|{IMAGE_ZH}(?:里|中|上)面?有没有",
        ),
        "edit": (
            rf"\b(?:remove|erase|add|put|replace|blur)\b.{{1,60}}?\s(?:from|to|in|into|on)\s+(?:{_THESE})(?:\w+\s+)?{IMAGE}\b",
            r"\b(?:remove|change|replace|blur) (?:the )?background\b|\bcolou?ri[sz]e\b"
            r"|\bdenoise\b(?!.*\b(?:audio|sound)\b)",
            rf"\b(?:turn|change|transform|convert|edit|restyle|repaint|redraw|make|render)\b{_NOT_PICTURED}.{{0,60}}?"
            rf"\b{IMAGE}\b.{{0,30}}?\b(?:into|to|look|like|as|in the style|brighter|darker|black and white"
            rf"|warmer|colder)\b",
            r"\b(?:turn|transform|make)\s+(?:it|them)\s+(?:into"
            r"|look like)\s+(?:an?\s+)?(?:\w+\s+)?(?:watercolou?r|cartoon|"
            r"sketch|oil painting|painting|anime|drawing)",
            r"\b(?:change|alter) the colou?rs? of\b",
            rf"\b(?:modify|alter|adjust|edit|styli[sz]e|manipulate)\b.{{0,40}}\b{IMAGE}\b|\bapply\b.{{1,40}}\b(?:to|on)\b.{{0,20}}\b{IMAGE}\b",
            f"{IMAGE_ZH}.{{0,6}}(?:变成|改成|转成|换成|处理成|画成|改为)(?!文字|文本|向量|语音)",
            "上色|去噪|(?:[去换]除?掉?|移除|删除).{0,8}背景",
        ),
        "enlarge": (
            r"\b(?:upscal\w+|enlarg\w+|super.?resol\w+|sharpen\w*)\b|\b(?:increase|raise|improve) (?:the |its |their )*"
            r"(?:resolution|image quality)\b",
            rf"\b(?:enhance|improve)\b.{{0,30}}\b(?:{IMAGE}|quality)\b",
            "放大|超分|(?:提高|提升).{0,6}(?:分辨率|清晰度)|变?更?清晰",
        ),
        "masks": (
            r"\bcut(?:\s+\w+){0,5}?\s+out\b|\bcut ?outs?\b|\bmask generation\b|\b(?:generate|make|create"
            r"|draw) (?:the )?masks?\b",
            "抠图|抠出|蒙版|掩码",
        ),
        "segment": (r"\bsegment(?:s|ed|ing|ation)?\b", "分割"),
        "depth": (
            r"\bdepth (?:maps?|estimation|images?)\b|\b(?:estimate|measure|find|get|show) (?:the )?depth\b"
            r"|\bhow far away\b",
            "深度图|深度估计|估[计算].{0,8}深度|远近",
        ),
        "sound": (
            r"\bwhat (?:kinds?|types?|sorts?) of (?:sounds?|noises?|music)\b|\bwhat (?:sounds?|noises?|instruments?)\b",
            r"\b(?:classify|label|tag|identify|recogni[sz]e)\b.{0,20}\b(?:sounds?|noises?|genres?)\b"
            r"|\bclassify (?:the |this |each |an? )?audio\b|\baudio classification\b",
            r"\b(?:which|what) languages? (?:is|are|was|do|does)\b.{0,20}\b(?:spoken|speak(?:ing|s)?|heard)\b",
            r"\bwho is (?:speaking|talking)\b|\bspeakers? (?:gender|identification)\b|\bmusic(?:al)? genres?\b",
            r"\bemotions?\b.{0,20}\b(?:voices?|speakers?)\b",
            "[什哪][么种]声音|声音的?(?:类型|种类|类别|分类)|音频分类|[说讲]的?是?(?:哪种|什么)语言|谁在说话|音乐的?(?:风格|流派|类型)",
        ),
    }
)
"""Looked for before the verb that begins a clause: the first that the kinds at hand allow."""

CUES = MappingProxyType(
    {
        "video": (
            r"\bvideos?\b|\bwhat (?:happens|is happening|is going on)\b|\b(?:which|what) (?:actions?|activit(?:y"
            r"|ies)|sports?)\b",
            "视频|影片|录像|发生了?什么|在做什么",
        ),
        "caption": (
            r"\bcaption\w*|\bdescri(?:be|bes|bing|ption|ptions)\b|\balt.texts?\b|\bimage.to.text\b",
            "看图说话|描述|图说|配文|说明文字|图注|[写加配].{0,4}说明",
        ),
    }
)
"""Looked for after those verbs."""

UNSUPPORTED = MappingProxyType(
    {
        "text-to-video": (
            r"\b(?:generate|create|make|produce|render)\b\s+(?:me\s+)?(?:an?\s+|some\s+)?(?:[\w-]+\s+){0,3}?(?:videos?|movies?|"
            r"animations?)\b|\btext.to.video\b",
            "(?:生成|制作|做)(?:一?[段个部])?.{0,12}(?:视频|动画|影片)",
        ),
        "image-to-video": (rf"\banimate\b.{{0,30}}\b{IMAGE}\b", f"{IMAGE_ZH}.{{0,6}}(?:动起来|变成视频)"),
        "text-to-3d": (
            r"\b3-?d (?:models?|shapes?|objects?|mesh(?:es)?|scenes?|assets?|prints?)\b"
            "|\bmesh(?:es)?\b.{0,20}\b3-?d\b",
            "三维(?:模型|网格)|3D ?(?:模型|网格|建模)",
        ),
        "audio-to-audio": (
            r"\b(?:denoise|enhance|clean up|improve|remove)\b.{0,40}\b(?:noise|quality|audio|sound|vocals?)\b.{0,30}"
            r"\b(?:audio|recordings?|sound|clips?|songs?)\b|\bseparate\b.{0,20}\b(?:vocals?|voices?|speakers?)\b",
            "(?:录音|音频|声音).{0,6}(?:降噪|去噪|增强)|(?:降噪|分离人声)",
        ),
        "keypoint-detection": (r"\bkey ?points?\b|\b(?:body|human) poses?\b|\bpose estimation\b", "关键点|姿态估计"),
    }
)
"""Tags of the Hub that the catalogue cannot run → words for them."""
