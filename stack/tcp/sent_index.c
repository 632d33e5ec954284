/* sent_index.c: see sent_index.h. */
#include "tcp/sent_index.h"

#include "base/bytes.h"

static size_t size_of(uint32_t room) {
    return sizeof(struct sent_index) + room * sizeof(struct sent *);
}

static struct sent **begin_of(struct sent_index *index) {
    return index->at + index->first;
}

/* How many records end at or before this number. */
static uint32_t place_of(const struct sent_index *index, struct seq32 seq) {
    uint32_t low = 0, high = index->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (seq_gt(index->at[index->first + middle]->end, seq)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

struct sent *sent_index_find(const struct sent_index *index, struct seq32 seq) {
    uint32_t place = place_of(index, seq);
    return place < index->count ? index->at[index->first + place] : NULL;
}

void sent_index_end(struct tcp *tcp, struct tcb *tcb) {
    if (tcb->board.index) {
        env_free(tcp->env, tcb->board.index, size_of(tcb->board.index->room));
        tcb->board.index = NULL;
    }
}

static struct sent_index *new_index(struct tcp *tcp, uint32_t room) {
    struct sent_index *index = env_alloc(tcp->env, size_of(room));
    if (index) {
        *index = (struct sent_index){.room = room};
    }
    return index;
}

/* Of all that are on the list. */
static void begin(struct tcp *tcp, struct tcb *tcb) {
    struct sent_index *index = new_index(tcp, 2 * tcb->board.count);
    if (!index) {
        return;
    }
    for (struct list_node *node = tcb->board.in_order.first; node; node = node->next) {
        index->at[index->count++] = CONTAINER_OF(node, struct sent, in_order);
    }
    tcb->board.index = index;
}

/* Room for one more at the end: what is free before the first one is enough, or there will be twice as much. */
static bool make_room(struct tcp *tcp, struct tcb *tcb) {
    struct sent_index *index = tcb->board.index;
    if (index->first + index->count < index->room) {
        return true;
    }
    struct sent_index *to = index->count <= index->room / 2 ? index : new_index(tcp, 2 * index->room);
    if (to) {
        move_octets(to->at, begin_of(index), index->count * sizeof(struct sent *));
        to->count = index->count;
        to->first = 0;
    }
    if (to != index) {
        sent_index_end(tcp, tcb);
        tcb->board.index = to;
    }
    return to != NULL;
}

void sent_index_add(struct tcp *tcp, struct tcb *tcb, struct sent *sent) {
    if (!tcb->board.index) {
        if (tcb->board.count >= SENT_INDEX_LEAST) {
            begin(tcp, tcb);
        }
        return;
    }
    if (!make_room(tcp, tcb)) {
        return;
    }
    struct sent_index *index = tcb->board.index;
    uint32_t place = place_of(index, sent->start);
    struct sent **gap = begin_of(index) + place;
    move_octets(gap + 1, gap, (index->count - place) * sizeof(struct sent *));
    *gap = sent;
    index->count++;
}

void sent_index_remove(struct tcp *tcp, struct tcb *tcb, const struct sent *sent) {
    struct sent_index *index = tcb->board.index;
    if (!index) {
        return;
    }
    uint32_t place = place_of(index, sent->start);
    index->count--;
    if (place == 0) {
        index->first++;
    } else {
        struct sent **gone = begin_of(index) + place;
        move_octets(gone, gone + 1, (index->count - place) * sizeof(struct sent *));
    }
    if (index->count < SENT_INDEX_LEAST / 2) {
        sent_index_end(tcp, tcb);
    }
}
