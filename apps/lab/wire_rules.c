/* wire_rules.c: to which packets a rule of the wire applies. See wire.h. */
#include <stdlib.h>

#include "lab/wire.h"
#include "lucid/trace.h"

static bool same_way(const struct wire_rule *rule, const struct parcel *parcel) {
    return (rule->from == WIRE_ALL || rule->from == parcel->from) && (rule->to == WIRE_ALL || rule->to == parcel->to);
}

static bool applies(const struct wire_rule *rule, const struct look *look) {
    if (rule->flags_mask && (!look->tcp || (look->flags & rule->flags_mask) != rule->flags)) {
        return false;
    }
    if ((rule->needs_data && look->length == 0) || (rule->needs_none && look->length > 0)) {
        return false;
    }
    return rule->port == 0 || rule->port == look->source.port || rule->port == look->destination.port;
}

struct wire_rule *wire_match(struct wire *wire, const struct parcel *parcel, const struct look *look, bool *done) {
    struct wire_rule *rule;
    TAILQ_FOREACH(rule, &wire->rules, next) {
        if (!same_way(rule, parcel) || !applies(rule, look)) {
            continue;
        }
        if (rule->skip > 0) {
            rule->skip--;
            continue;
        }
        *done = --rule->count == 0;
        return rule;
    }
    return NULL;
}

/* A bit of the data; of a segment without data, one of its TCP header; of another packet, one of what is behind the
 * first 20 octets: a wrong bit in the IP header would be found by another checksum than the one that is on show. */
uint32_t wire_spoil(struct wire *wire, struct parcel *parcel, const struct look *look, uint32_t bit) {
    struct direction *direction = &wire->direction[parcel->from][parcel->to];
    uint32_t begin = look->length > 0 ? look->data : look->tcp ? look->transport : 20;
    if (begin >= parcel->length) {
        begin = 0;
    }
    uint32_t bits = 8 * (uint32_t)(parcel->length - begin);
    uint32_t at = 8 * begin + (bit == UINT32_MAX ? lab_rng_below(&direction->rng, bits) : bit % bits);
    parcel->octets[at / 8] ^= (uint8_t)(0x80 >> at % 8);
    return at;
}
