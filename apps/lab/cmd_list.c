/* cmd_list.c: `lucid-lab list`: the catalogue, and what has been done of it. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "lab/i18n.h"
#include "lab/lab.h"
#include "lab/run_command.h"
#include "lab/wrap.h"

struct score {
    bool done;
    unsigned points, of;
};

static void better(struct score *score, const struct result *result) {
    bool first = !score->done;
    if (first || result->points * score->of > score->points * result->of) {
        *score = (struct score){true, result->points, result->of};
    }
}

/* The best run of a scenario in a folder of runs: its folders are named LAB-SEED and LAB-SEED.N. */
static struct score best_of(const char *out, const char *lab) {
    struct score score = {0};
    DIR *directory = opendir(out);
    size_t length = strlen(lab);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        if (strncmp(entry->d_name, lab, length) != 0 || entry->d_name[length] != '-') {
            continue;
        }
        char error[LAB_ERROR];
        struct text path = text_growing();
        text_format(&path, "%s/%s/result.tsv", out, entry->d_name);
        struct result *result = path.data ? result_read(path.data, error) : NULL;
        if (result) {
            better(&score, result);
        }
        result_free(result);
        text_free(&path);
    }
    if (directory) {
        closedir(directory);
    }
    return score;
}

static void print_one(const struct run_arguments *arguments, const struct scenario *scenario) {
    struct score score = best_of(arguments->out, scenario->id);
    const char *title = scenario_say(&scenario->title, run_language(arguments));
    unsigned width = wrap_width(title);
    printf("%-5s %s%*s %3u min  %-8s ", scenario->id, title, width < 52 ? (int)(52 - width) : 0, "", scenario->minutes,
           scenario->world);
    if (score.done) {
        printf("%u/%u\n", score.points, score.of);
    } else {
        printf("%s\n", i18n("list.undone"));
    }
}

int lab_list(int argc, char **argv) {
    struct run_arguments arguments;
    unsigned shown = 0;
    int status = run_arguments(&arguments, argc, argv);
    if (status) {
        return status;
    }
    for (unsigned i = 0; i < arguments.catalogue->count; i++) {
        char error[LAB_ERROR];
        struct scenario *scenario = catalogue_read(arguments.catalogue, arguments.catalogue->id[i], error);
        if (!scenario) {
            status = lab_refuse("%s", error);
            continue;
        }
        if (!arguments.release || !strcmp(arguments.release, scenario->release)) {
            print_one(&arguments, scenario);
            shown++;
        }
        scenario_free(scenario);
    }
    if (arguments.release && !shown) {
        status = lab_refuse("no scenario is of release %.40s; for example `lucid-lab list --release R1`",
                            arguments.release);
        catalogue_close(arguments.catalogue);
        return status;
    }
    struct text legend = text_growing();
    i18n_put(&legend, "list.legend", arguments.out, NULL);
    printf("\n%s\n", legend.data ? legend.data : "");
    text_free(&legend);
    catalogue_close(arguments.catalogue);
    return status;
}
