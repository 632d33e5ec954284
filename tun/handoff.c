/* handoff.c: see handoff.h. */
#include "handoff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int handoff_open(struct handoff *handoff) {
    memset(handoff, 0, sizeof *handoff);
    for (unsigned i = 0; i < HANDOFF_PLACES; i++) {
        atomic_init(&handoff->place[i].turn, i);
    }
    handoff->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return handoff->event < 0 ? -errno : 0;
}

void handoff_close(struct handoff *handoff) {
    struct handed *handed;
    while ((handed = handoff_take(handoff))) {
        free(handed);
    }
    if (handoff->event >= 0) {
        close(handoff->event);
    }
}

static struct handed *copy_of(const struct lucid_packet *packet, unsigned asked) {
    size_t length = packet->slice[0].length;
    struct handed *handed = calloc(1, sizeof *handed + length);
    if (!handed) {
        return NULL;
    }
    memcpy(handed->octets, packet->slice[0].data, length);
    handed->asked = asked;
    handed->packet.slice[0] = (struct lucid_slice){handed->octets, length};
    handed->packet.slices = 1;
    handed->packet.length = packet->length;
    handed->packet.segment_size = packet->segment_size;
    handed->packet.checksum = packet->checksum;
    handed->packet.anywhere = packet->anywhere;
    return handed;
}

/* A place of one's own, and its turn. NULL: the ring is full. */
static struct handoff_place *claim(struct handoff *handoff, unsigned *turn) {
    *turn = atomic_load_explicit(&handoff->puts, memory_order_relaxed);
    for (;;) {
        struct handoff_place *place = &handoff->place[*turn % HANDOFF_PLACES];
        int ahead = (int)(atomic_load_explicit(&place->turn, memory_order_acquire) - *turn);
        if (ahead < 0) {
            return NULL;
        }
        if (ahead > 0) { /* somebody else was faster */
            *turn = atomic_load_explicit(&handoff->puts, memory_order_relaxed);
        } else if (atomic_compare_exchange_weak_explicit(&handoff->puts, turn, *turn + 1, memory_order_relaxed,
                                                         memory_order_relaxed)) {
            return place;
        }
    }
}

/* One system call for all that is put before the taker looks. */
static void wake(struct handoff *handoff) {
    uint64_t one = 1;
    if (!atomic_exchange(&handoff->told, true)) {
        ssize_t written = write(handoff->event, &one, sizeof one);
        (void)written;
    }
}

bool handoff_put(struct handoff *handoff, const struct lucid_packet *packet, unsigned asked) {
    struct handed *handed = copy_of(packet, asked);
    unsigned turn;
    struct handoff_place *place = handed ? claim(handoff, &turn) : NULL;
    if (!place) {
        free(handed);
        return false;
    }
    place->handed = handed;
    atomic_store_explicit(&place->turn, turn + 1, memory_order_release);
    wake(handoff);
    return true;
}

/* First this, then the taking: what is put in between tells him again. */
void handoff_awake(struct handoff *handoff) {
    uint64_t count;
    ssize_t got = read(handoff->event, &count, sizeof count);
    (void)got;
    atomic_exchange(&handoff->told, false);
}

struct handed *handoff_take(struct handoff *handoff) {
    struct handoff_place *place = &handoff->place[handoff->takes % HANDOFF_PLACES];
    if (atomic_load_explicit(&place->turn, memory_order_acquire) != handoff->takes + 1) {
        return NULL;
    }
    struct handed *handed = place->handed;
    atomic_store_explicit(&place->turn, handoff->takes + HANDOFF_PLACES, memory_order_release);
    handoff->takes++;
    return handed;
}
