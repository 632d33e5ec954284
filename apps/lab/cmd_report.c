/* cmd_report.c: `lucid-lab report [DIR] -o report.html`: what was done, on one page. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/i18n.h"
#include "lab/lab.h"
#include "lab/report.h"

int lab_report(int argc, char **argv);

struct request {
    const char *folder, *out, *student;
};

/* student/fsm.c of the folder that lab-out stands in; NULL: there is none, or it does not compile. */
static struct grade *grade_machine(const char *student) {
    struct grade_options options = {.source = "student/fsm.c", .directory = "lab-out/grade", .student = student};
    struct text error = text_growing();
    int status;
    struct grade *grade = access(options.source, R_OK) ? NULL : grade_open(&options, &status, &error);
    if (grade) {
        grade_table(grade);
        grade_twin(grade);
        grade_real(grade);
        grade_hints(grade);
        grade_score(grade);
    }
    text_free(&error);
    return grade;
}

static int write_out(const char *path, const struct text *html) {
    FILE *file = fopen(path, "w");
    bool written = file && !html->cut && fwrite(html->data, 1, html->length, file) == html->length;
    if (file && fclose(file)) {
        written = false;
    }
    return written ? LAB_OK : lab_refuse("%s cannot be written: %s", path, strerror(errno));
}

static int report(const struct request *request) {
    char error[LAB_ERROR];
    struct handin handin;
    struct catalogue *catalogue = catalogue_open(NULL, error);
    if (!catalogue) {
        return lab_refuse("%s", error);
    }
    unsigned runs = handin_read(&handin, request->folder, NULL, catalogue);
    struct grade *grade = grade_machine(request->student);
    int status = LAB_USAGE;
    if (!runs && !grade) {
        lab_refuse("%s has no run, and there is no student/fsm.c; `lucid-lab run L01` is a beginning", request->folder);
    } else {
        struct text html = text_growing();
        struct report page = {request->student, &handin, catalogue, grade};
        report_put(&page, &html);
        status = write_out(request->out, &html);
        text_free(&html);
    }
    grade_close(grade);
    handin_free(&handin);
    catalogue_close(catalogue);
    return status;
}

int lab_report(int argc, char **argv) {
    static const struct option table[] = {
        {"student", required_argument, NULL, 's'}, {"zh", no_argument, NULL, 'z'}, {0}};
    struct request request = {"lab-out", "report.html", ""};
    optind = 1;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "o:", table, NULL)) != -1;) {
        if (option == 'o') {
            request.out = optarg;
        } else if (option == 's') {
            request.student = optarg;
        } else if (option == 'z') {
            i18n_choose("zh");
        } else {
            return lab_refuse("usage: lucid-lab report [DIR] -o report.html [--student NAME] [--zh]");
        }
    }
    if (argc - optind > 1) {
        return lab_refuse("one folder at a time, not %s and %s", argv[optind], argv[optind + 1]);
    }
    request.folder = optind < argc ? argv[optind] : request.folder;
    return report(&request);
}
