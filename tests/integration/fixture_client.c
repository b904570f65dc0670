/* SPDX-License-Identifier: Apache-2.0 */
/* The client of a test: one connection a call, everything by hand. */
#include "fixture_private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER_MAX ((size_t)256 << 20)

int fixture_connect(const struct fixture *f)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(fixture_port(f)) };
	struct timeval limit = { 240, 0 }; /* a busy machine takes its time */
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void write_all(int fd, struct hs_slice bytes)
{
	while (bytes.len) {
		ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
		if (n <= 0)
			return; /* the server has closed; what it said first is still read */
		bytes = hs_slice_from(bytes, (size_t)n);
	}
}

static struct hs_slice read_all(struct fixture *f, int fd)
{
	struct hs_buf in;
	ssize_t n = 0;

	hs_buf_init(&in, NULL, ANSWER_MAX);
	do {
		char *room = hs_buf_reserve(&in, 65536);
		assert_non_null(room);
		n = recv(fd, room, 65536, 0);
		if (n > 0)
			hs_buf_commit(&in, (size_t)n);
	} while (n > 0);
	struct hs_slice out = hs_arena_copy(f->arena, hs_buf_slice(&in));
	hs_buf_free(&in);
	return out;
}

struct hs_slice fixture_header(const struct fixture_answer *answer, const char *name)
{
	struct hs_slice rest = answer->head;

	while (rest.ptr && rest.len) {
		struct hs_slice value = hs_slice_trim(hs_slice_cut(&rest, '\n'));
		struct hs_slice key = hs_slice_cut(&value, ':');
		if (hs_slice_ieq(key, hs_slice_cstr(name)))
			return hs_slice_trim(value);
	}
	return HS_S_NONE;
}

static bool join_chunks(struct fixture *f, struct hs_slice in, struct hs_slice *out)
{
	struct hs_buf body;

	hs_buf_init(&body, f->arena, ANSWER_MAX);
	for (;;) {
		struct hs_slice line = hs_slice_trim(hs_slice_cut(&in, '\n'));
		char text[20] = "";
		if (!in.ptr || !line.len || line.len >= sizeof(text))
			break;
		memcpy(text, line.ptr, line.len);
		size_t size = strtoul(text, NULL, 16);
		if (size == 0 || in.len < size + 2) {
			*out = hs_buf_slice(&body);
			return size == 0;
		}
		hs_buf_add(&body, hs_slice_first(in, size));
		in = hs_slice_from(in, size + 2);
	}
	*out = hs_buf_slice(&body);
	return false;
}

static struct fixture_answer understand(struct fixture *f, struct hs_slice bytes, bool head_only)
{
	struct fixture_answer answer = { .status = 0 };
	size_t end = hs_slice_search(bytes, HS_S("\r\n\r\n"));
	uint64_t status = 0, length = 0;

	if (end == SIZE_MAX || bytes.len < 13 || !hs_slice_u64(hs_slice(bytes.ptr + 9, 3), &status))
		return answer;
	if (status == 100)
		return understand(f, hs_slice_from(bytes, end + 4), head_only);
	answer.status = (int)status;
	answer.head = hs_slice_first(bytes, end + 2);
	answer.body = hs_slice_from(bytes, end + 4);
	answer.complete = true;
	if (hs_slice_ieq(fixture_header(&answer, "Transfer-Encoding"), HS_S("chunked")) && !head_only)
		answer.complete = join_chunks(f, answer.body, &answer.body);
	else if (hs_slice_u64(fixture_header(&answer, "Content-Length"), &length) && !head_only)
		answer.complete = answer.body.len == length;
	return answer;
}

int fixture_ask(struct fixture *f, const char *method, const char *path, const char *headers,
	const char *body)
{
	struct hs_buf out;
	const char *more = headers ? headers : "";

	hs_buf_init(&out, NULL, ANSWER_MAX);
	hs_buf_printf(&out, "%s %s%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s", method,
		path[0] == '/' ? "" : "/fhir/r4/", path, (unsigned)fixture_port(f), more);
	if (body && !strstr(more, "Content-Type:"))
		hs_buf_cstr(&out, "Content-Type: application/fhir+json\r\n");
	if (body)
		hs_buf_printf(&out, "Content-Length: %zu\r\n", strlen(body));
	hs_buf_cstr(&out, "\r\n");
	hs_buf_cstr(&out, body ? body : "");
	int fd = fixture_connect(f);
	write_all(fd, hs_buf_slice(&out));
	hs_buf_free(&out);
	return fd;
}

static struct fixture_answer take_answer(struct fixture *f, int fd, bool head_only)
{
	struct hs_slice bytes = read_all(f, fd);

	close(fd);
	return understand(f, bytes, head_only);
}

struct fixture_answer fixture_answered(struct fixture *f, int fd)
{
	return take_answer(f, fd, false);
}

struct fixture_answer fixture_call(struct fixture *f, const char *method, const char *path,
	const char *headers, const char *body)
{
	return take_answer(f, fixture_ask(f, method, path, headers, body), strcmp(method, "HEAD") == 0);
}

struct fixture_answer fixture_get(struct fixture *f, const char *path)
{
	return fixture_call(f, "GET", path, NULL, NULL);
}

struct fixture_answer fixture_send(struct fixture *f, const char *method, const char *path, const char *body)
{
	return fixture_call(f, method, path, NULL, body);
}

int fixture_order(struct fixture *f, const char *method, const char *path, const char *body)
{
	char header[160];

	snprintf(header, sizeof(header), "Authorization: Bearer %s\r\n", fixture_token(f));
	return fixture_ask(f, method, path, header, body);
}

struct fixture_answer fixture_operate(struct fixture *f, const char *method, const char *path,
	const char *body)
{
	return take_answer(f, fixture_order(f, method, path, body), strcmp(method, "HEAD") == 0);
}

struct hs_json *fixture_json(struct fixture *f, const struct fixture_answer *answer)
{
	struct hs_json *tree = NULL;
	struct hs_error err = { .status = HS_OK };

	if (hs_json_parse(f->arena, answer->body, NULL, &tree, &err))
		fail_msg("status %d, not JSON (%s): %.*s", answer->status, err.text,
			HS_S_ARG(hs_slice_first(answer->body, 400)));
	return tree;
}

struct hs_slice fixture_issue(struct fixture *f, const struct fixture_answer *answer)
{
	const struct hs_json *tree = fixture_json(f, answer);

	if (!hs_slice_eq(hs_json_get_text(tree, HS_S("resourceType")), HS_S("OperationOutcome")))
		fail_msg("status %d is no OperationOutcome: %.*s", answer->status,
			HS_S_ARG(hs_slice_first(answer->body, 400)));
	const struct hs_json *text = hs_json_pointer(tree, HS_S("/issue/0/details/text"));
	return hs_json_text(text ? text : hs_json_pointer(tree, HS_S("/issue/0/diagnostics")));
}

struct hs_slice fixture_text(struct fixture *f, const struct fixture_answer *answer, const char *pointer)
{
	return hs_json_text(hs_json_pointer(fixture_json(f, answer), hs_slice_cstr(pointer)));
}
