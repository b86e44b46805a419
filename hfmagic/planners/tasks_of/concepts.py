"""Words that mean the same to a task of the Hub, in English and Chinese: concept → words. Data only.

A star stands for any ending. A word is read as its concept, so that what is written of pictures holds for photos too.
"""

from __future__ import annotations

from types import MappingProxyType

from ...kinds import Kind
from ..words import word_set

CONCEPTS = MappingProxyType(
    {
        "image": """
            image* picture* photo photos photograph* pic pics painting* illustration* snapshot* screenshot* imagery
            artwork* selfie* camera webcam png jpg jpeg visual* 图片 照片 图像 相片 画面 截图 图 插画 画作 摄像头
            """,
        "video": """
            video* film films movie movies footage youtube animation* mp4 gif gifs 视频 影片 录像 动画 短片 监控
            """,
        "audio": "audio* sound sounds recording* wav mp3 flac acoustic* microphone 音频 录音 声音 音效",
        "speech": """
            speech speak speaking spoken voice* utterance* vocal* podcast* dictat* voicemail* 语音 说话 讲话 人声 播客
            嗓音 通话
            """,
        "speaker": "speaker* caller* 说话人 讲话人",
        "music": "music* song songs melod* tune tunes jingle* 音乐 歌曲 旋律 配乐",
        "page": """
            document pdf* invoice* receipt* form forms contract* scan scans scanned paperwork page pages bill bills
            certificate* letterhead 文档 发票 收据 表单 单据 扫描件 合同 票据 账单 页面
            """,
        "documents": "documents 文件",
        "table": "table* spreadsheet* dataframe* csv excel xlsx column columns row rows 表格 数据表 表里 电子表格 列",
        "tabular": """
            tabular structured feature features attribute* variable variables numeric* sensor* measurement* record
            records statistic* profile 特征 属性 变量 结构化
            """,
        "text": "text texts sentence* paragraph* passage* phrase phrases 文本 文字 句子 段落 短文",
        "article": """
            article* essay* paper papers book books blog blogs report reports news newspaper* chapter* story stories
            文章 新闻 报道 论文 博客 故事 书籍 报告 长文
            """,
        "message": """
            message* email* mail mails tweet* post posts review reviews comment comments feedback ticket tickets sms
            邮件 评论 短信 推文 帖子 反馈 留言 工单 消息
            """,
        "conversation": """
            conversation* dialog* chat chats chatting chatbot* chatbox bot bots assistant* meeting* persona 对话 聊天
            聊天机器人 助手 会话 会议
            """,
        "question": "question* ask asks asked asking inquir* query queries 问题 提问 询问 查询",
        "answer": "answer* reply replies respond* response* 回答 答案 答复 回复",
        "context": "context* given provided based 根据 上下文 基于",
        "vector": "vector* embedding* embed representation* 向量 嵌入 表征",
        "similar": """
            similar* alike relat* resembl* closest close duplicate* match matches matching compar* relevan* 相似 相近
            类似 接近 重复 匹配 比较 相关
            """,
        "language": """
            english french german spanish chinese mandarin cantonese japanese korean russian arabic hindi portuguese
            italian dutch turkish polish swedish danish norwegian finnish czech greek hebrew ukrainian romanian
            hungarian vietnamese thai indonesian catalan persian urdu bengali swahili multilingual bilingual 英语 英文
            中文 汉语 法语 德语 日语 韩语 俄语 西班牙语 阿拉伯语 葡萄牙语 意大利语 普通话 粤语 外语
            """,
        "tongue": "language languages dialect* 语言 语种 方言",
        "label": "label labels tag tags class classes categor* classif* 类别 标签 分类 归类 种类 标注",
        "sort": "sort* organi* group groups rout* assign* separat* distinguish* 区分 分成 分到 整理 归入",
        "detect": "detect* locat* spot spots spotting 检测 定位 找出 发现 框出",
        "identify": "identif* recogni* determin* 识别 判断 辨认 确定 认出",
        "find": "find finds finding search* retriev* lookup look 查找 搜索 检索 找到",
        "predict": "predict* estimat* forecast* 预测 估计 估算 预估 预报",
        "make": """
            generat* draw draws drawing paint paints sketch* render* imagin* produc* design* compos* creat* 生成 画
            绘制 创作 制作 设计 合成
            """,
        "write": "write writes writing written draft* continu* 写 撰写 起草 续写 写作",
        "convert": "convert* turn turns turning transform* chang* 转换 转成 变成 转为 改成 变换",
        "transcribe": "transcri* caption captions subtitle* 转写 转录 听写 字幕 听录",
        "describe": "describ* description* narrat* captioning explain* alt 描述 说明 解说 看图说话",
        "extract": "extract* read reads ocr 提取 抽取 读取 读出",
        "summarize": """
            summar* shorten* condens* brief concise tldr gist digest headline* highlight* abstract* 总结 摘要 概括
            概述 缩写 要点 简述
            """,
        "translate": "translat* localiz* localis* 翻译 译成 译为",
        "segment": "segment* mask masks masking outline* pixel* silhouette* 分割 蒙版 掩码 抠图 像素 轮廓",
        "depth": "depth distance distances far 深度 远近 距离",
        "object": "object objects item items thing things obstacle* pedestrian* 物体 物品 目标 障碍物 行人",
        "fill": "fill fills filling filled blank blanks missing masked gap gaps 填空 补全 缺失 空白 空缺",
        "entity": "entit* ner 实体 命名实体",
        "sentiment": "sentiment* positive negative neutral mood opinion* 情感 正面 负面 好评 差评 褒贬",
        "emotion": "emotion* angry anger happy sad sadness joy feeling* 情绪 生气 高兴 悲伤 心情",
        "toxic": """
            toxic* spam offensive hate abus* harmful gibberish inappropriate fake fraud* 垃圾 辱骂 毒性 诈骗 虚假 违规
            """,
        "topic": "topic topics subject subjects theme themes intent intents department* 主题 话题 意图 部门 科目",
        "unseen": "zero unseen predefined candidate* custom untrained without 零样本 自定义 候选 任意 不用训练",
        "price": """
            price* cost costs sales revenue emission* rent salary value values amount consumption demand temperature
            价格 房价 销量 销售额 排放 租金 成本 用电量 气温 金额
            """,
        "outcome": """
            churn* survive* survival default eligib* income risk diagnos* credit loan* passenger* iris wine 流失 风险
            存活 收入 违约 信用 贷款 是否会
            """,
        "speak": "tts aloud audiobook* pronounc* narrator synthes* 朗读 念 读 播报 配音 有声书",
        "noise": """
            noise* noisy denois* clean cleaner clarity echo background isolat* enhanc* 噪音 噪声 降噪 去噪 杂音 增强
            清晰
            """,
        "upscale": """
            upscal* superresolution super sharpen* enlarg* resolution blurry blur deblur* 放大 超分 超分辨率 模糊
            分辨率
            """,
        "edit": """
            edit edits editing inpaint* restor* remove removing replac* modif* styl* filter coloriz* colouriz* 修复
            编辑 修改 风格 上色 去掉 替换 修图
            """,
        "agent": "agent agents reinforcement rl gym cartpole atari lunarlander 智能体 强化学习",
        "game": "game games gaming play player players 游戏 玩家",
        "robot": "robot* manipulator gripper arm 机器人 机械臂",
        "random": "random* unconditional* imaginary synthetic fictional 随机 无条件 凭空",
        "people": """
            person people name names company companies organization* organisation* place places locations city cities
            country countries date dates 人名 地名 机构名 人物 地点 日期 公司
            """,
        "face": "face faces facial celebrity celebrities portrait* avatar avatars 人脸 面部 头像 肖像",
        "action": "action actions activit* sport sports exercise* gesture* movement* 动作 行为 活动 运动 手势",
        "keypoint": "keypoint* pose poses landmark* skeleton joint joints 关键点 姿态 骨架 姿势",
        "three": "3d three-dimensional mesh meshes 三维 立体 网格 点云",
        "graph": "graph graphs node nodes edges molecul* network* 图神经网络 图结构 节点 分子",
        "silence": "silence* vad diariz* overlap* interrupt* 静音 语音活动 端点检测 重叠",
        "rank": "rank* rerank* order ordering relevance 排序 重排 排名 相关性",
        "number": """
            many much count average total sum highest lowest maximum minimum most least 多少 总数 平均 最高 最低 总和
            几个
            """,
        "prompt": "prompt* instruct* command commands 提示词 指令 提示",
        "future": """
            future next upcoming tomorrow month months week weeks trend trends series 未来 下个月 明天 走势 趋势
            时间序列
            """,
    }
)
"""Concept → the words that are read as it."""

