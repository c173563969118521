"""What somebody who can write into a log, or name a folder, would try."""

from __future__ import annotations

PAYLOADS = [
    "<script>window.__xss=1</script>",
    "<img src=x onerror=window.__xss=2>",
    '"><svg/onload=window.__xss=3>',
    "'><iframe srcdoc='<script>parent.__xss=4</script>'>",
    "</title></script><script>window.__xss=5</script>",
    "<a href=https://evil.example/>click</a>",
    "javascript:window.__xss=6",
    "data:text/html,<script>window.__xss=7</script>",
    "//evil.example/path",
    "https://evil.example/?q=1",
    "[link](javascript:window.__xss=8)",
    "![image](https://evil.example/pixel.png)",
    "{{constructor.constructor('window.__xss=9')()}}",
    "${window.__xss=10}",
    "$\\href{javascript:window.__xss=11}{formula}$",
    "<b>bold</b> &lt;i&gt; &amp;nbsp; &#60;u&#62;",
    "<style>*{display:none!important}</style>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example/><input type=submit>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    '{"props":{"children":"x"},"type":"Script","namespace":"dash_html_components"}',
    "__proto__",
    "constructor",
    "toString",
    "\u202egnp.exe\u202c \u2066isolate",
    "zero\u200bwidth \ufeff joiner\u200d",
    "Z̸̡͓a̵͎͝l̶̪̏g̷̱̈o̴̲͑ 🏴\u200d☠️ ﷽",
    "line\nbreak\ttab\u2028separator",
    "\x1b[31mred\x07 \x00 null",
    "?order=x&window=all#fragment",
    "A" * 3000,
    "%3Cscript%3Ewindow.__xss=12%3C/script%3E %00 %0d%0aSet-Cookie:x=1",
]

FOREIGN = """() => {
    const found = [];
    for (const e of document.querySelectorAll('[href], [src], [action], [srcdoc], [data]')) {
        for (const name of ['href', 'src', 'action', 'data']) {
            const value = e[name] && e[name].baseVal !== undefined ? e[name].baseVal : e[name];
            if (typeof value !== 'string' || value === '' || value.startsWith('#')) continue;
            const url = new URL(value, location.href);
            if (url.origin !== location.origin && url.protocol !== 'data:') found.push(value);
        }
        if (e.hasAttribute('srcdoc')) found.push(e.outerHTML);
    }
    for (const e of document.querySelectorAll('#content *')) {
        if (/^(SCRIPT|IFRAME|IMG|OBJECT|EMBED|BASE|FORM|META|STYLE|LINK|INPUT)$/.test(e.tagName)
            && !e.closest('.dash-graph')) found.push(e.outerHTML.slice(0, 80));
        for (const a of e.attributes) if (/^on/i.test(a.name)) found.push(a.name);
    }
    return found;
}"""
"""What on a page leads elsewhere, or is an element that no page of ours has."""
