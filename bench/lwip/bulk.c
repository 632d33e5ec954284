/* bulk.c: discard (RFC 863) and chargen (RFC 864). Both ends know the octets, and look at them: bench/pattern.h. What
 * is done with each is the same as in lucid-bench. See services.h.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/pattern.h"
#include "services.h"

struct flow {
    struct pattern_check check;   /* discard */
    struct pattern_source source; /* chargen */
};

static void lost(void *arg, err_t why) {
    (void)why;
    free(arg);
}

static err_t end(struct flow *flow, struct tcp_pcb *pcb) {
    free(flow);
    return connection_end(pcb);
}

static struct flow *begin(struct tcp_pcb *pcb) {
    struct flow *flow = malloc(sizeof *flow);
    if (flow) {
        pattern_check_begin(&flow->check);
        pattern_source_begin(&flow->source);
        connection_begin(pcb, flow, lost);
    }
    return flow;
}

/* ---- discard ---- */

/* Who sent something else has no use for it. */
static void say_verdict(struct flow *flow, struct tcp_pcb *pcb) {
    char line[PATTERN_ERROR + 1];
    if (flow->check.octets > 0) {
        snprintf(line, sizeof line, "%s\n", pattern_whole(&flow->check) ? PATTERN_RIGHT : flow->check.error);
        tcp_write(pcb, line, (u16_t)strlen(line), TCP_WRITE_FLAG_COPY);
    }
}

static err_t discard(void *arg, struct tcp_pcb *pcb, struct pbuf *data, err_t failed) {
    struct flow *flow = arg;
    (void)failed;
    if (!data) {
        say_verdict(flow, pcb);
        return end(flow, pcb);
    }
    for (struct pbuf *piece = data; piece; piece = piece->next) {
        pattern_take(&flow->check, piece->payload, piece->len);
    }
    tcp_recved(pcb, data->tot_len);
    pbuf_free(data);
    return ERR_OK;
}

err_t accept_discard(void *arg, struct tcp_pcb *pcb, err_t failed) {
    (void)arg;
    if (failed != ERR_OK || !begin(pcb)) {
        return ERR_MEM;
    }
    tcp_recv(pcb, discard);
    return ERR_OK;
}

/* ---- chargen ---- */

/* Octets of a piece, so that segments are full as far as the piece goes. */
static u16_t fitting(const struct tcp_pcb *pcb, size_t length) {
    unsigned room = tcp_sndbuf(pcb), full = room - room % tcp_mss(pcb);
    return (u16_t)(length < full ? length : full);
}

/* Fills the send buffer; less than a segment waits for more room. */
static err_t generate(void *arg, struct tcp_pcb *pcb, u16_t acknowledged) {
    struct flow *flow = arg;
    size_t length;
    const void *data;
    (void)acknowledged;
    while ((data = pattern_next(&flow->source, &length)) != NULL) {
        u16_t piece = tcp_sndbuf(pcb) < tcp_mss(pcb) ? 0 : fitting(pcb, length);
        if (piece == 0 || tcp_write(pcb, data, piece, TCP_WRITE_FLAG_COPY) != ERR_OK) {
            return ERR_OK;
        }
        pattern_sent(&flow->source, piece);
    }
    return end(flow, pcb);
}

/* The reader says nothing, and has enough when it closes its side. */
static err_t hear_reader(void *arg, struct tcp_pcb *pcb, struct pbuf *data, err_t failed) {
    struct flow *flow = arg;
    (void)failed;
    if (data) {
        tcp_recved(pcb, data->tot_len);
        pbuf_free(data);
        return ERR_OK;
    }
    pattern_finish(&flow->source);
    return generate(flow, pcb, 0);
}

err_t accept_chargen(void *arg, struct tcp_pcb *pcb, err_t failed) {
    (void)arg;
    struct flow *flow = failed == ERR_OK ? begin(pcb) : NULL;
    if (!flow) {
        return ERR_MEM;
    }
    tcp_recv(pcb, hear_reader);
    tcp_sent(pcb, generate);
    return generate(flow, pcb, 0);
}
