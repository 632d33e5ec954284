/* ours.h: what of ours takes part: a stack behind lucid0 with a name server and a web server on it; and the ear that
 * hears all packets of the namespace, and our stack's own account of itself.
 *
 *     ours_open(&ours, &record, error)
 *     ours_dns(&ours, WAY_DNS_ANSWERS, error)
 *     ours_turn(&ours, wait) as long as anything is to happen
 *     ours_close(&ours)
 *
 * Both servers are values over one stack, so one program is the machine 10.77.0.2.
 */
#ifndef WAY_OURS_H
#define WAY_OURS_H

#include "dns/dns_server.h"
#include "http/http_server.h"
#include "plan.h"
#include "record.h"

struct ours {
    struct way_record *record;
    struct lucid_host *host;
    struct lucid_sniffer *sniffer;
    struct stack_transport transport;
    struct http_server *http;
    struct dns_zone *zone;
    struct dns_server *dns; /* NULL: another thing happens at its port */
    int odd;                /* the socket at the name server's port that does not answer as it should; 0: none */
    enum way_dns mood;
};

/* root: the folder whose files our server has. Returns 0, or -1 and a sentence. */
int ours_open(struct ours *ours, struct way_record *record, const struct way_plan *plan, const char *root,
              char error[LUCID_ERROR_TEXT]);
void ours_close(struct ours *ours);

/* From now on the name server does this. Returns 0, or -1 and a sentence. */
int ours_dns(struct ours *ours, enum way_dns mood, char error[LUCID_ERROR_TEXT]);

/* Serves and listens for this long, or until something has happened. False: it was interrupted. */
bool ours_turn(struct ours *ours, lucid_time wait);

/* From now on nothing is recorded. */
void ours_deafen(struct ours *ours);

/* Connections of ours in TIME-WAIT. */
unsigned ours_waiting(const struct ours *ours);

#endif
