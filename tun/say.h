/* say.h: one sentence for the person who ran the program. */
#ifndef TUN_SAY_H
#define TUN_SAY_H

#include "lucid/host.h"

/* Writes the sentence into error (unless NULL) and returns -code, or -LUCID_EIO when code is 0. */
int say(char error[LUCID_ERROR_TEXT], int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
