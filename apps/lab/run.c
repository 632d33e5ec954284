/* run.c: a run is opened, played and saved; what it is worth is run_judge.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "lab/capture.h"
#include "lab/page.h"
#include "lab/run.h"
#include "lab/page_scenario.h"
#include "lab/sha256.h"

/* Set-up lines of the scenario, then rules taken away, then locked predictions. */
struct setup {
    const char **line;
    char **own; /* those made here */
    unsigned count, owns;
};

static void setup_free(struct setup *setup) {
    for (unsigned i = 0; i < setup->owns; i++) {
        free(setup->own[i]);
    }
    free(setup->own);
    free(setup->line);
}

static bool setup_add(struct setup *setup, struct text *text) {
    char *line = text_detach(text);
    if (line) {
        setup->own[setup->owns++] = line;
        setup->line[setup->count++] = line;
    }
    return line;
}

static bool setup_make(struct setup *setup, const struct run_options *options) {
    const struct scenario_variant *variant = &options->scenario->variant[options->variant];
    unsigned owns = options->without_count + variant->predictions;
    unsigned outside = options->live ? options->live->setup_count : 0;
    *setup = (struct setup){.line = calloc(variant->setups + outside + owns + 1, sizeof *setup->line),
                            .own = calloc(owns + 1, sizeof *setup->own)};
    if (!setup->line || !setup->own) {
        return false;
    }
    for (unsigned i = 0; i < variant->setups; i++) {
        setup->line[setup->count++] = variant->setup[i].text;
    }
    for (unsigned i = 0; i < outside; i++) {
        if (strncmp(options->live->setup[i], "node ", 5) != 0) {
            setup->line[setup->count++] = options->live->setup[i];
        }
    }
    for (unsigned i = 0; i < options->without_count; i++) {
        struct text line = text_growing();
        text_format(&line, "without %s", options->without[i]);
        if (!setup_add(setup, &line)) {
            return false;
        }
    }
    for (unsigned i = 0; options->answers && i < variant->predictions; i++) {
        struct text line = text_growing();
        if (options->answers->answer[i]) {
            predict_setup(options->answers, i, &line);
            if (!setup_add(setup, &line)) {
                return false;
            }
        }
    }
    return true;
}

static struct session *open_session(const struct run_options *options, char error[LAB_ERROR]) {
    const struct scenario *scenario = options->scenario;
    const struct scenario_variant *variant = &scenario->variant[options->variant];
    struct setup setup;
    struct session *session = NULL;
    unsigned line = 0;
    char sentence[LAB_ERROR] = "no memory";
    if (setup_make(&setup, options)) {
        struct world_options world = {.seed = options->seed,
                                      .lab = scenario->id,
                                      .variant = options->variant ? variant->id : NULL,
                                      .student = options->student,
                                      .labfile = scenario->labfile,
                                      .payload = 64,
                                      .setup = setup.line,
                                      .setup_count = setup.count,
                                      .outside = options->live ? options->live->outside : NULL};
        session = session_open(&world, &line, sentence);
    }
    if (!session && line < variant->setups) {
        snprintf(error, LAB_ERROR, "%.80s:%u: %.160s", scenario->path, variant->setup[line].line, sentence);
    } else if (!session) {
        snprintf(error, LAB_ERROR, "%s", sentence);
    }
    setup_free(&setup);
    return session;
}

struct run *run_open(const struct run_options *options, char error[LAB_ERROR]) {
    struct run *run = calloc(1, sizeof *run);
    if (!run) {
        snprintf(error, LAB_ERROR, "no memory");
        return NULL;
    }
    run->options = *options;
    run->variant = &options->scenario->variant[options->variant];
    run->story = text_growing();
    run->session = open_session(options, error);
    run->script = run->session ? script_open(options->scenario, options->variant, run->session, error) : NULL;
    if (!run->script) {
        run_close(run);
        return NULL;
    }
    return run;
}

void run_close(struct run *run) {
    if (!run) {
        return;
    }
    script_close(run->script);
    session_close(run->session);
    result_free(run->result);
    text_free(&run->story);
    free(run);
}

int run_finish(struct run *run, char error[LAB_ERROR]) {
    return script_run(run->script, error);
}

/* A check or an answered prediction as a line of the log. */
static void put_check(struct text *text, const struct result_item *item, uint32_t number, uint64_t now) {
    struct json json = json_begin(text);
    json_open(&json, NULL, '{');
    json_uint(&json, "i", number);
    json_uint(&json, "t", now);
    json_string(&json, "n", "W");
    json_uint(&json, "c", 0);
    json_string(&json, "ev", "check");
    json_string(&json, "id", item->id);
    json_string(&json, "kind", item->kind);
    json_string(&json, "want", item->outcome);
    json_string(&json, "got", item->mine);
    json_uint(&json, "points", item->points);
    json_uint(&json, "of", item->of);
    json_close(&json, '}');
    text_put_char(text, '\n');
}

