/* segment.c: the sequence numbers of a segment against a window. */
#include "tcp/segment.h"

bool segment_acceptable(const struct segment *segment, struct seq32 next, uint32_t window) {
    uint32_t length = segment_len(segment);
    if (window == 0) {
        return length == 0 && seq_eq(segment->seq, next);
    }
    if (seq_in(segment->seq, next, window)) {
        return true;
    }
    if (length == 0) {
        return false;
    }
    uint32_t old = seq_distance(segment->seq, next); /* octets before the window */
    bool covers = old < length && length - old > window;
    return covers || seq_in(seq_add(segment->seq, length - 1), next, window);
}
