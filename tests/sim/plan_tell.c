/* plan_tell.c: a plan in words. See plan.h. */
#include <inttypes.h>

#include "sim/plan.h"

static double seconds(lucid_time time) {
    return (double)time / (double)LUCID_SECOND;
}

static void tell_link(const struct plan_link *link, unsigned number, FILE *to) {
    fprintf(to, "  link %u: delay %.6f jitter %.6f%s%s", number, seconds(link->delay), seconds(link->jitter),
            link->long_tail ? " long tail" : "", link->overtakes ? " overtakes" : "");
    fprintf(to, " rate %" PRIu64 " queue %" PRIu32, link->rate, link->queue);
    fprintf(to, " loss %.2f%% (burst %.2f%%) dup %.2f%% reorder %.2f%% corrupt %.2f%%\n", link->loss / 1e4,
            link->burst_begins / 1e4, link->duplicate / 1e4, link->reorder / 1e4, link->corrupt / 1e4);
}

static void tell_links(const struct plan *plan, FILE *to) {
    bool used[PLAN_LINKS] = {false};
    for (unsigned i = 0; i < plan->connections; i++) {
        const struct plan_connection *connection = &plan->connection[i];
        unsigned way[2];
        for (unsigned k = plan_way(plan, connection->from, connection->to, way); k-- > 0;) {
            used[way[k]] = connection->opens != LUCID_NEVER;
        }
        for (unsigned k = plan_way(plan, connection->to, connection->from, way); k-- > 0;) {
            used[way[k]] = connection->opens != LUCID_NEVER;
        }
    }
    for (unsigned i = 0; i < plan->links; i++) {
        if (used[i]) {
            tell_link(&plan->link[i], i, to);
        }
    }
}

static void tell_host(const struct plan_host *host, unsigned number, FILE *to) {
    const struct lucid_config *config = &host->config;
    fprintf(to, "  host %c:%s%s mtu %u offload %u sndbuf %" PRIu32 " rcvbuf %" PRIu32 " iss %" PRIu32,
            'A' + (int)number, host->byzantine ? " byzantine" : "", host->never_accepts ? " never accepts" : "",
            config->mtu, config->offload, config->sndbuf, config->rcvbuf, host->iss);
    fprintf(to, " nagle %d scale %d quick %d 5961 %d 1337 %d delack %.3f rto_min %.1f iw %u tw %" PRIu32 " batch %u\n",
            config->nagle, config->window_scale, config->quick_ack, config->rfc5961, config->rfc1337,
            seconds(config->delayed_ack), seconds(config->rto_min), config->initial_window, config->timewait_max,
            host->batch);
}

static void tell_end(const struct end *end, FILE *to) {
    static const char *const manners[] = {"orderly", "answers", "closes", "asks", "echoes", "aborts"};
    fprintf(to, " [%s%s %" PRIu32 " by %" PRIu32 " (%.3f), reads by %" PRIu32 " (%.3f)]", manners[end->manner],
            end->lends ? " lends" : "", end->to_send, end->write_size, seconds(end->write_pause), end->read_size,
            seconds(end->read_pause));
}

static void tell_connection(const struct plan_connection *connection, unsigned number, FILE *to) {
    fprintf(to, "  connection %u: %c to %c%s, IPv%c, port %u, at %.6f", number, 'A' + connection->from,
            'A' + connection->to, connection->both ? " (both open)" : "", connection->ipv4 ? '4' : '6',
            connection->port, seconds(connection->opens));
    tell_end(&connection->end[0], to);
    tell_end(&connection->end[1], to);
    fputc('\n', to);
}

void plan_tell(const struct plan *plan, const struct plan_cut *cut, FILE *to) {
    static const char *const happens[] = {"link is down", "clock jumps", "host sleeps", "memory is short",
                                          "an allocation fails"};
    fprintf(to, "  %u hosts, %s%s; heals at %.3f; faults:", plan->hosts, plan->star ? "a star" : "a mesh",
            plan->patient ? ", patient" : "", seconds(plan->heals));
    for (unsigned i = 0; i < PLAN_FAULT_COUNT; i++) {
        fprintf(to, "%s%s", plan_has(plan, i) ? " " : "", plan_has(plan, i) ? plan_fault_name(i) : "");
    }
    fprintf(to, "; shortened %u times\n", cut->shorter);
    for (unsigned i = 0; i < plan->hosts; i++) {
        tell_host(&plan->host[i], i, to);
    }
    tell_links(plan, to);
    for (unsigned i = 0; i < plan->connections; i++) {
        if (plan->connection[i].opens != LUCID_NEVER) {
            tell_connection(&plan->connection[i], i, to);
        }
    }
    for (unsigned i = 0; i < plan->happenings; i++) {
        const struct plan_happening *happening = &plan->happening[i];
        if (happening->at != LUCID_NEVER) {
            fprintf(to, "  happening %u: at %.3f %s, %u, for %.3f\n", i, seconds(happening->at),
                    happens[happening->what], happening->where, seconds(happening->length));
        }
    }
}
