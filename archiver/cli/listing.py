"""The commands by name and summary; each is imported when it is called, so that a search waits for no crawl's needs."""

from importlib import import_module

import click

SUMMARIES = {
    "demo": "Crawl a sample newspaper on this machine.",
    "crawl": "Archive the stories of news sites.",
    "source": "List the sites of sources.toml; add, try or remove one.",
    "schedule": "Print the crontab line that crawls at regular times.",
    "backfill": "Archive the stories of past years.",
    "search": "Find articles, or related headlines, by their words.",
    "watch": "Keep searches, and report what is new to each.",
    "show": "Print one article with the related headlines of its page.",
    "history": "Tell every version of an article and every headline it had.",
    "diff": "Show what changed between two versions, word by word.",
    "changes": "List headlines rewritten, texts changed, stories gone.",
    "related": "Tell which headlines a page shows, and which lead to it.",
    "front": "Show what stood on a front page, now or at a time.",
    "missing": "List stories that pages show and the archive lacks.",
    "explain": "Tell the whole story of one address.",
    "status": "Tell how the sources are doing, and which alarms stand.",
    "stats": "Tell what the archive holds: in all, by site, by day.",
    "duplicates": "Show which articles are copies, and who took from whom.",
    "serve": "Open the archive in a browser, for reading only.",
    "export": "Write articles or related links as a dataset.",
    "parse": "Split pages into article and related links.",
    "reparse": "Read the stored pages again by today's parser and rules.",
    "reindex": "Build the search index anew.",
    "import": "Read in the pages of WARC and WACZ files.",
    "verify": "Compare all WARC files with the archive, both ways.",
    "merge": "Join another archive into this one.",
    "forget": "Remove stories from the archive for good; keep them out.",
    "backup": "Copy the archive and its raw pages while a crawl goes on.",
    "vacuum": "Write search index and archive anew, without free space.",
    "upgrade": "Bring an archive of an older version up to date.",
    "doctor": "Check the machine, the sources and the archive.",
}
"""What each command does, in the order in which one meets them; short enough for a line of 80 characters."""
# Those whose module or function could not have the command's name.
ELSEWHERE = {
    "history": "history.history_",
    "changes": "changes.changes_",
    "front": "front.front_",
    "missing": "missing.missing_",
    "import": "imports.import_",
}


class Later(click.Command):
    """A command of which only name and summary are known until it is called."""

    def __init__(self, name: str) -> None:
        super().__init__(name, help=SUMMARIES[name])
        self.place = ELSEWHERE.get(name, f"{name}.{name}")

    def load(self) -> click.Command:
        """Return the command itself."""
        module, _, function = self.place.partition(".")
        command: click.Command = getattr(import_module(f"archiver.cli.{module}"), function)
        return command
