"""How Chinese, Japanese and Korean papers sign: "记者王小明", "文＝田中一郎", "김철수 기자"."""

import re

# What Chinese papers write before a name: this paper's columnist.
ASIAN_ROLE = re.compile(r"^[\u4e00-\u9fff]{0,8}(?:作者|记者|記者|编辑|編輯|原创)\s+(?=\S)")
# What Korean and Chinese papers write behind a name: reporter.
CALLED = re.compile(r"\s*(?:기자|특파원|記者|记者)$")
KOREAN = re.compile(
    r"(?<![가-힣])(?!촬영|사진|편집|영상|취재|담당|인턴|선임|전문|객원|시민|수습)([가-힣]{2,4})\s*(?:기자|특파원)(?![가-힣])"
)
# Several of them: "김철수·이영희 기자".
KOREAN_SEVERAL = re.compile(
    r"((?!촬영|사진|편집|영상)[가-힣]{2,4}(?:\s?[·ㆍ,/]\s?[가-힣]{2,4}){1,5})\s*(?:기자|특파원)(?![가-힣])"
)
# The place and agency before a Korean reporter: "(서울=강뉴스) 김철수 기자"; that they took the pictures, too.
BEFORE_KOREAN = re.compile(r"(?:\([^()]{2,20}\)|글(?:[·ㆍ/,]\s?사진)?)\s*")
# How Chinese papers sign, before names of two to four characters, in the order of trust.
_HAN = "\u4e00-\u9fff"
SIGNED = tuple(
    re.compile(rf"(?:{leader})\s*([{_HAN}]{{2,4}}(?:[\s、，,&]+[{_HAN}]{{2,4}})*)(?![{_HAN}：:]|\s*[摄攝])")
    for leader in (
        # Not where somebody tells them something: "对记者表示".
        "(?<![对對向告诉訴问問答])(?:记者|記者)(?![^，。]{0,2}(?:表示|说|說|称|稱|了解|获悉|采访|提问|介绍|从))\\s*[：:]?",
        "^文\\s*[/／]",
        f"(?:(?<![{_HAN}])(?:作者|撰文|采写|撰稿|执笔)|(?:作者|撰文|采写|撰稿|执笔)(?=\\s*[：:/／]))\\s*[：:/／]?",
    )
)
# A name and its paper alone on a line: "王小明/江报".
OF_PAPER = re.compile(rf"([{_HAN}]{{2,4}})[/／][{_HAN}]{{1,8}}[报報网網社台]")
# How Japanese ones do: "文＝田中一郎、写真＝佐藤花子", "取材・文●田中一郎", and from where: "【ロンドン＝田中一郎】".
WORDS_BY = re.compile(r"(?:取材[・と])?(?:文|執筆|筆者)\s*[＝●：:]\s*([^＝●：:/／（(【】|｜]+)")
FROM_PLACE = re.compile(rf"[【（(\[][ァ-ヺー{_HAN}]{{2,8}}＝([{_HAN}々]{{2,5}})[】）)\]]")
LONGEST_JAPANESE = 8
# What stands among the names and is none: trainee, local contributor, this paper, compiled.
NO_SIGNERS = frozenset({
    "实习生", "實習生", "通讯员", "通訊員", "本报", "本報", "整合", "综合", "綜合", "编译", "編譯", "整理", "报道",
    "報道", "報導", "写真", "撮影", "摄影", "攝影", "编辑", "編輯", "责任编辑", "責任編輯",
})  # fmt: skip
# What ends no name: reports, wires.
NO_NAME = ("报道", "報道", "報導", "日电", "日電")
SIGNERS_BREAK = re.compile(r"[\s、，,&]+")


def signed_in_asian(text: str) -> tuple[str, ...]:
    """Return the names in a clean line that says in Chinese, Japanese or Korean who wrote."""
    before = BEFORE_KOREAN.match(text)
    start = before.end() if before else 0
    if several := KOREAN_SEVERAL.match(text, start):
        return tuple(map(str.strip, re.split("[·ㆍ,/]", several[1])))
    if KOREAN.match(text, start):
        return tuple(KOREAN.findall(text, start))
    if paper := OF_PAPER.fullmatch(text):
        return (paper[1],)
    if place := FROM_PLACE.fullmatch(text):
        return (place[1],)
    if words := WORDS_BY.match(text):
        written = map(str.strip, re.split("[、，]", words[1]))
        return tuple(name for name in written if name not in NO_SIGNERS and len(name) <= LONGEST_JAPANESE)
    found = next((match for pattern in SIGNED if (match := pattern.search(text))), None)
    signers = SIGNERS_BREAK.split(found[1]) if found else ()
    return tuple(name for name in signers if name not in NO_SIGNERS and not name.endswith(NO_NAME))
