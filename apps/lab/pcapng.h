/* pcapng.h: writes capture files in which each packet says on which node's interface it was seen, and why it matters:
 * pcapng, as draft-ietf-opsawg-pcapng describes it. libpcap reads such files and writes none.
 *
 *     struct pcapng *pcapng = pcapng_create("run.pcapng", true, error);
 *     unsigned a = pcapng_interface(pcapng, "A", "10.77.0.1");
 *     pcapng_packet(pcapng, a, at, true, octets, length, "LISTEN -> SYN-RECEIVED: ...");
 *     pcapng_close(pcapng, error)
 *
 * Time stamps are nanoseconds, and say so. The link type is raw IPv4; or raw IP, where there is IPv6 too, which libpcap
 * (1.10) does not read from more than one interface.
 */
#ifndef LAB_PCAPNG_H
#define LAB_PCAPNG_H

#include "lab/tlog.h"

struct pcapng;

/* Creates the file, with its section header. ipv4: all packets will be IPv4. NULL, and the sentence, when that
 * failed. */
struct pcapng *pcapng_create(const char *file, bool ipv4, char error[LAB_ERROR]);

/* All interfaces come before the first packet. Returns the number of this one, from 0. */
unsigned pcapng_interface(struct pcapng *pcapng, const char *name, const char *description);

/* leaves: the node has sent it. at: nanoseconds since 1970. comment: NULL or empty: none. */
void pcapng_packet(struct pcapng *pcapng, unsigned interface, uint64_t at, bool leaves, const void *octets,
                   size_t length, const char *comment);

/* Returns 0; or -1 and the sentence: not all could be written. */
int pcapng_close(struct pcapng *pcapng, char error[LAB_ERROR]);

#endif
