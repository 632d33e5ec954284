/* partial.c: the fragments of one datagram. See partial.h. */
#include "ip/partial.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

#define ECN_MASK 0x03u
#define ECN_NOT_ECT 0u /* RFC 3168 5 */
#define ECN_CE 3u

/* ---- the datagram ---- */

struct partial *partial_new(struct env *env, const struct ip_datagram *part) {
    struct partial *partial = env_alloc(env, sizeof *partial);
    if (!partial) {
        return NULL;
    }
    *partial = (struct partial){
        .source = part->source,
        .destination = part->destination,
        .id = part->part.id,
        .memory = (uint32_t)sizeof *partial,
        .protocol = lucid_addr_is_ipv4(&part->source) ? part->protocol : 0,
    };
    return partial;
}

static uint32_t fragment_size(uint32_t head, uint32_t length) {
    return (uint32_t)sizeof(struct fragment) + head + length;
}

void partial_kill(struct env *env, struct partial *partial) {
    while (partial->first) {
        struct fragment *fragment = partial->first;
        partial->first = fragment->next;
        env_free(env, fragment, fragment_size(fragment->head, fragment->length));
    }
    partial->last = NULL;
    zero_octets(partial->part, sizeof partial->part);
    partial->memory = (uint32_t)sizeof *partial;
    partial->dead = true;
}

void partial_free(struct env *env, struct partial *partial) {
    partial_kill(env, partial);
    env_free(env, partial, sizeof *partial);
}

/* RFC 791 3.2 has the protocol among what fragments agree in; RFC 8200 4.5 has not, there only the first one's counts.
 * */
bool partial_owns(const struct partial *partial, const struct ip_datagram *part) {
    bool same = partial->id == part->part.id && lucid_addr_equal(&partial->source, &part->source) &&
                lucid_addr_equal(&partial->destination, &part->destination);
    return same && (!lucid_addr_is_ipv4(&part->source) || partial->protocol == part->protocol);
}

/* ---- its fragments ---- */

/* Of the headers those of the first fragment are kept. */
static uint32_t head_of(const struct ip_datagram *part) {
    return part->part.offset == 0 ? (uint32_t)(part->payload - part->packet) : 0;
}

uint32_t partial_cost(const struct ip_datagram *part) {
    return fragment_size(head_of(part), (uint32_t)part->length);
}

static bool begins_by(const struct fragment *fragment, uint32_t offset) {
    return fragment && fragment->offset <= offset;
}

/* The last fragment that begins at or before the offset, or NULL. In order, it is the last of all. */
static struct fragment *before(const struct partial *partial, uint32_t offset) {
    if (begins_by(partial->last, offset)) {
        return partial->last;
    }
    uint32_t part = offset / PARTIAL_PART;
    while (part > 0 && !begins_by(partial->part[part], offset)) {
        part--;
    }
    struct fragment *at = partial->part[part];
    if (!begins_by(at, offset)) {
        return NULL;
    }
    while (begins_by(at->next, offset)) {
        at = at->next;
    }
    return at;
}

static uint32_t end_of(const struct fragment *fragment) {
    return fragment->offset + fragment->length;
}

/* RFC 8200 4.5: the network may double a fragment, which is no attack. */
static bool is_copy(const struct partial *partial, const struct fragment *here, const struct ip_datagram *part) {
    bool more = partial->total != end_of(here);
    return here->offset == part->part.offset && here->length == part->length && more == part->part.more &&
           equal_octets(here->octets + here->head, part->payload, part->length);
}

/* Two fragments disagree about where the datagram ends. */
static bool ends_elsewhere(const struct partial *partial, uint32_t end, bool more) {
    if (!more) {
        return (partial->total != 0 && partial->total != end) || (partial->last && end_of(partial->last) > end);
    }
    return partial->total != 0 && partial->total <= end;
}

enum lucid_drop partial_judge(const struct partial *partial, const struct ip_datagram *part) {
    uint32_t end = part->part.offset + (uint32_t)part->length;
    const struct fragment *here = before(partial, part->part.offset);
    const struct fragment *next = here ? here->next : partial->first;
    if (here && is_copy(partial, here, part)) {
        return LUCID_DROP_IP_FRAGMENT_COPY;
    }
    if ((here && end_of(here) > part->part.offset) || (next && next->offset < end) ||
        ends_elsewhere(partial, end, part->part.more)) {
        return LUCID_DROP_IP_FRAGMENT_OVERLAP;
    }
    return LUCID_DROP_NONE;
}

static void insert(struct partial *partial, struct fragment *fragment) {
    struct fragment *here = before(partial, fragment->offset);
    struct fragment **link = here ? &here->next : &partial->first;
    fragment->next = *link;
    *link = fragment;
    if (!fragment->next) {
        partial->last = fragment;
    }
    struct fragment **part = &partial->part[fragment->offset / PARTIAL_PART];
    if (!begins_by(*part, fragment->offset)) {
        *part = fragment;
    }
}

bool partial_add(struct env *env, struct partial *partial, const struct ip_datagram *part) {
    uint32_t head = head_of(part), length = (uint32_t)part->length;
    struct fragment *fragment = env_alloc(env, fragment_size(head, length));
    if (!fragment) {
        return false;
    }
    fragment->offset = part->part.offset;
    fragment->length = length;
    fragment->head = head;
    fragment->named_at = part->part.named_at;
    copy_octets(fragment->octets, part->payload - head, head + length);
    insert(partial, fragment);
    partial->memory += fragment_size(head, length);
    partial->received += length;
    partial->total = part->part.more ? partial->total : end_of(fragment);
    partial->fragments++;
    partial->ecn |= (uint8_t)(1u << (part->tos & ECN_MASK));
    return true;
}

/* ---- the whole ---- */

static bool marked(const struct partial *partial) {
    return partial->ecn & 1u << ECN_CE;
}

/* Writes the headers of the whole, and returns their length; 0 when its length cannot be written. */
static uint32_t make_head(const struct partial *partial, uint8_t *to) {
    const struct fragment *first = partial->first;
    uint8_t ecn = marked(partial) ? ECN_CE : 0;
    if (lucid_addr_is_ipv4(&partial->source)) {
        return ip4_whole(to, first->octets, first->head, partial->total, ecn);
    }
    return ip6_whole(to, first->octets, first->head, first->named_at, partial->total, ecn);
}

struct datagram *partial_whole(struct env *env, const struct partial *partial, enum lucid_drop *drop) {
    const struct fragment *first = partial->first;
    *drop = LUCID_DROP_IP_FRAGMENT;
    if (marked(partial) && partial->ecn & 1u << ECN_NOT_ECT) {
        return NULL;
    }
    struct datagram *whole = datagram_new(env, first->head + partial->total);
    if (!whole) {
        *drop = LUCID_DROP_NO_MEMORY;
        return NULL;
    }
    uint32_t head = make_head(partial, whole->octets);
    if (head == 0) {
        datagram_free(env, whole);
        return NULL;
    }
    for (const struct fragment *at = first; at; at = at->next) {
        copy_octets(whole->octets + head + at->offset, at->octets + at->head, at->length);
    }
    whole->length = head + partial->total;
    *drop = LUCID_DROP_NONE;
    return whole;
}
