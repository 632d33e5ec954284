/* signals.h: signals as octets of a pipe, so that a loop finds them among its other descriptors.
 *
 * A handler writes the signal's number into the pipe, and whoever waits for the read end takes it from there, at a
 * moment when nothing is half done. A write() to a terminal or a pipe that nobody reads is still interrupted, which a
 * signalfd(2) would not do.
 */
#ifndef HTTPD_SIGNALS_H
#define HTTPD_SIGNALS_H

#include <stdbool.h>

/* SIGINT, SIGTERM and SIGHUP come through the pipe from now on; SIGPIPE is ignored: a pipe that
 * nobody reads any more is an error of write(). Returns the read end, or -1 (errno). There is one pipe per program. */
int signals_open(void);

/* Has the terminal been closed that the program was started on? Then SIGHUP means that. Whoever starts it by
 * nohup(1) wants no to this. */
bool signals_terminal_gone(void);

/* Returns the next signal, or 0: there is none. */
int signals_next(void);

/* They do nothing any more. */
void signals_close(void);

#endif