FILLERS = word_set(
    """
    a able about after again all also am an and any api app application applications apps are as at be been before
    being between both build building built business by can certain client clients code could currently customer
    customers develop developed developing did different do does doing dont down during each every for from function
    further get gets getting give gives had has have having he help helping helps her here him his how i id if im
    implement implementation implementing in integrate integrated integrating into is it its ive just let lets like
    likes looking made make makes making may me might model models more must my need needed needs new no not now of
    off on once one only or other our out over own particular per pipeline platform please process product products
    program project provide provides providing recently run running same script service services set several shall she
    should so software solution solutions some specific such system systems take takes task tasks team than that the
    their them then there these they theyre this those through to too tool tools two under up us use used user users
    uses using various very via want wanted wants was we website were what when where which while who whom why will
    with work working works would you your
    """
)
"""Words that say nothing of the task: grammar, and who asks for it."""

NAMED = MappingProxyType(
    {
        "image": Kind.IMAGE,
        "video": Kind.VIDEO,
        "audio": Kind.AUDIO,
        "speech": Kind.AUDIO,
        "music": Kind.AUDIO,
        "table": Kind.TABLE,
    }
)
"""Concepts that name a kind."""
SHOWN = MappingProxyType(
    {
        **dict.fromkeys(("page", "face", "object", "keypoint", "upscale", "segment", "depth"), Kind.IMAGE),
        **dict.fromkeys(("tabular", "price", "outcome", "number"), Kind.TABLE),
        **dict.fromkeys(("speaker", "speak", "transcribe", "noise", "silence"), Kind.AUDIO),
    }
)
"""Concepts that let one think of a kind without naming it."""
