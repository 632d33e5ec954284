/* isn.c: RFC 9293 3.4.1 MUST-8 SHLD-1; RFC 6528 3. See isn.h. */
#include "tcp/isn.h"

#include "base/siphash.h"

static const lucid_time TICK = 4 * LUCID_MICROSECOND;

struct seq32 isn_choose(const struct tcp *tcp, const struct endpoints *ends) {
    const struct lucid_config *config = &tcp->env->config;
    if (WITHOUT(tcp->env, QUIET_ISN)) {
        return seq32(0);
    }
    if (config->iss) {
        return seq32(config->iss(config->context, &ends->local, &ends->remote));
    }
    return seq32((uint32_t)(tcp->env->now / TICK) + (uint32_t)siphash24(tcp->isn_key, ends, sizeof *ends));
}

struct seq32 isn_after(const struct tcp *tcp, const struct endpoints *ends, struct seq32 last) {
    struct seq32 chosen = isn_choose(tcp, ends);
    return seq_gt(chosen, last) ? chosen : seq_add(last, 1);
}
