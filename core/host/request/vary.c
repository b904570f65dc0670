/* SPDX-License-Identifier: Apache-2.0 */
/* Vary (RFC 9110 section 12.5.5): an answer depends on those headers of its request that were asked for on
 * the way to it, whatever came of it, so that a 304 or a 404 says the same as a 200. */
#include <core/base/put.h>
#include <core/host/request/request_private.h>

#include <pthread.h>

/* The headers that choose among answers. Conditions, credentials and those of the connection do not. */
static const struct hs_slice names[] = {
	HS_S_INIT("Accept"),
	HS_S_INIT("Origin"),
	HS_S_INIT("Prefer"),
	HS_S_INIT("Accept-Language"),
	HS_S_INIT("X-Cache-Id"),
	HS_S_INIT("X-Too-Costly-Threshold"),
};
#define NAMES (sizeof(names) / sizeof(names[0]))

/* The one that it must be, by its length and first byte, if it is any; NAMES: it is none. */
static unsigned guess(struct hs_slice name)
{
	switch (name.len) {
	case 6:
		return name.ptr[0] == 'A' ? 0 : name.ptr[0] == 'O' ? 1 : 2;
	case 10:
		return 4;
	case 15:
		return 3;
	case 22:
		return 5;
	default:
		return NAMES;
	}
}

void hs__vary_on(struct hs_request *req, struct hs_slice name)
{
	unsigned at = guess(name);

	if (at == NAMES || req->varies & 1u << at) /* of what is known nothing more need be known */
		return;
	if (memcmp(names[at].ptr, name.ptr, name.len) == 0)
		req->varies |= (uint8_t)(1u << at);
}

/* There are few such texts and every answer has one: all are made with the first. */
static struct {
	char text[96];
	uint8_t len;
} texts[1u << NAMES];

static void make_texts(void)
{
	for (unsigned set = 0; set < 1u << NAMES; set++) {
		char *at = texts[set].text;
		for (unsigned i = 0; i < NAMES; i++) {
			if (!(set & 1u << i))
				continue;
			at = hs__put(at, at > texts[set].text ? HS_S(", ") : HS_S(""));
			at = hs__put(at, names[i]);
		}
		texts[set].len = (uint8_t)(at - texts[set].text);
	}
}

struct hs_slice hs__vary_text(const struct hs_request *req)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_texts);
	return hs_slice(texts[req->varies].text, texts[req->varies].len);
}
