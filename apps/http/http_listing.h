/* http_listing.h: what is in a folder, as a page or as JSON.
 *
 * Only what would be served is shown: files and folders, and links to such beneath the root. Names that begin with a
 * dot are left out, as ls(1) does; so are those with a control character, which no request can name. Folders first,
 * each kind by name. Every name is escaped in the page, and its URL besides.
 *
 * It is made in one go, so a folder is read up to a limit, and the answer says when there is more. A large one takes
 * time that others wait for: so a list is kept for those who ask next (http_listed.h).
 */
#ifndef HTTP_LISTING_H
#define HTTP_LISTING_H

#include "http/http_path.h"
#include "http/http_site.h"

/* Entries that are read of a folder, hidden ones too, and octets of their names. */
enum { HTTP_LISTING_ENTRIES = 10000, HTTP_LISTING_NAMES = 1 << 20 };

/* Answers with the folder at that path ("a/", "" for the root); it is open as fd, which is taken over. False: there was
 * no memory, or exchange->refusal says what there was. */
bool http_listing_answer(struct http_site *site, struct http_exchange *exchange, const struct http_path *path, int fd);

#endif
