/* capture.h: the packets of a run as capture files, for Wireshark and its relatives: `export --pcap --pcapng`.
 *
 * A log has segments, not packets. Those of a simulated run come again when it is run again from its seed; those of a
 * live run are in run.pcap beside its log. Time stamps are nanoseconds.
 */
#ifndef LAB_CAPTURE_H
#define LAB_CAPTURE_H

#include "lab/tlog.h"

/* Writes what a node saw, as pcap. log_file: the name of the log's file. Returns 0, or -1 and the sentence. */
int capture_pcap(const struct tlog *log, const char *log_file, unsigned node, const char *file, char error[LAB_ERROR]);

/* Writes what all nodes saw, as pcapng: an interface for each, and for each packet what came of it and by which rule. A
 * packet that left and did not arrive was lost between two interfaces. */
int capture_pcapng(const struct tlog *log, const char *log_file, const char *file, char error[LAB_ERROR]);

#endif
