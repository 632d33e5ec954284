/* drill_parse.c: a script's text becomes a tree of lines (drill_script.h).
 *
 * The lines with a time are packets, calls and checks; those without are `quiet 60`, `at STATE [active]`, `batch { }`,
 * `oneof 0012 { } or { }`, `config` and `only`. The parts of a line have parsers of their own, see drill_parse.h.
 */
#include "harness/drill_parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/drill_config.h"
#include "harness/drill_text.h"

#define NESTING 4 /* `at` inside the script of an `at` */

struct parser {
    struct drill_text text;
    struct drill_script *script;
    struct drill_error *error;
    unsigned depth;
    bool in_block; /* of oneof or batch */
};

static struct drill_script *parse_nested(const char *path, const char *source, unsigned depth,
                                         struct drill_error *error);
static bool parse_lines(struct parser *parser, struct drill_line **first);

/* "+.1", "1.5", "*", "+0~+.5", "+0...2.5" */
static bool parse_time(struct scan *scan, struct drill_time *time) {
    memset(time, 0, sizeof *time);
    if (scan_text(scan, "*")) {
        *time = (struct drill_time){.kind = DRILL_TIME_ANY, .relative = true, .end = LUCID_NEVER};
        return true;
    }
    time->relative = scan_text(scan, "+");
    if (!scan_seconds(scan, &time->begin)) {
        return scan_fail(scan, "a time is missing at '%.20s'", scan->at);
    }
    time->end = time->begin;
    if (scan_text(scan, "...")) {
        time->kind = DRILL_TIME_CALL;
    } else if (scan_text(scan, "~")) {
        time->kind = DRILL_TIME_RANGE;
    } else {
        return true;
    }
    bool relative_end = scan_text(scan, "+");
    if (!scan_seconds(scan, &time->end) || time->end < time->begin) {
        return scan_fail(scan, "the end of the range of time is missing, or before its beginning");
    }
    bool alike = relative_end == time->relative || time->kind == DRILL_TIME_CALL;
    return alike || scan_fail(scan, "both ends of a range of time are relative, with '+', or none is");
}

static bool wants_end(struct scan *scan) {
    return scan_end(scan) || scan_fail(scan, "'%.20s' is too much on this line", scan->at);
}

/* Only packets that leave and calls can come at a time that is not given exactly; only calls wait. */
static bool check_time(struct scan *scan, const struct drill_line *line) {
    bool call = line->kind == DRILL_LINE_CALL;
    bool outbound = line->kind == DRILL_LINE_PACKET && line->u.packet.outbound;
    switch ((enum drill_time_kind)line->time.kind) {
    case DRILL_TIME_POINT:
        return true;
    case DRILL_TIME_RANGE:
        return call || outbound || scan_fail(scan, "a range of time is for packets that leave and for calls");
    case DRILL_TIME_ANY:
        return outbound || scan_fail(scan, "'*' is for packets that leave");
    case DRILL_TIME_CALL:
        break;
    }
    return call || scan_fail(scan, "'...' is for calls, which wait");
}

static bool parse_timed(struct scan *scan, struct drill_line *line) {
    bool done;
    if (!parse_time(scan, &line->time)) {
        return false;
    }
    line->text = strdup(scan_rest(scan));
    char next = scan_peek(scan);
    if (next == '<' || next == '>') {
        line->kind = DRILL_LINE_PACKET;
        done = drill_parse_packet(scan, &line->u.packet);
    } else if (scan_is_word(scan, "state")) {
        line->kind = DRILL_LINE_STATE;
        done = drill_parse_state(scan, line);
    } else if (strncmp(scan->at, "info", 4) == 0 || strncmp(scan->at, "stat.", 5) == 0 ||
               strncmp(scan->at, "drop.", 5) == 0) {
        line->kind = DRILL_LINE_VALUE;
        done = drill_parse_value(scan, &line->u.value);
    } else {
        line->kind = DRILL_LINE_CALL;
        done = drill_parse_call(scan, &line->u.call);
    }
    return done && check_time(scan, line) && wants_end(scan);
}

/* Looks for at/NAME.pkt beside the script, in the folders above it, and where the project keeps it. */
static char *at_path(const char *script, const char *name) {
    char *path = NULL;
    char *folder = strdup(script);
    for (char *slash; (slash = strrchr(folder, '/')) != NULL;) {
        *slash = '\0';
        if (asprintf(&path, "%s/at/%s.pkt", folder, name) < 0) {
            abort();
        }
        FILE *file = fopen(path, "rb");
        if (file) {
            fclose(file);
            free(folder);
            return path;
        }
        free(path);
    }
    free(folder);
    if (asprintf(&path, "tests/pkt/at/%s.pkt", name) < 0) {
        abort();
    }
    return path;
}

