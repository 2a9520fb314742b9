"""Every setting of a crawl: Scrapy's and our own, each with its unit and the reason for its value.

`scrapy crawl` reads this file by itself; `archiver crawl` reads it too and puts its options on top.
"""

from archiver import __version__

BOT_NAME = "news-archiver"
SPIDER_MODULES = ["spiders"]

# ---- What is archived ----

# The SQLite file; the raw pages lie beside it, in a directory of the same name that ends in .warc.
ARCHIVE = "archive.db"
# Story pages of one source that one crawl visits: at one a second about eight minutes. The rest waits for the
# next crawl.
PAGE_BUDGET = 500
# How old a story is when it is looked at again; at other times only if its site says that it changed.
REVISIT_AGES = "1h 6h 1d 3d 14d"
# Seconds after its last visit at which a story is looked at again whatever its age, up to the last of these ages;
# less than 0: by its age alone.
REVISIT_AFTER = -1.0
# Megabytes that a crawl leaves free on the archive's file system, 0 to fill it: a full disk stops whatever else
# runs there, and SQLite needs room to tidy up.
LEAST_DISK = 500
# Days (UTC) from one reminder of an alarm that lasts to the next, 0 for none: who forgot it hears of it once a day.
REMIND_DAYS = 1
# Days after which, of crawls that found nothing, what they came to at a source is kept once a day only, 0: never. Less
# than 120 cannot be: alarms look back so far.
THIN_AFTER = 120

# ---- Who we are ----

# Mail or web address of whoever runs the crawl, for a newsroom that wants to complain.
CONTACT = ""
# What we call ourselves; archiver crawl appends CONTACT.
USER_AGENT = f"{BOT_NAME}/{__version__}"
# No address of the page where a link was found: it is nobody's business.
REFERRER_POLICY = "no-referrer"
COOKIES_ENABLED = False

# ---- Politeness ----

ROBOTSTXT_OBEY = True
# Seconds between two requests to one site: a small newsroom's server must not notice us.
DOWNLOAD_DELAY = 1.0
# Delays are never shorter than they say.
DOWNLOAD_DELAY_JITTER = 0
# Seconds of the longest Crawl-delay of a robots.txt that is kept: with more, a day would not do for a site's news.
CRAWL_DELAY_MAX = 60.0
# Seconds of the longest pause that a busy host may ask for by Retry-After; one that asks for more is left alone.
RETRY_AFTER_MAX = 300.0
# Slow servers and servers that say they are busy get longer delays, up to so many seconds.
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = DOWNLOAD_DELAY
AUTOTHROTTLE_MAX_DELAY = 60.0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# Sites fetched from at the same time.
CONCURRENT_REQUESTS = 16

# ---- Limits of one request ----

# Seconds until the whole response must be there. A page that takes longer has no readers either.
DOWNLOAD_TIMEOUT = 30
# Addresses and networks, joined by commas, that pages may be fetched from although they are not public, such as
# 10.1.0.0/16: those of an intranet. A source that is itself named by such an address needs no entry.
ALLOWED_NETWORKS = ""
# Bytes of a response, packed or unpacked. The heaviest of some 900 news pages had 6 MB.
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
REDIRECT_MAX_TIMES = 10
# Front pages reload themselves by a meta tag: that is no redirect.
METAREFRESH_ENABLED = False
RETRY_TIMES = 1
# The page's outcome tells it already.
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"

# ---- Limits of splitting one page ----

# Seconds: 98 of 100 pages take less than 0.2.
SPLIT_SECONDS = 10
# Megabytes of a worker process, its program of about 200 included.
SPLIT_MEMORY = 1024
# Processes. One splits faster than a polite crawl of one site fetches; the second is for a heavy page.
SPLIT_WORKERS = 2

# ---- Limits of rendering one page, where a source has javascript = true ----

# The browser: a path or a name; "": the system's Chromium or Chrome.
BROWSER = ""
# Seconds until the scripts of a page must have come to rest: readers do not wait longer for a story either. Most pages
# take two.
RENDER_SECONDS = 20
# Megabytes of the process that shows a page. Heavy news pages take 400.
RENDER_MEMORY = 1024

# ---- Parts ----

ITEM_PIPELINES = {
    "archiver.pipelines.validate.Validate": 100,
    "archiver.pipelines.canonicalise.Canonicalise": 200,
    "archiver.pipelines.pack.Pack": 300,
    "archiver.pipelines.batch.Batch": 400,
}
EXTENSIONS = {
    "archiver.pipelines.archive.OpenArchive": 100,
    "archiver.crawl.revisits.Revisits": 200,
    "archiver.crawl.backfill.Backfills": 250,
    "archiver.crawl.rendering.Rendering": 280,
    "archiver.crawl.mishaps.Mishaps": 300,
    "archiver.crawl.disk.DiskGuard": 350,
    "scrapy.extensions.throttle.AutoThrottle": None,
    "archiver.crawl.patience.Patience": 350,
    "archiver.crawl.throttle.SiteThrottle": 400,
}
DOWNLOADER_MIDDLEWARES = {
    "archiver.crawl.addresses.AddressGuard": 80,
    "archiver.crawl.middlewares.SameSite": 90,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "archiver.crawl.middlewares.Robots": 100,
    "archiver.crawl.patience.HostsAtRest": 110,
    "archiver.crawl.revisits.ConditionalRequests": 200,
    "archiver.crawl.middlewares.WholeBodies": 595,
    "archiver.crawl.middlewares.Beginnings": 600,
    "archiver.crawl.ending.Ending": 990,
    "archiver.crawl.further.FurtherRequests": 995,
    # Nobody reads its figures; we send no passwords.
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
}
# What these do for each page our spiders do, or nobody wants: every status reaches the spider, which records it, and
# the frontier bounds addresses.
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
LOG_FORMATTER = "archiver.crawl.log.VisitLog"
LOG_LEVEL = "INFO"
# Megabytes of a log file before it is set aside as FILE.1 and another one is begun, some 40,000 pages; 0: never.
LOG_FILE_SIZE = 10
# Log files that are kept aside; 0: none is set aside.
LOG_FILE_COUNT = 5
# The spiders know which addresses they have asked for; fingerprinting every request would do it twice.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
# In the order in which the frontier hands them out; Scrapy's own is last in, first out.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
# Measured: 1.36 times the pages a second of Scrapy's 100, which starts so many tasks for each response.
CONCURRENT_ITEMS = 8
# Nothing but http and https, wherever a redirect leads.
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
# Ports through which others could run code in the crawl.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
