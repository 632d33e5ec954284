/* sent_index.h: the records of a long scoreboard once more, as an array in the order of sequence numbers, so that a
 * number is found by halving.
 *
 * A peer names any four numbers in each ACK, as often as it likes. A walk along thousands of records for each of them
 * is work that it can make us do for nothing (CVE-2019-11478). A short scoreboard has no array, since a walk is cheaper
 * there; nor has one for which memory was short.
 */
#ifndef TCP_SENT_INDEX_H
#define TCP_SENT_INDEX_H

#include "tcp/scoreboard.h"

/* Begins at so many records, and ends below half of them. */
#define SENT_INDEX_LEAST 64u

struct sent_index {
    uint32_t first, count, room; /* the records are at[first] to at[first + count - 1] */
    struct sent *at[];
};

/* A record is on the list in order, and counted; or will be taken off it. */
void sent_index_add(struct tcp *tcp, struct tcb *tcb, struct sent *sent);
void sent_index_remove(struct tcp *tcp, struct tcb *tcb, const struct sent *sent);

/* The first record that reaches beyond this number, or NULL. There must be an index. */
struct sent *sent_index_find(const struct sent_index *index, struct seq32 seq);

void sent_index_end(struct tcp *tcp, struct tcb *tcb);

#endif
