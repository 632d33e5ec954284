/* arrivals.c: see arrivals.h. */
#include "arrivals.h"

#include <stdlib.h>

static bool earlier(const struct travelling *a, const struct travelling *b) {
    return a->at != b->at ? a->at < b->at : a->serial < b->serial;
}

static void put_at(struct arrivals *arrivals, size_t place, struct travelling *packet) {
    arrivals->members[place] = packet;
    packet->place = place;
}

static void rise(struct arrivals *arrivals, struct travelling *packet) {
    size_t place = packet->place;
    while (place > 0 && earlier(packet, arrivals->members[(place - 1) / 2])) {
        put_at(arrivals, place, arrivals->members[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put_at(arrivals, place, packet);
}

static void sink(struct arrivals *arrivals, struct travelling *packet) {
    size_t place = packet->place;
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= arrivals->count) {
            break;
        }
        if (child + 1 < arrivals->count && earlier(arrivals->members[child + 1], arrivals->members[child])) {
            child++;
        }
        if (!earlier(arrivals->members[child], packet)) {
            break;
        }
        put_at(arrivals, place, arrivals->members[child]);
        place = child;
    }
    put_at(arrivals, place, packet);
}

bool arrivals_reserve(struct arrivals *arrivals, size_t more) {
    if (arrivals->room - arrivals->count >= more) {
        return true;
    }
    size_t room = 2 * arrivals->room + more;
    struct travelling **members = reallocarray(arrivals->members, room, sizeof(struct travelling *));
    if (!members) {
        return false;
    }
    arrivals->members = members;
    arrivals->room = room;
    return true;
}

void arrivals_add(struct arrivals *arrivals, struct travelling *packet) {
    packet->serial = ++arrivals->serial;
    packet->place = arrivals->count++;
    rise(arrivals, packet);
}

void arrivals_move(struct arrivals *arrivals, struct travelling *packet, lucid_time at) {
    packet->at = at;
    packet->serial = ++arrivals->serial;
    rise(arrivals, packet);
    sink(arrivals, packet);
}

struct travelling *arrivals_first(const struct arrivals *arrivals) {
    return arrivals->count > 0 ? arrivals->members[0] : NULL;
}

struct travelling *arrivals_pop(struct arrivals *arrivals) {
    struct travelling *first = arrivals->members[0];
    struct travelling *last = arrivals->members[--arrivals->count];
    if (last != first) {
        last->place = 0;
        sink(arrivals, last);
    }
    return first;
}