/* A mistake in there is told with its own file and line. */
static bool load_at(struct parser *parser, struct scan *scan, struct drill_line *line, const char *name) {
    struct drill_error inner = {.text = ""};
    char *path = at_path(parser->script->path, name);
    char *source = parser->depth < NESTING ? drill_text_read(path) : NULL;
    if (source) {
        line->u.at = parse_nested(path, source, parser->depth + 1, &inner);
    }
    bool done = line->u.at && !line->u.at->settings;
    if (!source) {
        scan_fail(scan, "%.150s cannot be read: %s", path,
                  parser->depth < NESTING ? strerror(errno) : "'at' in a circle");
    } else if (!line->u.at) {
        *parser->error = inner;
    } else if (!done) {
        scan_fail(scan, "%.150s has 'config', which belongs to the script that is played", path);
    }
    free(source);
    free(path);
    return done;
}

static bool parse_at(struct parser *parser, struct scan *scan, struct drill_line *line) {
    char state[SCAN_WORD], name[SCAN_WORD + 16];
    line->kind = DRILL_LINE_AT;
    if (parser->in_block) {
        return scan_fail(scan, "'at' cannot stand in a block");
    }
    if (!scan_word(scan, state)) {
        return scan_fail(scan, "a state is missing after 'at'");
    }
    bool active = scan_is_word(scan, "active");
    snprintf(name, sizeof name, "%s%s", state, active ? "-active" : "");
    return wants_end(scan) && load_at(parser, scan, line, name);
}

static bool parse_config(struct parser *parser, struct scan *scan) {
    if (parser->script->lines) {
        return scan_fail(scan, "'config' stands before everything that happens");
    }
    do {
        struct drill_setting *setting = calloc(1, sizeof *setting);
        if (!drill_config_parse(scan, setting)) {
            free(setting);
            return false;
        }
        setting->next = parser->script->settings;
        parser->script->settings = setting;
    } while (!scan_end(scan));
    return true;
}

static bool parse_only(struct parser *parser, struct scan *scan) {
    parser->script->only_ipv4 = scan_is_word(scan, "ipv4");
    parser->script->only_ipv6 = !parser->script->only_ipv4 && scan_is_word(scan, "ipv6");
    if (!parser->script->only_ipv4 && !parser->script->only_ipv6) {
        return scan_fail(scan, "'only' is followed by ipv4 or ipv6");
    }
    return wants_end(scan);
}

/* A line that is not a block. *keep is false when the line has nothing to play. */
static bool parse_statement(struct parser *parser, struct scan *scan, struct drill_line *line, bool *keep) {
    char next = scan_peek(scan);
    *keep = true;
    if (next == '+' || next == '*' || next == '.' || (next >= '0' && next <= '9')) {
        return parse_timed(scan, line);
    }
    if (scan_is_word(scan, "quiet")) {
        line->kind = DRILL_LINE_QUIET;
        return (scan_seconds(scan, &line->u.quiet) || scan_fail(scan, "'quiet' is followed by seconds")) &&
               wants_end(scan);
    }
    if (scan_is_word(scan, "at")) {
        return parse_at(parser, scan, line);
    }
    *keep = false;
    if (scan_is_word(scan, "config")) {
        return parse_config(parser, scan);
    }
    if (scan_is_word(scan, "only")) {
        return parse_only(parser, scan);
    }
    return scan_fail(scan, "'%.30s' is no line of a script", scan->at);
}

static bool parse_block(struct parser *parser, struct scan *scan, struct drill_line **first) {
    if (!drill_text_take(&parser->text, "{")) {
        return scan_fail(scan, "'{' is missing");
    }
    bool outer = parser->in_block;
    parser->in_block = true;
    bool done = parse_lines(parser, first);
    parser->in_block = outer;
    if (!done) {
        return false;
    }
    if (!drill_text_take(&parser->text, "}")) {
        return scan_fail(scan, "'}' is missing");
    }
    return *first || scan_fail(scan, "the block is empty");
}

