/* export_files.c: see export_files.h. */
#include "lab/export_files.h"

#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lab/capture.h"
#include "lab/export.h"
#include "lab/html.h"
#include "lab/ladder_view.h"
#include "lab/panes.h"
#include "lab/picture.h"
#include "lab/words.h"

extern char **environ;

#define NAME_MAX_OCTETS 600

struct export {
    const struct export_job *job;
    struct model *model; /* at the end, or at job->event */
    struct stage stage;
    unsigned forms, written;
    char *error;
};

int export_form(const char *option) {
    static const char *const names[EXPORT_KINDS] = {"--html", "--svg",  "--png",  "--mermaid", "--dot",
                                                    "--csv",  "--text", "--pcap", "--pcapng"};
    for (int i = 0; i < EXPORT_KINDS; i++) {
        if (!strcmp(option, names[i])) {
            return i;
        }
    }
    return -1;
}

static bool wanted(const struct export *export, enum export_kind kind) {
    return export->forms & 1u << kind;
}

static int no_memory(struct export *export) {
    return words_fail(export->error, "there is not enough memory for the export");
}

/* ---- names ---- */

/* FOLDER/BASE.what.form: BASE is the log's name without its folder and without .tlog. */
static void file_name(const struct export *export, const char *what, const char *form, char name[NAME_MAX_OCTETS]) {
    const char *log = export->job->name && strcmp(export->job->name, "-") ? export->job->name : "run";
    const char *slash = strrchr(log, '/');
    const char *base = slash ? slash + 1 : log;
    size_t length = strlen(base);
    length -= length > 5 && !strcmp(base + length - 5, ".tlog") ? 5 : 0;
    struct text text = text_fixed(name, NAME_MAX_OCTETS);
    if (export->job->folder) {
        text_format(&text, "%.400s/", export->job->folder);
    } else {
        text_put_octets(&text, log, (size_t)(base - log));
    }
    text_put_octets(&text, base, length);
    text_format(&text, "%s%s.%s", *what ? "." : "", what, form);
}

static void say(struct export *export, const char *name) {
    export->written++;
    if (!export->job->quiet) {
        printf("%s\n", name);
    }
}

/* ---- writing ---- */

static int write_text(struct export *export, const char *name, struct text *text) {
    FILE *file = text->cut ? NULL : fopen(name, "w");
    bool whole = file && fwrite(text->data ? text->data : "", 1, text->length, file) == text->length;
    int failed = file ? fclose(file) : -1;
    int why = errno;
    text_free(text);
    if (!whole || failed) {
        return words_fail(export->error, "%.150s cannot be written: %s", name, strerror(why));
    }
    return 0;
}

static int write_file(struct export *export, const char *what, const char *form, struct text *text) {
    char name[NAME_MAX_OCTETS];
    file_name(export, what, form, name);
    if (write_text(export, name, text) < 0) {
        return -1;
    }
    say(export, name);
    return 0;
}

/* PNG is drawn by a program that reads SVG; at twice the size, for slides. */
static int convert(struct export *export, const char *svg, const char *png) {
    char *arguments[] = {"rsvg-convert", "--zoom=2", "--output", (char *)png, (char *)svg, NULL};
    pid_t pid;
    int status = 0;
    if (posix_spawnp(&pid, arguments[0], NULL, NULL, arguments, environ) != 0 || waitpid(pid, &status, 0) < 0 ||
        (WIFEXITED(status) && WEXITSTATUS(status) == 127)) {
        return words_fail(export->error, "PNG needs the program rsvg-convert (package librsvg2-bin); without it, --svg "
                                         "gives the same pictures");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return words_fail(export->error, "rsvg-convert could not draw %.150s", svg);
    }
    return 0;
}

/* One picture as SVG, as PNG, or both. */
static int write_picture(struct export *export, const char *what, struct text *text) {
    char svg[NAME_MAX_OCTETS], png[NAME_MAX_OCTETS];
    file_name(export, what, wanted(export, EXPORT_SVG) ? "svg" : "svg.part", svg);
    file_name(export, what, "png", png);
    if (write_text(export, svg, text) < 0) {
        return -1;
    }
    if (wanted(export, EXPORT_SVG)) {
        say(export, svg);
    }
    int result = 0;
    if (wanted(export, EXPORT_PNG)) {
        result = convert(export, svg, png);
        if (result == 0) {
            say(export, png);
        }
    }
    if (!wanted(export, EXPORT_SVG)) {
        remove(svg);
    }
    return result;
}

