/* run.h: one run of a scenario: its world, its script, and what came of it.
 *
 *     run = run_open(&options, error)      the world is made; locked predictions are its first events
 *     script_step(run->script, error) ...  or run_finish(run, error)
 *     run_judge(run, language, error)      checks and predictions: run->result
 *     run_save(run, folder, error)         run.tlog, result.tsv, replay.html
 */
#ifndef LAB_RUN_H
#define LAB_RUN_H

#include "lab/predict.h"
#include "lab/result.h"
#include "lab/script.h"

struct run_options {
    const struct scenario *scenario;
    unsigned variant;
    uint64_t seed;
    const char *student;        /* hash of the student; NULL */
    const char *const *without; /* rules taken away besides those of the scenario */
    unsigned without_count;
    const struct predict_answers *answers; /* NULL: nobody was asked */
    const struct world_options *live;      /* of live_world_options(): the kernel is node A; NULL: simulated */
};

struct run {
    struct run_options options;
    const struct scenario_variant *variant;
    struct session *session;
    struct script *script;
    struct result *result; /* NULL before run_judge() */
    struct text story;     /* what to print about the checks and predictions */
};

struct run *run_open(const struct run_options *options, char error[LAB_ERROR]);
void run_close(struct run *run);

/* Plays the script to its end. Returns 0, or -1 and the sentence. */
int run_finish(struct run *run, char error[LAB_ERROR]);

/* Judges the run as it is now. The story tells about each check, and what happened when one failed; brief: only
 * about those that failed. */
int run_judge(struct run *run, enum scenario_language language, bool brief, char error[LAB_ERROR]);

/* The log with its `check` events at the end. In new memory. */
struct text run_log(const struct run *run);

/* The same as a log of its own; NULL and the sentence. */
struct tlog *run_whole_log(const struct run *run, char error[LAB_ERROR]);

/* Writes run.tlog, result.tsv and replay.html into a folder. */
int run_save(struct run *run, const char *folder, char error[LAB_ERROR]);

/* Writes run.pcap, the packets as the first node saw them, into the folder of a run that has been saved there. */
int run_capture(struct run *run, const char *folder, char error[LAB_ERROR]);

/* The seed of a student: the first 8 octets of SHA-256(student, 0, lab); hash: SHA-256(student), for logs. */
uint64_t run_seed(const char *student, const char *lab, char hash[65]);

#endif
