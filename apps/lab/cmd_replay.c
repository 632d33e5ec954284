/* cmd_replay.c: `lucid-lab replay FILE.tlog`: a recorded run, on the terminal or in words. */
#include <string.h>

#include "lab/i18n.h"
#include "lab/lab.h"
#include "lab/log_open.h"
#include "lab/narrate.h"
#include "lab/tui.h"
#include "lab/tui_term.h"
#include "lab/web_serve.h"

static const char USAGE[] = "for example `lucid-lab replay run.tlog`, `lucid-lab replay run.tlog --narrate`";

enum way { AS_FITS, ON_TERMINAL, IN_WORDS, ON_PAGE };

struct request {
    const char *file;
    enum way way;
    bool brief;
};

static int read_option(struct request *request, const char *option) {
    static const struct {
        const char *name;
        enum way way;
    } ways[] = {{"--tui", ON_TERMINAL}, {"--narrate", IN_WORDS}, {"--web", ON_PAGE}};
    for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (!strcmp(option, ways[i].name)) {
            request->way = ways[i].way;
            return LAB_OK;
        }
    }
    if (!strcmp(option, "--brief")) {
        request->brief = true;
        return LAB_OK;
    }
    if (!strcmp(option, "--zh")) {
        i18n_choose("zh");
        return LAB_OK;
    }
    if ((option[0] == '-' && option[1]) || request->file) {
        return lab_refuse("replay does not know %s; %s", option, USAGE);
    }
    request->file = option;
    return LAB_OK;
}

static int in_words(const struct tlog *log, bool brief) {
    struct model *model = model_new(log);
    if (!model) {
        return lab_refuse("there is not enough memory for the log");
    }
    narrate_begin(stdout, log);
    int result = narrate_print(stdout, model, tlog_count(log), brief);
    model_free(model);
    return result < 0 ? lab_refuse("there is not enough memory for the log") : LAB_OK;
}

int lab_replay(int argc, char **argv) {
    struct request request = {0};
    for (int i = 1; i < argc; i++) {
        if (read_option(&request, argv[i]) != LAB_OK) {
            return LAB_USAGE;
        }
    }
    if (!request.file) {
        return lab_refuse("replay needs the file of a log; %s", USAGE);
    }
    char error[LAB_ERROR];
    struct tlog *log = log_open(request.file, error);
    if (!log) {
        return lab_refuse("%s", error);
    }
    if (request.way == ON_PAGE) {
        struct web_world world = web_of_log(log);
        int status = lab_web_serve(&world, WEB_PORT);
        tlog_free(log);
        return status;
    }
    bool words = request.way == IN_WORDS || (request.way == AS_FITS && term_why_not());
    int result = words ? in_words(log, request.brief) : tui_replay(log, NULL);
    tlog_free(log);
    return result;
}
