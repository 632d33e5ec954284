/* fsm.c: stack/tcp/fsm.c with one row that is not as fsm.def has it: scripts/mutants links it into test programs in the
 * place of the real one, so that a thousand mutants need one compilation.
 *
 *     LUCID_MUTANT="row from event guard to actions"     numbers as in tcp/fsm.h; from 0: the row is gone
 *
 * Before main() the row is overwritten, in the machine's table and in the public view of it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tcp/fsm.c"

/* Both tables are constant, in pages that nobody may write to. */
static void make_writable(const void *table, size_t size) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t begin = (uintptr_t)table & ~(page - 1);
    if (mprotect((void *)begin, (uintptr_t)table + size - begin, PROT_READ | PROT_WRITE) != 0) {
        perror("LUCID_MUTANT");
        exit(2);
    }
}

static __attribute__((constructor)) void mutate(void) {
    unsigned row, from, event, guard, to, actions;
    const char *text = getenv("LUCID_MUTANT");
    if (!text) {
        return;
    }
    if (sscanf(text, "%u %u %u %u %u %u", &row, &from, &event, &guard, &to, &actions) != 6 || row >= fsm_row_count) {
        fprintf(stderr, "LUCID_MUTANT: '%s' is no row\n", text);
        exit(2);
    }
    make_writable(fsm_rows, sizeof fsm_rows);
    make_writable(public_rows, sizeof public_rows);
    struct fsm_row *changed = (struct fsm_row *)&fsm_rows[row];
    changed->from = from;
    changed->event = (enum fsm_event)event;
    changed->guard = (enum fsm_guard)guard;
    changed->to = to;
    changed->actions = actions;
    struct lucid_fsm_row *shown = (struct lucid_fsm_row *)&public_rows[row];
    shown->from = from;
    shown->to = to;
}