struct text run_log(const struct run *run) {
    struct text text = text_growing();
    const struct tlog *log = run->session->log;
    size_t length;
    const char *lines = tlog_lines(log, &length);
    text_put_octets(&text, lines, length);
    uint32_t count = tlog_count(log);
    uint64_t now = count ? tlog_at(log, count)->t : 0;
    for (unsigned i = 0; run->result && i < run->result->items; i++) {
        if (run->result->item[i].asked) {
            put_check(&text, &run->result->item[i], ++count, now);
        }
    }
    return text;
}

struct tlog *run_whole_log(const struct run *run, char error[LAB_ERROR]) {
    struct text text = run_log(run);
    struct tlog *log = text.data ? tlog_new() : NULL;
    for (const char *at = text.data; log && *at;) {
        size_t size = strcspn(at, "\n") + 1;
        if (tlog_add(log, at, size, error)) {
            tlog_free(log);
            log = NULL;
            break;
        }
        at += size;
    }
    text_free(&text);
    return log;
}

static int write_text(const struct text *text, const char *folder, const char *name, char error[LAB_ERROR]) {
    struct text path = text_growing();
    text_format(&path, "%s/%s", folder, name);
    FILE *file = path.data && !text->cut ? fopen(path.data, "w") : NULL;
    bool good = file && fwrite(text->data, 1, text->length, file) == text->length;
    if (file && fclose(file)) {
        good = false;
    }
    if (!good) {
        snprintf(error, LAB_ERROR, "%.150s/%s cannot be written: %s", folder, name, strerror(errno));
    }
    text_free(&path);
    return good ? 0 : -1;
}

/* The page with the whole run in it. */
static int write_page(const struct run *run, const char *folder, char error[LAB_ERROR]) {
    struct tlog *log = run_whole_log(run, error);
    struct text asked = text_growing(), page = text_growing();
    if (!log) {
        return -1;
    }
    page_scenario_json(&asked, run->options.scenario, run->options.variant, log, true);
    page_write(&page, &(struct page){.log = log, .rules = log, .scenario = &asked});
    int failed = write_text(&page, folder, "replay.html", error);
    text_free(&asked);
    text_free(&page);
    tlog_free(log);
    return failed;
}

/* How many runs of this scenario there were beside this folder. */
static unsigned runs_before(const struct run *run, const char *folder) {
    const char *slash = strrchr(folder, '/');
    char *out = slash ? strndup(folder, (size_t)(slash - folder)) : strdup(".");
    unsigned runs = out ? result_runs(out, run->options.scenario->id) : 0;
    free(out);
    return runs;
}

int run_save(struct run *run, const char *folder, char error[LAB_ERROR]) {
    if (run->result) {
        run->result->tries = runs_before(run, folder) + 1;
    }
    struct text log = run_log(run), path = text_growing();
    char hash[65];
    text_format(&path, "%s/result.tsv", folder);
    snprintf(error, LAB_ERROR, "no memory");
    int failed = path.data ? write_text(&log, folder, "run.tlog", error) : -1;
    if (!failed && run->result) {
        sha256_hex(log.data, log.length, hash);
        failed = result_set(&run->result->log, hash) ? result_write(run->result, path.data, error) : -1;
    }
    text_free(&log);
    text_free(&path);
    return failed ? failed : write_page(run, folder, error);
}

int run_capture(struct run *run, const char *folder, char error[LAB_ERROR]) {
    struct tlog *log = run_whole_log(run, error);
    struct text from = text_growing(), to = text_growing();
    text_format(&from, "%s/run.tlog", folder);
    text_format(&to, "%s/run.pcap", folder);
    int failed = log && from.data && to.data ? capture_pcap(log, from.data, 0, to.data, error) : -1;
    text_free(&from);
    text_free(&to);
    tlog_free(log);
    return failed;
}

uint64_t run_seed(const char *student, const char *lab, char hash[65]) {
    uint8_t digest[32];
    uint64_t seed = 0;
    struct text text = text_growing();
    text_put(&text, student);
    text_put_char(&text, 0);
    text_put(&text, lab);
    sha256(text.data, text.length, digest);
    text_free(&text);
    for (unsigned i = 0; i < 8; i++) {
        seed = seed << 8 | digest[i];
    }
    sha256_hex(student, strlen(student), hash);
    return seed;
}
