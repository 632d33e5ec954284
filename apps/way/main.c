/* main.c: lucid-way: the whole way of a request, through programs that are really used, and told step by step.
 *
 *     plan.h        what is shown: orders of programs, failures, each in acts
 *     stage.h       the programs, and one client for each act; ours.h is what of ours takes part
 *     record.h      what was seen
 *     connection.h  TCP connections and their states
 *     message.h     HTTP, uwsgi
 *     timeline.h    rows
 *     report.h      rows as text and as a page
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "picture.h"
#include "stage.h"

static int fail(const char *sentence) {
    fprintf(stderr, "lucid-way: %s\n", sentence);
    return 1;
}

/* Writes what was made, and ends it. */
static int write_text(struct text *made, const char *file, const char *option) {
    FILE *out = made->cut ? NULL : fopen(file, "we");
    bool written = out && fwrite(made->data, 1, made->length, out) == made->length;
    written = out && fclose(out) == 0 && written;
    text_free(made);
    if (!written) {
        fprintf(stderr, "lucid-way: %s cannot be written; name another file with %s\n", file, option);
        return 1;
    }
    return 0;
}

static int write_page(const struct way_report *report, const char *file) {
    struct text page = text_growing();
    way_page(report, &page);
    return write_text(&page, file, "--html");
}

static int write_picture(const struct way_report *report, const char *file) {
    struct text picture = text_growing();
    way_picture(report, 0, &picture);
    return write_text(&picture, file, "--svg");
}

/* The files that were asked for. */
static int write_files(const struct way_report *report, const struct way_options *options) {
    char error[LUCID_ERROR_TEXT];
    if ((options->html && write_page(report, options->html)) || (options->svg && write_picture(report, options->svg))) {
        return 1;
    }
    if (options->pcap && way_record_write(report->record, options->pcap, error) < 0) {
        return fail(error);
    }
    return 0;
}

static int show(const struct way_stage *stage, const struct way_options *options) {
    static struct way_report report;
    struct ladder_style style = ladder_style_for(STDOUT_FILENO);
    struct text text = text_growing();
    report.steps = options->steps;
    int failed = way_report_build(&report, stage->plan, &stage->record, stage->take, stage->takes, options->all);
    if (failed == 0) {
        way_print(&report, &style, &text);
        failed = text.cut;
    }
    if (failed) {
        fail("there is no memory for the time line; free some");
    } else {
        fwrite(text.data, 1, text.length, stdout);
        failed = write_files(&report, options);
    }
    text_free(&text);
    way_report_free(&report);
    return failed;
}

static int play(struct way_stage *stage, char error[LUCID_ERROR_TEXT]) {
    int failed = way_stage_open(stage, error);
    while (failed == 0 && stage->takes < stage->plan->acts) {
        failed = way_stage_play(stage, error);
    }
    return failed;
}

/* Whoever wants to try something there needs to know how to get in. */
static void stay(struct way_stage *stage) {
    printf(
        "\nAll of it goes on until you press Ctrl-C. Elsewhere:  %snsenter -t %d %s-n -m curl http://www.lab.test/\n",
        geteuid() == 0 ? "sudo " : "", (int)getpid(), geteuid() == 0 ? "" : "-U --preserve-credentials ");
    fflush(stdout);
    way_stage_stay(stage);
}

/* What was seen is shown once the network is gone, unless it is to stay. */
static int run(const struct way_options *options) {
    static struct way_stage stage;
    char error[LUCID_ERROR_TEXT] = "";
    int status = 0;
    stage.progress = isatty(STDOUT_FILENO);
    if (way_stage_check(&stage, options->plan, error) < 0) {
        return fail(error);
    }
    int failed = play(&stage, error);
    bool interrupted = failed && error[0] == '\0';
    if (options->stay && !failed) {
        status = show(&stage, options);
        stay(&stage);
    }
    way_stage_close(&stage);
    if (stage.takes > 0 && !interrupted && (!options->stay || failed)) {
        status = show(&stage, options);
    }
    way_stage_forget(&stage);
    if (interrupted) {
        return 130;
    }
    return failed ? fail(error) : status;
}

int main(int argc, char **argv) {
    static struct way_options options;
    char error[LUCID_ERROR_TEXT];
    if (way_options_read(&options, argc, argv, error) < 0) {
        fail(error);
        return 2;
    }
    if (options.help) {
        fputs(way_options_help, stdout);
        return 0;
    }
    if (options.show) {
        fputs(way_files_text(options.show), stdout);
        return 0;
    }
    return run(&options);
}
