/* cmd_grade.c: lucid-lab grade: the student's state machine (L36), by stages, see grade.h; or runs of a scenario, see
 * grade_runs.h. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/grade.h"
#include "lab/grade_runs.h"
#include "lab/i18n.h"
#include "lab/lab.h"

int lab_grade(int argc, char **argv);

typedef void printer(const struct grade *grade, struct text *text);

struct request {
    struct grade_options options;
    const char *format;
    printer *print;
    const char *lab;  /* runs of this scenario are graded, and not the machine */
    const char *runs; /* where they are */
};

enum { FORMAT = 256, HINT, FAST, OUT, STUDENT, ZH };

static const struct {
    const char *name;
    printer *print;
} FORMATS[] = {
    {"text", grade_print_text},   {"tap", grade_print_tap},
    {"junit", grade_print_junit}, {"gradescope", grade_print_gradescope},
    {"csv", grade_print_csv},
};

static printer *find_format(const char *name) {
    for (unsigned i = 0; i < sizeof FORMATS / sizeof FORMATS[0]; i++) {
        if (!strcmp(name, FORMATS[i].name)) {
            return FORMATS[i].print;
        }
    }
    return NULL;
}

static bool digit_up_to(const char *text, unsigned max, unsigned *value) {
    if (text[0] < '1' || text[0] > (char)('0' + max) || text[1]) {
        return false;
    }
    *value = (unsigned)(text[0] - '0');
    return true;
}

static int take_option(struct request *request, int option) {
    switch (option) {
    case FORMAT:
        request->format = optarg;
        request->print = find_format(optarg);
        if (!request->print) {
            return lab_refuse("--format %.40s: it is text, tap, junit, gradescope or csv", optarg);
        }
        return LAB_OK;
    case HINT:
        if (!digit_up_to(optarg, GRADE_HINTS, &request->options.hint)) {
            return lab_refuse("--hint %.40s: there are hints 1, 2 and 3; each after the first costs a point", optarg);
        }
        return LAB_OK;
    case FAST:
        request->options.plain = request->options.no_curl = true;
        return LAB_OK;
    case OUT:
        request->options.directory = request->runs = optarg;
        return LAB_OK;
    case ZH:
        i18n_choose("zh");
        return LAB_OK;
    case STUDENT:
        request->options.student = optarg;
        return LAB_OK;
    default:
        return lab_refuse(
            "usage: lucid-lab grade [L02|1-8|all] [FILE.c] [--format text|tap|junit|gradescope|csv] [--hint N]");
    }
}

static int take_argument(struct request *request, const char *argument) {
    if (!strcmp(argument, "all")) {
        return LAB_OK;
    }
    size_t length = strlen(argument);
    if (length > 2 && !strcmp(argument + length - 2, ".c")) {
        request->options.source = argument;
        return LAB_OK;
    }
    if (digit_up_to(argument, GRADE_STAGES, &request->options.stage)) {
        return LAB_OK;
    }
    if (argument[0] == 'L' && strspn(argument + 1, "0123456789") == length - 1) {
        request->lab = argument;
        return LAB_OK;
    }
    return lab_refuse("%.40s is neither a stage (1 to 8), nor all, nor a scenario (L02), nor the name of a C file",
                      argument);
}

static int read_request(struct request *request, int argc, char **argv) {
    static const struct option table[] = {
        {"format", required_argument, NULL, FORMAT},
        {"hint", required_argument, NULL, HINT},
        {"fast", no_argument, NULL, FAST},
        {"out", required_argument, NULL, OUT},
        {"student", required_argument, NULL, STUDENT},
        {"zh", no_argument, NULL, ZH},
        {0},
    };
    optind = 1;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "", table, NULL)) != -1;) {
        int status = take_option(request, option);
        if (status) {
            return status;
        }
    }
    for (int i = optind; i < argc; i++) {
        int status = take_argument(request, argv[i]);
        if (status) {
            return status;
        }
    }
    if (request->lab && strcmp(request->lab, "L36") != 0) {
        return LAB_OK;
    }
    FILE *file = fopen(request->options.source, "r");
    if (!file) {
        return lab_refuse("%.200s cannot be read: %s; `make student` puts the template there", request->options.source,
                          strerror(errno));
    }
    fclose(file);
    return LAB_OK;
}

/* The stories that the text tells, as pictures. */
static void write_pictures(const struct grade *grade) {
    for (unsigned stage = 1; stage <= 6; stage++) {
        int cell[GRADE_TOLD_MAX];
        unsigned told;
        grade_wrong_cells(grade, stage, cell, &told);
        for (unsigned i = 0; i < told && grade->stage[stage].counted; i++) {
            struct grade_story story = grade_story_to(grade, cell[i]);
            grade_write_picture(grade, &story, stage, i + 1);
        }
    }
    if (grade->twin.count && grade->stage[7].counted && grade->written) {
        grade_write_picture(grade, &grade->twin, 7, 1);
    }
}

static void run_stages(struct grade *grade) {
    grade_table(grade);
    if (grade->options.stage == 0 || grade->options.stage == 7) {
        grade_twin(grade);
    }
    if (grade->options.stage == 0 || grade->options.stage == 8) {
        grade_real(grade);
    }
    grade_hints(grade);
    grade_score(grade);
    write_pictures(grade);
}

int lab_grade(int argc, char **argv) {
    struct request request = {
        .options = {.source = "student/fsm.c", .directory = "lab-out/grade", .student = ""},
        .runs = "lab-out",
        .format = "text",
        .print = grade_print_text,
    };
    int status = read_request(&request, argc, argv);
    if (status) {
        return status;
    }
    if (request.lab && strcmp(request.lab, "L36") != 0) {
        return grade_runs(request.lab, request.runs, request.options.student, request.format);
    }
    struct text text = text_growing();
    struct grade *grade = grade_open(&request.options, &status, &text);
    if (!grade) {
        fprintf(stderr, "%s", text.data ? text.data : "");
        lab_refuse(status == LAB_FAILED ? "%s does not compile: 0 points" : "%s was not graded",
                   request.options.source);
        text_free(&text);
        return status;
    }
    run_stages(grade);
    request.print(grade, &text);
    fwrite(text.data, 1, text.length, stdout);
    status = grade->points == grade->of ? LAB_OK : LAB_FAILED;
    text_free(&text);
    grade_close(grade);
    return status;
}
