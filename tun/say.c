/* say.c: see say.h. */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>

int say(char error[LUCID_ERROR_TEXT], int code, const char *format, ...) {
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error, LUCID_ERROR_TEXT, format, arguments);
        va_end(arguments);
    }
    return code > 0 ? -code : -LUCID_EIO;
}
