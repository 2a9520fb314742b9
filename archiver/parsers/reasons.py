"""Why a block of a page is its story's or is not."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a block is the story's or is not, where more than its chance decided."""

    ALIKE = "boxed like the story's prose"
    TABLE = "in a table between the story's paragraphs"
    BETWEEN = "between two of the story's blocks"
    RULE_BODY = "rule body"
    STANDFIRST = "the standfirst"
    OUTSIDE_RULE = "outside of rule body"
    RULE_RELATED = "rule related"
    PROMOTED = "promoted box"
    REPEATS = "repeats the headline"
    LABEL = "label"
    CAPTION = "caption"
    CREDIT = "photo credit"
    FOOTER = "footer"
    BIOGRAPHY = "who the author is"
    MENU = "menu in a line"
    INSET = "inset"
    COMMENT = "comment of a reader"
    DATE = "date line"
    BYLINE = "byline"
    COPYRIGHT = "copyright line"
    AUTHOR = "an author's name"
    HEADS_NEXT = "heads what comes next"
    LINKED = "linked to another story"
    OTHER_HEADLINE = "headline of another story"
    SHORT = "too little text for a story"
    NO_STORY = "the page is no story"
