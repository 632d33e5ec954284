/* second_llhttp.c: the machine of llhttp, which does not fit into one source with the rest of it: see second_http.h. */
#if __has_include(<llhttp/llhttp.c>)
#define LLHTTP_STRICT_MODE 1
#include <llhttp/llhttp.c>
#else
extern int second_llhttp_is_not_here; /* a source is not empty */
#endif
