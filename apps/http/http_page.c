/* http_page.c: see http_page.h. */
#include "http/http_page.h"

#include <string.h>

#include "http/http_status.h"

static const char head_begin[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<link rel=\"icon\" href=\"data:,\">\n"
    "<style>\n"
    ":root { --line: #c8ccd2; --soft: #f3f4f6; --mark: #fff3c4; --link: #0b57d0; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  :root { --line: #4a4f57; --soft: #25282d; --mark: #4a3f12; --link: #8ab4f8; }\n"
    "  body { background: #16181b; color: #e3e5e8; }\n"
    "}\n"
    "body { max-width: 46rem; margin: 1.5rem auto; padding: 0 1rem; line-height: 1.5;\n"
    "       font-family: system-ui, sans-serif; overflow-wrap: anywhere; }\n"
    "a { color: var(--link); }\n"
    "h1 { line-height: 1.2; font-size: 1.7rem; }\n"
    "h2 { margin-top: 2rem; font-size: 1.25rem; }\n"
    "pre, code, textarea { font-family: ui-monospace, monospace; font-size: 0.9rem; }\n"
    "pre { overflow-x: auto; padding: 0.75rem; border-radius: 0.4rem; background: var(--soft); }\n"
    "input, textarea, button { font-size: 1rem; padding: 0.5rem; }\n"
    "textarea { width: 100%; box-sizing: border-box; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "th, td { text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);\n"
    "         padding: 0.3rem 0.75rem 0.3rem 0; }\n"
    "th { font-weight: 600; overflow-wrap: normal; }\n"
    ".wide { overflow-x: auto; margin-inline: calc(50% - min(50vw - 1rem, 40rem)); }\n"
    ".wide table { font-size: 0.85rem; white-space: nowrap; overflow-wrap: normal; }\n"
    ".n { text-align: right; font-variant-numeric: tabular-nums; }\n"
    ".own td { background: var(--mark); }\n"
    ".spark { width: 50%; }\n"
    ".spark svg { display: block; width: 100%; height: 1.5rem; color: var(--link); }\n"
    "@media (max-width: 30rem) { th, td { padding-right: 0.4rem; } h1 { font-size: 1.4rem; } }\n"
    ".number { text-align: right; white-space: nowrap; }\n";

static const char title_begin[] = "</style>\n<title>";

static const char head_end[] = "</title>\n</head>\n<body>\n<main>\n";

static const char end[] = "</main>\n</body>\n</html>\n";

void http_page_begin_styled(struct text *text, const char *title, const char *style) {
    text_put(text, head_begin);
    text_put(text, style);
    text_put(text, title_begin);
    text_put(text, title);
    text_put(text, head_end);
}

void http_page_begin(struct text *text, const char *title) {
    http_page_begin_styled(text, title, "");
}

void http_page_end(struct text *text) {
    text_put(text, end);
}

void http_page_moved(struct text *text, int status, const char *location) {
    size_t length = strlen(location);
    char title[80];
    struct text line = text_fixed(title, sizeof title);
    text_format(&line, "%d %s", status, http_status_phrase(status));
    http_page_begin(text, title);
    text_format(text, "<h1>%s</h1>\n<p>It is at <a href=\"", title);
    text_put_html(text, location, length);
    text_put(text, "\">");
    text_put_html(text, location, length);
    text_put(text, "</a>.</p>\n");
    text_put(text, end);
}