/* ---- pictures ---- */

static int write_plots(struct export *export, unsigned node, uint32_t c) {
    for (unsigned kind = 0; kind < PICTURE_PLOTS; kind++) {
        struct text text = text_growing();
        char what[80];
        snprintf(what, sizeof what, "%s.%s.c%" PRIu32, picture_plot_name((enum picture_plot)kind),
                 tlog_node_name(export->job->log, node), c);
        int some = picture_plot(&text, export->model, node, c, (enum picture_plot)kind);
        if (some < 0 || (some > 0 && write_picture(export, what, &text) < 0)) {
            return -1;
        }
    }
    return 0;
}

static int each_connection(struct export *export, int (*write)(struct export *export, unsigned node, uint32_t c)) {
    for (unsigned n = 0; n < tlog_header(export->job->log)->nodes; n++) {
        const struct model_node *node = &export->model->node[n];
        for (unsigned i = 0; i < node->connections; i++) {
            if (!node->connection[i].listener && write(export, n, node->connection[i].c) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

/* ---- between two nodes ---- */

/* Whether any packet was sent from one to the other. */
static bool are_partners(const struct export *export, unsigned a, unsigned b) {
    const struct tlog_header *header = tlog_header(export->job->log);
    for (uint32_t i = 1; i <= tlog_count(export->job->log); i++) {
        const struct tlog_event *event = tlog_at(export->job->log, i);
        if (event->kind != TLOG_SEG_TX || (event->node != a && event->node != b)) {
            continue;
        }
        const struct lucid_addr *other = &header->node[event->node == a ? b : a].addr;
        if (lucid_addr_equal(&event->u.segment.destination.addr, other)) {
            return true;
        }
    }
    return false;
}

/* Two nodes of a log of two have no need of names: "ladder"; of more: "ladder.A-B". */
static int each_pair(struct export *export, const char *what,
                     int (*write)(struct export *export, unsigned left, unsigned right, const char *what)) {
    unsigned nodes = tlog_header(export->job->log)->nodes;
    if (nodes <= 2) {
        return write(export, export->stage.node[0], export->stage.node[1], what);
    }
    for (unsigned a = 0; a < nodes; a++) {
        for (unsigned b = a + 1; b < nodes; b++) {
            char name[120];
            snprintf(name, sizeof name, "%.20s%s%.40s-%.40s", what, *what ? "." : "",
                     tlog_node_name(export->job->log, a), tlog_node_name(export->job->log, b));
            if (are_partners(export, a, b) && write(export, a, b, name) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

static int write_ladder(struct export *export, unsigned left, unsigned right, const char *what) {
    struct text text = text_growing();
    if (picture_ladder(&text, export->model, left, right, export->job->from, export->job->to) < 0) {
        return no_memory(export);
    }
    return write_picture(export, what, &text);
}

static int write_pictures(struct export *export) {
    struct text text = text_growing();
    if (each_pair(export, "ladder", write_ladder) < 0) {
        return -1;
    }
    if (picture_machines(&text, &export->stage) < 0 || write_picture(export, "machines", &text) < 0) {
        return -1;
    }
    if (picture_windows(&text, &export->stage) < 0 || write_picture(export, "windows", &text) < 0) {
        return -1;
    }
    return each_connection(export, write_plots);
}

/* ---- other forms ---- */

/* run.mmd; or run.1.mmd, run.2.mmd, ... */
static int write_mermaid(struct export *export, unsigned left, unsigned right, const char *what) {
    unsigned next = 0, part = 1;
    for (;;) {
        struct text text = text_growing();
        unsigned before = next;
        int some = export_mermaid(&text, export->model, left, right, &next);
        if (some <= 0) {
            return some < 0 ? no_memory(export) : 0;
        }
        struct text more = text_growing();
        unsigned probe = next;
        bool last = export_mermaid(&more, export->model, left, right, &probe) == 0;
        text_free(&more);
        char name[150];
        snprintf(name, sizeof name, "%s", what);
        if (before > 0 || !last) {
            snprintf(name, sizeof name, "%.120s%s%u", what, *what ? "." : "", part++);
        }
        if (write_file(export, name, "mmd", &text) < 0) {
            return -1;
        }
    }
}

static int write_dot(struct export *export) {
    for (unsigned n = 0; n < tlog_header(export->job->log)->nodes; n++) {
        struct text text = text_growing();
        export_dot(&text, export->model, n);
        if (write_file(export, tlog_node_name(export->job->log, n), "dot", &text) < 0) {
            return -1;
        }
    }
    return 0;
}

static int write_csv(struct export *export, unsigned node, uint32_t c) {
    struct text text = text_growing();
    char what[80];
    snprintf(what, sizeof what, "%s.c%" PRIu32, tlog_node_name(export->job->log, node), c);
    if (export_csv(&text, export->model, node, c) == 0) {
        text_free(&text);
        return 0;
    }
    return write_file(export, what, "csv", &text);
}

static int write_html(struct export *export) {
    struct text text = text_growing();
    if (html_replay(export->job->log, &text) < 0) {
        return no_memory(export);
    }
    return write_file(export, "", "html", &text);
}

static int write_ladder_text(struct export *export, unsigned left, unsigned right, const char *what) {
    struct text text = text_growing();
    struct ladder_view *ladder = ladder_view_new(export->job->log, left, right);
    if (!ladder || ladder_view_update(ladder) < 0) {
        ladder_view_free(ladder);
        return no_memory(export);
    }
    ladder_view_text(&text, ladder, export->model, 100, false);
    ladder_view_free(ladder);
    return write_file(export, what, "txt", &text);
}

/* ---- all of them ---- */

static int write_mermaids(struct export *export) {
    return each_pair(export, "", write_mermaid);
}

static int write_csvs(struct export *export) {
    return each_connection(export, write_csv);
}

static int write_texts(struct export *export) {
    return each_pair(export, "ladder", write_ladder_text);
}

/* ---- captures ---- */

static int write_pcap(struct export *export) {
    char name[NAME_MAX_OCTETS];
    const char *at = export->job->at ? export->job->at : tlog_node_name(export->job->log, 0);
    int node = tlog_node_find(export->job->log, at, strlen(at));
    if (node < 0 || node == TLOG_WIRE_NODE) {
        return words_fail(export->error, "the log has no node %.40s; --at names the one whose packets are wanted", at);
    }
    file_name(export, at, "pcap", name);
    if (capture_pcap(export->job->log, export->job->name, (unsigned)node, name, export->error) < 0) {
        return -1;
    }
    say(export, name);
    return 0;
}

static int write_pcapng(struct export *export) {
    char name[NAME_MAX_OCTETS];
    file_name(export, "", "pcapng", name);
    if (capture_pcapng(export->job->log, export->job->name, name, export->error) < 0) {
        return -1;
    }
    say(export, name);
    return 0;
}

static int write_forms(struct export *export) {
    /* Pictures are made once, as SVG, PNG or both. */
    static const struct {
        unsigned forms;
        int (*write)(struct export *export);
    } writers[] = {
        {1u << EXPORT_SVG | 1u << EXPORT_PNG, write_pictures},
        {1u << EXPORT_HTML, write_html},
        {1u << EXPORT_MERMAID, write_mermaids},
        {1u << EXPORT_DOT, write_dot},
        {1u << EXPORT_CSV, write_csvs},
        {1u << EXPORT_TEXT, write_texts},
        {1u << EXPORT_PCAP, write_pcap},
        {1u << EXPORT_PCAPNG, write_pcapng},
    };
    for (unsigned i = 0; i < sizeof writers / sizeof *writers; i++) {
        if (export->forms & writers[i].forms && writers[i].write(export) < 0) {
            return -1;
        }
    }
    return 0;
}

int export_files(const struct export_job *job, unsigned forms, char error[LAB_ERROR]) {
    struct export export = {.job = job, .forms = forms, .error = error, .model = model_new(job->log)};
    uint32_t count = tlog_count(job->log);
    if (job->event > count || job->from > count || (job->to > 0 && job->to < job->from)) {
        model_free(export.model);
        snprintf(error, LAB_ERROR, "the log has events 1 to %" PRIu32 "; --event, --from and --to name some of them",
                 count);
        return -1;
    }
    if (!export.model || model_goto(export.model, job->event ? job->event : count) < 0) {
        model_free(export.model);
        return no_memory(&export);
    }
    export.stage = (struct stage){.model = export.model, .node = {0, tlog_header(job->log)->nodes > 1 ? 1 : 0}};
    stage_follow(&export.stage);
    int result = write_forms(&export);
    model_free(export.model);
    return result < 0 ? -1 : (int)export.written;
}
