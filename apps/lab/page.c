/* page.c: see page.h. Code is joined line by line, without indentation and comments: a page is loaded more often than
 * it is read. */
#include "lab/page.h"

#include <string.h>

#include "lab/files.h"
#include "lab/fsm_layout.h"
#include "lab/i18n.h"
#include "lab/page_rules.h"

/* In this order: each uses only what stands before it, when it is loaded. */
static const char *const scripts[] = {
    "dom", "i18n",    "log",      "numbers", "machine",   "tokens", "packets", "model",  "rows",
    "fsm", "ladder",  "timers",   "windows", "inspector", "plot",   "stream",  "tables", "narrate",
    "why", "predict", "timeline", "control", "main",      "keys",   "start",
};

const char *page_script(unsigned i) {
    return i < sizeof scripts / sizeof scripts[0] ? scripts[i] : NULL;
}

/* Nothing may be loaded from anywhere; the page of a running world talks to where it came from. */
static const char policy_begin[] =
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/* ---- code ---- */

static bool begins(const char *at, const char *end, const char *with) {
    size_t length = strlen(with);
    return (size_t)(end - at) >= length && memcmp(at, with, length) == 0;
}

/* A line without its indentation. */
struct line {
    const char *at;
    size_t length;
};

static struct line take_line(const char **at, const char *end) {
    const char *line = *at, *stop = memchr(line, '\n', (size_t)(end - line));
    stop = stop ? stop : end;
    *at = stop < end ? stop + 1 : end;
    while (line < stop && *line == ' ') {
        line++;
    }
    return (struct line){line, (size_t)(stop - line)};
}

static bool ends_comment(struct line line) {
    return line.length >= 2 && begins(line.at + line.length - 2, line.at + line.length, "*/");
}

/* Goes past the comment that begins with this line, if one does; it ends with a line. */
static bool skip_comment(struct line line, const char **at, const char *end) {
    if (!begins(line.at, line.at + line.length, "/*")) {
        return false;
    }
    while (!ends_comment(line) && *at < end) {
        line = take_line(at, end);
    }
    return true;
}

static void put_code(struct text *text, const char *name) {
    const struct lab_file *file = lab_file_find(name);
    if (!file) {
        text->cut = true;
        return;
    }
    const char *at = file->data, *end = file->data + file->length;
    while (at < end) {
        struct line line = take_line(&at, end);
        if (line.length > 0 && !skip_comment(line, &at, end)) {
            text_put_octets(text, line.at, line.length);
            text_put_char(text, '\n');
        }
    }
}

static void put_scripts(struct text *text) {
    for (unsigned i = 0; page_script(i); i++) {
        char name[32];
        struct text path = text_fixed(name, sizeof name);
        text_format(&path, "web/%s.js", page_script(i));
        put_code(text, name);
    }
}

/* ---- data ---- */

void page_quote(struct text *text, const char *string, size_t length) {
    text_put_char(text, '"');
    for (size_t i = 0; i < length; i++) {
        unsigned char octet = (unsigned char)string[i];
        if (octet == '"' || octet == '\\') {
            text_put_char(text, '\\');
            text_put_char(text, (char)octet);
        } else if (octet < 0x20 || octet == '<') {
            text_format(text, "\\u%04x", octet);
        } else {
            text_put_char(text, (char)octet);
        }
    }
    text_put_char(text, '"');
}

static void open_data(struct text *text, const char *id, const char *type) {
    text_format(text, "<script type=\"%s\" id=\"data-%s\">\n", type, id);
}

/* JSON, or lines of it: '<' stands only in strings there. */
static void put_data(struct text *text, const char *id, const char *type, const char *data, size_t length) {
    const char *end = data + length, *less;
    open_data(text, id, type);
    while ((less = memchr(data, '<', (size_t)(end - data)))) {
        text_put_octets(text, data, (size_t)(less - data));
        text_put(text, "\\u003c");
        data = less + 1;
    }
    text_put_octets(text, data, (size_t)(end - data));
    text_put(text, "</script>\n");
}

static void put_language(struct text *text, enum i18n_language language, const char *name, const char *key) {
    const char *words = i18n_exact(language, key);
    if (words) {
        text_format(text, "%s\"%s\":", language == I18N_EN ? "" : ",", name);
        page_quote(text, words, strlen(words));
    }
}

/* {"ladder":{"en":"Packets","zh":"..."}}: the texts whose keys begin with "page.". */
static void put_strings(struct text *text) {
    const char *key;
    bool more = false;
    open_data(text, "strings", "application/json");
    text_put_char(text, '{');
    for (unsigned i = 0; (key = i18n_key(i)); i++) {
        if (strncmp(key, "page.", 5) != 0) {
            continue;
        }
        text_put(text, more ? ",\n" : "");
        page_quote(text, key + 5, strlen(key + 5));
        text_put(text, ":{");
        put_language(text, I18N_EN, "en", key);
        put_language(text, I18N_ZH, "zh", key);
        text_put_char(text, '}');
        more = true;
    }
    text_put(text, "}</script>\n");
}

static void put_machine(struct text *text) {
    open_data(text, "machine", "application/json");
    fsm_machine_json(text);
    text_put(text, "</script>\n");
}

static void put_rules(struct text *text, const struct tlog *log) {
    struct text rules = text_growing();
    page_rules_json(&rules, log);
    put_data(text, "rules", "application/json", rules.data ? rules.data : "{}", rules.data ? rules.length : 2);
    text->cut = text->cut || rules.cut;
    text_free(&rules);
}

static void put_all_data(struct text *text, const struct page *page) {
    put_strings(text);
    put_machine(text);
    put_rules(text, page->rules);
    if (page->scenario) {
        put_data(text, "scenario", "application/json", page->scenario->data, page->scenario->length);
    }
    if (page->token) {
        text_format(text, "<script type=\"application/json\" id=\"data-live\">{\"token\":\"%s\"}</script>\n",
                    page->token);
    }
    if (page->log) {
        size_t length;
        const char *lines = tlog_lines(page->log, &length);
        put_data(text, "log", "text/plain", lines, length);
    }
}

/* ---- the page ---- */

static void put_policy(struct text *text, const struct page *page) {
    text_put(text, policy_begin);
    text_put(text, page && page->token ? "; connect-src 'self'\">" : "\">");
}

static void put_part(struct text *text, const char *mark, size_t length, const struct page *page) {
    if (strncmp(mark, "POLICY", length) == 0) {
        put_policy(text, page);
    } else if (strncmp(mark, "STYLE", length) == 0) {
        put_code(text, "web/style.css");
    } else if (strncmp(mark, "SCRIPT", length) == 0) {
        put_scripts(text);
    } else if (page) {
        put_all_data(text, page);
    }
}

/* The markup, with what belongs where it says <!--NAME-->. */
static void write_page(struct text *text, const struct page *page) {
    const struct lab_file *file = lab_file_find("web/page.html");
    const char *at = file ? file->data : "", *mark;
    text->cut = text->cut || !file;
    while ((mark = strstr(at, "<!--"))) {
        const char *end = strstr(mark, "-->");
        text_put_octets(text, at, (size_t)(mark - at));
        put_part(text, mark + 4, (size_t)(end - mark - 4), page);
        at = end + 3;
    }
    text_put(text, at);
}

void page_write(struct text *text, const struct page *page) {
    write_page(text, page);
}

void page_write_code(struct text *text) {
    write_page(text, NULL);
}
