/* text.h: the seventh and eighth step of RFC 9293 3.10.7.4: segment text and FIN; and when they are acknowledged
 * (3.8.6.3).
 */
#ifndef TCP_TEXT_H
#define TCP_TEXT_H

#include "tcp/tcp.h"

enum verdict text_arrive(struct tcp *tcp, struct tcb *tcb, struct segment *segment);
enum verdict text_fin(struct tcp *tcp, struct tcb *tcb, struct segment *segment);

/* The data of a SYN that has made this TCB, up to the window: RFC 7413. False when there is none, or no memory. */
bool text_on_syn(struct tcp *tcp, struct tcb *tcb, struct segment syn);

#endif