static bool parse_batch(struct parser *parser, struct scan *scan, struct drill_line *line) {
    line->kind = DRILL_LINE_BATCH;
    line->text = strdup("batch");
    if (!parse_block(parser, scan, &line->u.batch)) {
        return false;
    }
    for (const struct drill_line *inner = line->u.batch; inner; inner = inner->next) {
        if (inner->kind != DRILL_LINE_PACKET || inner->u.packet.outbound) {
            return scan_fail(scan, "a batch has only packets that arrive");
        }
        if (inner != line->u.batch && !(inner->time.relative && inner->time.begin == 0)) {
            return scan_fail(scan, "the packets of a batch come at one instant: +0 from the second on");
        }
    }
    return true;
}

static bool parse_oneof(struct parser *parser, struct scan *scan, struct drill_line *line) {
    line->kind = DRILL_LINE_ONEOF;
    line->text = strdup("oneof");
    drill_text_skip(&parser->text);
    struct scan number = {parser->text.at, scan->error};
    int64_t decision;
    if (!scan_range(&number, "decision record", 0, 9999, &decision)) {
        return false;
    }
    parser->text.at = number.at;
    line->u.oneof.decision = (unsigned)decision;
    struct drill_block **end = &line->u.oneof.first;
    do {
        *end = calloc(1, sizeof **end);
        if (!parse_block(parser, scan, &(*end)->first)) {
            return false;
        }
        const struct drill_line *choice = (*end)->first;
        if (choice->kind == DRILL_LINE_CALL || choice->kind == DRILL_LINE_BATCH || choice->kind == DRILL_LINE_ONEOF ||
            (choice->kind == DRILL_LINE_PACKET && !choice->u.packet.outbound)) {
            return scan_fail(scan, "an alternative begins with a packet that leaves, with a check or with quiet");
        }
        end = &(*end)->next;
    } while (drill_text_take(&parser->text, "or"));
    return line->u.oneof.first->next || scan_fail(scan, "'oneof' needs two alternatives: oneof 0012 { } or { }");
}

/* One line; the text stands at its beginning. */
static bool parse_line(struct parser *parser, struct drill_line *line, bool *keep) {
    unsigned number = line->number = parser->text.line;
    struct scan scan = {parser->text.at, parser->error};
    bool done;
    *keep = true;
    if (drill_text_take(&parser->text, "batch")) {
        done = parse_batch(parser, &scan, line);
    } else if (drill_text_take(&parser->text, "oneof")) {
        done = parse_oneof(parser, &scan, line);
    } else {
        char *statement = drill_text_statement(&parser->text);
        scan.at = statement;
        done = parse_statement(parser, &scan, line, keep);
        if (!line->text) {
            line->text = statement;
        } else {
            free(statement);
        }
    }
    if (!done && parser->error->line == 0) {
        parser->error->line = number;
        snprintf(parser->error->path, sizeof parser->error->path, "%s", parser->script->path);
    }
    return done;
}

/* Lines up to the end, or to the '}' of a block. */
static bool parse_lines(struct parser *parser, struct drill_line **first) {
    struct drill_line **end = first;
    while (drill_text_skip(&parser->text) && *parser->text.at != '}') {
        bool keep;
        struct drill_line *line = calloc(1, sizeof *line);
        bool done = parse_line(parser, line, &keep);
        if (!done || !keep) {
            drill_lines_free(line);
        } else {
            *end = line;
            end = &line->next;
        }
        if (!done) {
            return false;
        }
    }
    return true;
}

static struct drill_script *parse_nested(const char *path, const char *source, unsigned depth,
                                         struct drill_error *error) {
    struct parser parser = {.error = error, .depth = depth, .script = calloc(1, sizeof *parser.script)};
    parser.script->path = strdup(path);
    drill_text_begin(&parser.text, source, &parser.script->tags);
    bool done = parse_lines(&parser, &parser.script->lines);
    if (done && *parser.text.at == '}') {
        *error = (struct drill_error){.line = parser.text.line, .text = "this '}' closes nothing"};
        snprintf(error->path, sizeof error->path, "%s", path);
        done = false;
    }
    drill_text_end(&parser.text);
    if (done) {
        return parser.script;
    }
    drill_script_free(parser.script);
    return NULL;
}

struct drill_script *drill_parse(const char *path, const char *text, struct drill_error *error) {
    memset(error, 0, sizeof *error);
    return parse_nested(path, text, 0, error);
}

struct drill_script *drill_parse_file(const char *path, struct drill_error *error) {
    char *text = drill_text_read(path);
    if (!text) {
        memset(error, 0, sizeof *error);
        snprintf(error->path, sizeof error->path, "%s", path);
        snprintf(error->text, sizeof error->text, "%s; give the path of a script", strerror(errno));
        return NULL;
    }
    struct drill_script *script = drill_parse(path, text, error);
    free(text);
    return script;
}
